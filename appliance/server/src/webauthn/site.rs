//! Where a relying party is: its RP ID and its origin, both from the appliance's public address.

use webauthn_rp::request::{AsciiDomain, RpId};

/// The appliance's address is an IP address, and no domain (WebAuthn: an RP ID is one).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("browsers allow no passkeys at the address {0}")]
pub struct IpAddress(pub String);

/// A relying party.
#[derive(Debug)]
pub struct Site {
    /// The host's name.
    pub rp_id: RpId,
    /// Scheme, host and, unless it is the scheme's own, port.
    pub origin: String,
}

impl Site {
    /// The site at `url`, which has no path.
    ///
    /// # Errors
    /// [`IpAddress`] if the host is one.
    pub fn at(url: &str) -> Result<Self, IpAddress> {
        let (scheme, authority) = url.split_once("://").unwrap_or(("http", url));
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|c| c.is_ascii_digit()) => host,
            _ => authority,
        };
        let wrong = || IpAddress(host.to_owned());
        if host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok() {
            return Err(wrong());
        }
        let rp_id = RpId::Domain(AsciiDomain::try_from(host.to_owned()).map_err(|_| wrong())?);
        let own_port = if scheme == "https" { ":443" } else { ":80" };
        let authority = authority.strip_suffix(own_port).unwrap_or(authority);
        Ok(Self { rp_id, origin: format!("{scheme}://{authority}") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_a_site_and_ip_addresses_do_not() {
        for (url, rp_id, origin) in [
            ("http://localhost:8080", "localhost", "http://localhost:8080"),
            ("https://keys.example.org", "keys.example.org", "https://keys.example.org"),
            ("https://keys.example.org:443", "keys.example.org", "https://keys.example.org"),
            ("http://keys.example.org:443", "keys.example.org", "http://keys.example.org:443"),
        ] {
            let site = Site::at(url).unwrap();
            assert_eq!((site.rp_id.as_ref(), site.origin.as_str()), (rp_id, origin));
        }
        for url in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://[::1]", "http://bücher.example"] {
            assert!(matches!(Site::at(url), Err(IpAddress(_))), "{url}");
        }
    }
}
