//! Recovery codes: ten, of 80 random bits each, kept as hashes, used up one by one.

use data_encoding::BASE32_NOPAD;
use pocketkey_api::AdminId;

use crate::secret::{self, ServerSecret};

/// How many there are.
const COUNT: usize = 10;

/// Ten fresh codes: `abcd-efgh-ijkl-mnop`.
pub fn fresh() -> Vec<String> {
    let grouped = |code: String| {
        let groups = [0..4, 4..8, 8..12, 12..16].map(|group| code.get(group).unwrap_or_default().to_owned());
        groups.join("-")
    };
    let code = |_| grouped(BASE32_NOPAD.encode(&secret::random::<10>()).to_ascii_lowercase());
    (0..COUNT).map(code).collect()
}

/// The hash under which a code of `admin` is stored. What is typed may be in groups or not, in capitals or not; digits that
/// are no part of Base32 are read as the letters they look like.
pub fn hash(secret: &ServerSecret, admin: &AdminId, typed: &str) -> [u8; 32] {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| match c.to_ascii_lowercase() {
        '0' => 'o',
        '1' => 'l',
        '8' => 'b',
        c => c,
    });
    let letters: String = letters.collect();
    secret.derive("recovery code 1", format!("{admin}\n{letters}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_different_codes_that_may_be_typed_freely() {
        let codes = fresh();
        let (secret, admin) = (ServerSecret::new([7; 32]), AdminId::from("a"));
        let hashes: std::collections::HashSet<_> =
            codes.iter().map(|code| hash(&secret, &admin, code)).collect();
        assert_eq!((codes.len(), hashes.len()), (10, 10));
        let code = &codes[0];
        assert!(code.len() == 19 && code.split('-').all(|group| group.len() == 4), "{code}");
        let typed = format!(" {} ", code.replace('-', " ").to_uppercase().replace('O', "0"));
        assert_eq!(hash(&secret, &admin, &typed), hash(&secret, &admin, code));
        assert_ne!(hash(&secret, &AdminId::from("b"), code), hash(&secret, &admin, code));
    }
}
