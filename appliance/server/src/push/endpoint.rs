//! Where a subscription may point: phones choose the address, so that it must not lead into the appliance's own network.
//!
//! Addresses are checked when a phone subscribes; what a name resolves to is checked each time it is called
//! ([`PublicOnly`]), because the answer can change. Redirects are not followed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The longest address, in bytes. Real ones have a few hundred.
const MAX: usize = 1024;

/// An address of a push service that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is no URL, or one with more to it than scheme, host, port, path and query.
    #[error("This is not the address of a push service.")]
    Malformed,
    /// It is not encrypted.
    #[error("The address of a push service begins with https://.")]
    NotHttps,
    /// It is not on the public internet.
    #[error("The push service must be on the public internet.")]
    NotPublic,
}

impl Endpoint {
    /// Checks an address. In a sandbox http to this computer itself will do, too, by number.
    ///
    /// # Errors
    /// [`EndpointError`].
    pub fn parse(text: &str, sandbox: bool) -> Result<Self, EndpointError> {
        let url = Url::parse(text).map_err(|_| EndpointError::Malformed)?;
        let short = text.len() <= MAX && url.as_str().len() <= MAX;
        let plain =
            short && url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
        let host = url.host().filter(|_| plain).ok_or(EndpointError::Malformed)?;
        let (public, own) = match host {
            Host::Domain(name) => (is_public_name(name), false),
            Host::Ipv4(ip) => (is_public_v4(ip), ip.is_loopback()),
            Host::Ipv6(ip) => (is_public(ip.into()), ip.is_loopback()),
        };
        match url.scheme() {
            "https" if public => Ok(Self(url)),
            "https" => Err(EndpointError::NotPublic),
            "http" if sandbox && own => Ok(Self(url)),
            _ => Err(EndpointError::NotHttps),
        }
    }

    /// The address.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Scheme, host and port, which is whom VAPID speaks to.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// Whether a name can be one of the public internet at all.
fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    let reserved = ["localhost", "local", "internal", "lan", "home", "corp", "arpa", "test", "invalid"];
    name.contains('.') && !reserved.contains(&last)
}

/// Whether an address is one of the public internet.
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// <https://www.iana.org/assignments/iana-ipv4-special-registry>
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = a == 0
        || a >= 224 // multicast, reserved, broadcast
        || ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_documentation()
        || (a == 100 && b & 0xc0 == 64) // between a provider and its customers
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18); // benchmarks
    !special
}

/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
fn is_public_v6(ip: Ipv6Addr) -> bool {
    match ip.segments() {
        // NAT64: an IPv4 address behind a translator.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
        }
        // Protocol assignments, documentation, 6to4.
        [0x2001, 0..0x200 | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..0x1000, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Resolves names to public addresses only.
#[derive(Debug, Clone, Copy)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(EndpointError::NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str, sandbox: bool) -> EndpointError {
        Endpoint::parse(text, sandbox).expect_err(text)
    }

    #[test]
    fn real_push_services_may_be_called() {
        for (text, origin) in [
            ("https://fcm.googleapis.com/fcm/send/dQw4:APA91b", "https://fcm.googleapis.com"),
            (
                "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
                "https://updates.push.services.mozilla.com",
            ),
            ("https://web.push.apple.com/QGuQ", "https://web.push.apple.com"),
            ("https://wns2-par02p.notify.windows.com/w/?token=BQ", "https://wns2-par02p.notify.windows.com"),
            ("https://push.example.org:8443/up?id=1", "https://push.example.org:8443"),
            ("https://[2606:4700:4700::1111]/x", "https://[2606:4700:4700::1111]"),
        ] {
            for sandbox in [false, true] {
                assert_eq!(Endpoint::parse(text, sandbox).unwrap().origin(), origin);
            }
        }
    }

    #[test]
    fn what_is_inside_may_not() {
        for host in [
            "localhost",
            "localhost.",
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.0.0.1",
            "0177.0.0.1",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:10.0.0.1]",
            "[::ffff:127.0.0.1]",
            "[64:ff9b::10.0.0.1]",
            "[fc00::1]",
            "[fe80::1]",
            "[fec0::1]",
            "[ff02::1]",
            "[2001:db8::1]",
            "[2002:a00:1::]",
            "intranet",
            "printer.local",
            "metadata.google.internal",
            "x.localhost",
        ] {
            assert_eq!(refused(&format!("https://{host}/x"), false), EndpointError::NotPublic, "{host}");
            assert_eq!(refused(&format!("https://{host}/x"), true), EndpointError::NotPublic, "{host}");
        }
    }

    #[test]
    fn http_is_for_sandboxes_and_their_own_computer() {
        for own in ["http://127.0.0.1:4711/push/1", "http://[::1]:4711/push/1"] {
            assert_eq!(refused(own, false), EndpointError::NotHttps);
            assert!(Endpoint::parse(own, true).is_ok());
        }
        // Names are resolved later, by whoever answers first.
        for other in
            ["http://localhost:4711/", "http://10.0.0.1/", "http://push.example.org/", "ftp://127.0.0.1/"]
        {
            assert_eq!(refused(other, true), EndpointError::NotHttps, "{other}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let long = format!("https://push.example.org/{}", "x".repeat(MAX));
        let longer_than_it_looks = format!("https://push.example.org/{}", "é".repeat(300));
        let with_password = "https://me:secret@push.example.org/";
        for bad in [
            "",
            "push.example.org",
            "https://",
            "data:,x",
            with_password,
            "https://push.example.org/#x",
            &long,
            &longer_than_it_looks,
        ] {
            assert_eq!(refused(bad, true), EndpointError::Malformed, "{bad}");
        }
    }

    #[tokio::test]
    async fn names_that_lead_inside_are_not_resolved() {
        let inside = PublicOnly.resolve("localhost".parse().unwrap()).await;
        assert!(inside.err().unwrap().to_string().contains("public internet"));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_what_passes_is_the_same_again(text in ".{0,80}|https?://[0-9a-fx.:\\[\\]]{1,40}/.{0,9}") {
            if let Ok(endpoint) = Endpoint::parse(&text, false) {
                prop_assert_eq!(endpoint.url().scheme(), "https");
                prop_assert_eq!(Endpoint::parse(endpoint.url().as_str(), false), Ok(endpoint));
            }
        }

        #[test]
        fn an_ipv4_address_is_judged_alike_however_it_is_wrapped(bits: u32) {
            let ip = Ipv4Addr::from_bits(bits);
            let [mapped, nat64] = [ip.to_ipv6_mapped(), format!("64:ff9b::{ip}").parse().unwrap()];
            for wrapped in [mapped, nat64] {
                prop_assert_eq!(is_public(wrapped.into()), is_public(ip.into()));
            }
        }
    }
}
