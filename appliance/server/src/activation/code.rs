//! Making and reading codes.

use pocketkey_api::activation::ActivationCode;
use qrcode::{QrCode, render::svg, types::QrError};

use crate::{
    secret::{self, ServerSecret},
    validate,
};

/// Digits of a pairing key, and how many of them find the invitation.
const DIGITS: (usize, usize) = (12, 6);

/// A pairing key: the selector finds the invitation, the rest is secret.
#[derive(Clone, PartialEq, Eq)]
pub struct PairingKey(String);

impl PairingKey {
    /// A random one.
    pub fn random() -> Self {
        let number = u64::from_le_bytes(secret::random()) % 1_000_000_000_000;
        Self(format!("{number:012}"))
    }

    /// What a person typed; spaces and dashes do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let fits = digits.len() == DIGITS.0 && digits.bytes().all(|c| c.is_ascii_digit());
        fits.then_some(Self(digits))
    }

    /// The digits that find the invitation.
    pub fn selector(&self) -> &str {
        &self.0[..DIGITS.1]
    }

    /// All digits.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// What is stored of it: an HMAC, because 20 bits are too few for a plain hash.
    pub fn hash(&self, secret: &ServerSecret) -> [u8; 32] {
        secret.derive("pairing key 1", self.0.as_bytes())
    }
}

/// A code as the rest of this feature sees it.
pub enum Code {
    /// The hash of the link's code.
    Link([u8; 32]),
    /// A pairing key.
    Typed(PairingKey),
}

impl Code {
    /// Reads a code as it was sent.
    ///
    /// # Errors
    /// The field at fault, if it is not of the form of a pairing key.
    pub fn read(code: &ActivationCode) -> Result<Self, Vec<pocketkey_api::problem::FieldProblem>> {
        match code {
            ActivationCode::Code(text) => Ok(Self::Link(secret::token_hash(text.trim()))),
            ActivationCode::PairingKey(text) => PairingKey::parse(text)
                .map(Self::Typed)
                .ok_or_else(|| validate::one("pairing_key", "A pairing key has 12 digits.")),
        }
    }
}

/// `text` as a QR code, an SVG document.
///
/// # Errors
/// If it is too long for one.
pub fn qr_svg(text: &str) -> Result<String, QrError> {
    let code = QrCode::new(text)?;
    let colours = (svg::Color("#000"), svg::Color("#fff"));
    Ok(code.render().min_dimensions(240, 240).dark_color(colours.0).light_color(colours.1).build())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typed_keys() {
        for good in ["123456789012", " 1234 5678 9012 ", "1234-5678-9012", "1234\u{a0}5678\u{a0}9012"] {
            assert_eq!(PairingKey::parse(good).unwrap().digits(), "123456789012", "{good}");
        }
        for bad in
            ["", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２", "١٢٣٤٥٦٧٨٩٠١٢"]
        {
            assert!(PairingKey::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn random_keys_have_12_digits_and_differ() {
        let keys: Vec<_> = (0..50).map(|_| PairingKey::random()).collect();
        assert!(keys.iter().all(|key| PairingKey::parse(key.digits()).as_ref() == Some(key)));
        assert!(keys.iter().any(|key| key != &keys[0]));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            if let Some(key) = PairingKey::parse(&text) {
                prop_assert_eq!(key.selector().len(), 6);
                prop_assert_eq!(key.digits().len(), 12);
            }
        }
    }

    #[test]
    fn a_link_fits_into_a_qr_code() {
        let svg = qr_svg("https://keys.example.org/activate#AAAAAAAAAAAAAAAAAAAAAA").unwrap();
        assert!(svg.contains("<svg") && !svg.contains("style"));
        assert!(qr_svg(&"x".repeat(5000)).is_err());
    }
}
