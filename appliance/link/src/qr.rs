//! The text in QR codes and links. Secrets are in the URL fragment, which no browser sends to a server.
//!
//! - activation: `SERVER/activate#CODE`
//! - pairing: `SERVER/pair#PAIRING.CHANNELKEY.SECRET`
//!
//! What a person types instead of scanning is the pairing key: 12 digits.

use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::id::PairingId;

/// What a scanned or typed text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// An activation's link or QR.
    Activation {
        /// The appliance's address, without a trailing slash.
        server: String,
        /// The code.
        code: String,
    },
    /// The 12 digits of an activation, ungrouped.
    PairingKey(String),
    /// A computer's QR.
    Pairing(PairingInvitation),
}

/// What a computer's QR holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingInvitation {
    /// The appliance's address, without a trailing slash.
    pub server: String,
    /// The pairing's id.
    pub pairing: PairingId,
    /// The computer's static channel key.
    pub computer: [u8; 32],
    /// The secret that only who sees the QR knows.
    pub secret: Zeroizing<[u8; 32]>,
}

/// A text that is none of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// Neither a link nor 12 digits.
    #[error("this is neither a Pocketkey link or QR code nor a 12-digit pairing key")]
    Unknown,
    /// 12 digits are expected.
    #[error("a pairing key has 12 digits")]
    Digits,
    /// A link of ours that is cut off or damaged.
    #[error("this link is incomplete; scan or copy it again")]
    Incomplete,
}

/// Reads a scanned or typed text. Surrounding space, and spaces and dashes between digits, do not matter.
///
/// # Errors
/// [`NotOurs`] says what is wrong with it.
pub fn read(text: &str) -> Result<Scanned, NotOurs> {
    let text = text.trim();
    if !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-') {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        return if digits.len() == 12 { Ok(Scanned::PairingKey(digits)) } else { Err(NotOurs::Digits) };
    }
    if !(text.starts_with("https://") || text.starts_with("http://")) {
        return Err(NotOurs::Unknown);
    }
    let (address, fragment) = text.split_once('#').unwrap_or((text, ""));
    if let Some(server) = address.strip_suffix("/activate") {
        let server = host_of(server).ok_or(NotOurs::Unknown)?;
        let code_like = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if fragment.is_empty() || fragment.len() > 128 || !fragment.chars().all(code_like) {
            return Err(NotOurs::Incomplete);
        }
        return Ok(Scanned::Activation { server, code: fragment.to_owned() });
    }
    if let Some(server) = address.strip_suffix("/pair") {
        let server = host_of(server).ok_or(NotOurs::Unknown)?;
        return pairing(server, fragment).map(Scanned::Pairing).ok_or(NotOurs::Incomplete);
    }
    Err(NotOurs::Unknown)
}

/// A server's address without trailing slashes, if it names a host.
fn host_of(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let rest = rest.trim_end_matches('/');
    (!rest.is_empty() && !rest.starts_with('/')).then(|| format!("{scheme}://{rest}"))
}

fn pairing(server: String, fragment: &str) -> Option<PairingInvitation> {
    let mut parts = fragment.split('.');
    let (pairing, computer, secret) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let key = |text: &str| <[u8; 32]>::try_from(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok();
    Some(PairingInvitation {
        server,
        pairing: pairing.parse().ok()?,
        computer: key(computer)?,
        secret: Zeroizing::new(key(secret)?),
    })
}

/// The link (and QR text) of an activation.
pub fn activation_link(server: &str, code: &str) -> String {
    format!("{}/activate#{code}", server.trim_end_matches('/'))
}

impl std::fmt::Display for PairingInvitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}/pair#{}.{}.{}",
            self.server.trim_end_matches('/'),
            self.pairing,
            BASE64URL_NOPAD.encode(&self.computer),
            BASE64URL_NOPAD.encode(self.secret.as_slice()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn typed_digits_are_a_pairing_key() {
        assert_eq!(read(" 1234 5678-9012 "), Ok(Scanned::PairingKey("123456789012".into())));
        assert_eq!(read("1234 5678 901"), Err(NotOurs::Digits));
        assert_eq!(read(""), Err(NotOurs::Unknown));
    }

    #[test]
    fn links_of_others_and_broken_ones_are_told_apart() {
        assert_eq!(read("https://example.test/"), Err(NotOurs::Unknown));
        for nowhere in ["https:///activate#code", "https:////activate#code", "http:///pair#a.b.c"] {
            assert_eq!(read(nowhere), Err(NotOurs::Unknown), "{nowhere} names no host");
        }
        assert_eq!(read("https://example.test/activate"), Err(NotOurs::Incomplete));
        assert_eq!(read("https://example.test/pair#abc.def"), Err(NotOurs::Incomplete));
        assert_eq!(
            read("https://keys.example.test/x/activate#abc_-1"),
            Ok(Scanned::Activation { server: "https://keys.example.test/x".into(), code: "abc_-1".into() })
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC*") {
            let _ = read(&text);
        }

        #[test]
        fn damaged_links_never_panic(tail in "[#./A-Za-z0-9_-]{0,160}") {
            let _ = read(&format!("http://a/pair{tail}"));
            let _ = read(&format!("http://a/activate{tail}"));
        }

        #[test]
        fn an_invitation_survives_its_text(pairing: [u8; 16], computer: [u8; 32], secret: [u8; 32]) {
            let invitation = PairingInvitation {
                server: "http://localhost:8080".into(),
                pairing: PairingId(pairing),
                computer,
                secret: Zeroizing::new(secret),
            };
            prop_assert_eq!(read(&invitation.to_string()), Ok(Scanned::Pairing(invitation)));
        }
    }
}
