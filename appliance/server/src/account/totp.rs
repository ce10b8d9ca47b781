//! Time-based one-time passwords (RFC 6238) as authenticator apps make them: HMAC-SHA-1, six digits, thirty seconds.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac};
use sha1::Sha1;

/// A step's length, in milliseconds.
const STEP: i64 = 30_000;
/// Codes of this many steps before and after the present one are right, too: clocks differ.
const DRIFT: i64 = 1;
/// Six digits.
const DIGITS: usize = 6;

/// A shared secret: as long as the hash, as RFC 4226 §4 R6 recommends.
pub type Secret = [u8; 20];

/// RFC 4226 §5.3 and RFC 6238 §4.2.
fn code(secret: &Secret, step: i64) -> u32 {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
    let mut mac = <Hmac<Sha1> as Mac>::new_from_slice(secret).expect("any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[19] & 0xf);
    let word = hash.iter().skip(offset).take(4).fold(0, |word, byte| word << 8 | u32::from(*byte));
    (word & 0x7fff_ffff) % 1_000_000
}

/// The step that `typed` is the code of, if it is right at `now` (Unix milliseconds) and later than the step `last` whose
/// code was accepted before: each is accepted once (RFC 6238 §5.2).
pub fn accepted(secret: &Secret, typed: &str, now: i64, last: i64) -> Option<i64> {
    if typed.len() != DIGITS || !typed.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let typed: u32 = typed.parse().ok()?;
    let present = now.div_euclid(STEP);
    (present - DRIFT..=present + DRIFT).find(|step| *step > last && code(secret, *step) == typed)
}

/// The secret as people type it.
pub fn base32(secret: &Secret) -> String {
    BASE32_NOPAD.encode(secret)
}

/// The `otpauth:` address that apps read from a QR code.
pub fn url(issuer: &str, email: &str, secret: &Secret) -> String {
    let encode = |text: &str| -> String {
        let plain = |c: &u8| c.is_ascii_alphanumeric() || b"-._~".contains(c);
        text.bytes()
            .map(|c| if plain(&c) { char::from(c).to_string() } else { format!("%{c:02X}") })
            .collect()
    };
    let (issuer, email, secret) = (encode(issuer), encode(email), base32(secret));
    format!("otpauth://totp/{issuer}:{email}?secret={secret}&issuer={issuer}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 6238, appendix B.
    const RFC: &Secret = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_6238() {
        for (seconds, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            // Theirs have eight digits, ours the last six of them.
            assert_eq!(code(RFC, seconds / 30), expected % 1_000_000, "{seconds}");
        }
    }

    #[test]
    fn neighbouring_codes_are_right_and_each_once() {
        let now = 59_000;
        assert_eq!(accepted(RFC, "287082", now, 0), Some(1));
        assert_eq!(accepted(RFC, "287082", now, 1), None, "used");
        assert_eq!(accepted(RFC, "287082", now + 30_000, 0), Some(1), "a slow clock");
        assert_eq!(accepted(RFC, "287082", now + 60_000, 0), None, "too old");
        assert_eq!(accepted(RFC, "287082", now - 30_000, 0), Some(1), "a fast clock");
        for wrong in ["287083", "", "28708", "94287082", "+87082", "２８７０８２"] {
            assert_eq!(accepted(RFC, wrong, now, 0), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_names_issuer_and_account() {
        assert_eq!(
            url("Example Labs", "grace@example.org", RFC),
            "otpauth://totp/Example%20Labs:grace%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Example%20Labs"
        );
    }

    proptest! {
        #[test]
        fn nothing_typed_panics(typed in ".{0,12}", now in any::<i64>().prop_map(|now| now / 2), last in any::<i64>()) {
            let _ = accepted(RFC, &typed, now, last);
        }
    }
}
