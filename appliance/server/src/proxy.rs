//! Whom a request is from when proxies stand in front: only what a proxy we trust says of it counts.

use std::{net::IpAddr, str::FromStr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Each proxy on the way adds the address it was asked from at the end.
const FORWARDED: &str = "x-forwarded-for";

/// A proxy, or a network of them, whose word on where requests come from is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

/// What is no [`TrustedProxy`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("neither an address such as 192.0.2.7 nor a network such as 10.0.0.0/8")]
pub struct NoNetwork;

impl FromStr for TrustedProxy {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| NoNetwork)
    }
}

/// The address of whoever asked: `peer` itself, or if that is a proxy of `trusted`, the last address it forwards for that is
/// no such proxy. What stands before that one anybody could have written.
pub fn client(trusted: &[TrustedProxy], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|TrustedProxy(network)| network.contains(&ip));
    let mut client = peer.to_canonical();
    let mut before = headers
        .get_all(FORWARDED)
        .iter()
        .rev()
        .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
        .map(address);
    while is_trusted(client) {
        match before.next() {
            Some(Some(ip)) => client = ip,
            // Nothing, or nonsense: it came from the proxy, as far as we know.
            _ => break,
        }
    }
    client
}

/// An address as proxies write it: some with a port, some IPv6 ones in brackets.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry).ok()?.trim();
    let bare = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => match text.split_once(':') {
            Some((ip, port)) if !port.contains(':') => ip,
            _ => text,
        },
    };
    bare.parse().ok().map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn trusted() -> [TrustedProxy; 3] {
        ["127.0.0.1", "10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap())
    }

    fn from(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED, HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        client(&trusted(), peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_about_who_asked_it() {
        for (peer, lines, expected) in [
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            ("::ffff:127.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            // What the client wrote itself stands further left.
            ("127.0.0.1", &["1.2.3.4, 198.51.100.7"], "198.51.100.7"),
            ("127.0.0.1", &["1.2.3.4", "198.51.100.7 ,10.1.2.3"], "198.51.100.7"),
            ("127.0.0.1", &["127.0.0.1, 1.2.3.4, 198.51.100.7, fd00::1"], "198.51.100.7"),
            // Somebody within: the first of the trusted.
            ("127.0.0.1", &["10.0.0.5, 10.0.0.1"], "10.0.0.5"),
            // Nonsense is nobody's address, and hides nobody.
            ("127.0.0.1", &["198.51.100.7, unknown"], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.7, , 10.0.0.1"], "10.0.0.1"),
            ("127.0.0.1", &["198.51.100.7:4711"], "198.51.100.7"),
            ("127.0.0.1", &["[2001:db8::7]:4711"], "2001:db8::7"),
            ("127.0.0.1", &["2001:db8::7"], "2001:db8::7"),
            ("127.0.0.1", &["::ffff:198.51.100.7"], "198.51.100.7"),
        ] {
            assert_eq!(from(peer, lines), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["", "10.0.0.0/33", "10.0.0", "proxy.example.org", "10.0.0.0/8,127.0.0.1"] {
            assert_eq!(text.parse::<TrustedProxy>(), Err(NoNetwork), "{text}");
        }
    }

    proptest! {
        #[test]
        fn without_trust_nothing_that_is_sent_matters(
            peer in any::<[u8; 4]>(), lines in proptest::collection::vec("[ -~]{0,60}", 0..4),
        ) {
            let peer = IpAddr::from(peer);
            let mut headers = HeaderMap::new();
            for line in &lines {
                headers.append(FORWARDED, HeaderValue::from_str(line).unwrap());
            }
            prop_assert_eq!(client(&[], peer, &headers), peer);
        }

        #[test]
        fn whatever_a_client_writes_it_is_known_by_its_address(
            real in any::<u32>().prop_map(|low| IpAddr::from((0xc000_0000_u32 | (low >> 4)).to_be_bytes())),
            written in "[ -~]{0,80}",
        ) {
            let line = format!("{written},{real}");
            prop_assert_eq!(from("127.0.0.1", &[&line, "10.9.8.7"]), real.to_string());
            prop_assert_eq!(from("10.0.0.1", &[&written, &real.to_string()]), real.to_string());
        }

        #[test]
        fn no_header_panics(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                let headers = HeaderMap::from_iter([(FORWARDED.parse().unwrap(), value)]);
                client(&trusted(), [127, 0, 0, 1].into(), &headers);
            }
        }
    }
}
