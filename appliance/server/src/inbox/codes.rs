//! One-time codes and pairing keys in a mail's text.

/// Codes listed.
const MAX_CODES: usize = 20;

/// Words that announce a code, on its line or on the one before it.
const HINTS: [&str; 9] = ["code", "codes", "pin", "key", "keys", "otp", "passcode", "password", "token"];

/// What looks like a code, in order, each once, groups of digits put together.
///
/// That is a number of 5 to 8 digits; groups of three or four digits, 12 digits at most; and, where a word such as
/// "code" is near, 4 digits, or capitals and digits together.
pub fn find(text: &str) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    let mut announced = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let announces = line
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| HINTS.iter().any(|hint| word.eq_ignore_ascii_case(hint)));
        for code in in_line(line, announced || announces) {
            if codes.len() < MAX_CODES && !codes.contains(&code) {
                codes.push(code);
            }
        }
        announced = announces;
    }
    codes
}

fn in_line(line: &str, hinted: bool) -> Vec<String> {
    let mut codes = Vec::new();
    let mut words = line.split_whitespace().map(bare).peekable();
    let mut before = "";
    while let Some(word) = words.next() {
        let mut groups: Vec<&str> = word.split('-').collect();
        if is_group(word) {
            while let Some(next) = words.next_if(|next| is_group(next) && next.len() == word.len()) {
                groups.push(next);
            }
        }
        // More digits around a group: a telephone number.
        let alone = !before.ends_with(|c: char| c.is_ascii_digit())
            && !words.peek().is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        before = word;
        let digits = groups.concat();
        let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let found = match groups.as_slice() {
            [_] if number => (if hinted { 4..=8 } else { 5..=8 }).contains(&digits.len()),
            [first, others @ ..] if number => {
                alone
                    && is_group(first)
                    && others.iter().all(|group| group.len() == first.len())
                    && (6..=12).contains(&digits.len())
            }
            _ => hinted && is_mixed(word),
        };
        if found {
            codes.push(if number { digits } else { word.to_owned() });
        }
    }
    codes
}

/// A word without the punctuation around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| ".,:;!?()[]<>\"'*“”‘’".contains(c))
}

fn is_group(word: &str) -> bool {
    matches!(word.len(), 3 | 4) && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Capitals and digits, both, 6 to 12 in all, perhaps with hyphens between them.
fn is_mixed(word: &str) -> bool {
    let count = |kind: fn(&u8) -> bool| word.as_bytes().iter().filter(|byte| kind(byte)).count();
    let (capitals, digits) = (count(u8::is_ascii_uppercase), count(u8::is_ascii_digit));
    let hyphens = count(|byte| *byte == b'-');
    capitals > 0
        && digits > 0
        && (6..=12).contains(&(capitals + digits))
        && capitals + digits + hyphens == word.len()
        && word.split('-').all(|group| !group.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_as_mails_say_them() {
        for (text, codes) in [
            ("Your code is 123456.", &["123456"][..]),
            ("Type the pairing key:\r\n\r\n    1234 5678 9012\r\n", &["123456789012"]),
            ("Use 123-456 or *987 654*, then 123456 again", &["123456", "987654"]),
            ("PIN: 4711", &["4711"]),
            ("Your one-time password is A1B2-C3D4", &["A1B2-C3D4"]),
            ("G-123456 is your verification code", &["G-123456"]),
            ("88002211 signs you in; 7700 does not", &["88002211"]),
        ] {
            assert_eq!(find(text), codes, "{text}");
        }
    }

    #[test]
    fn what_is_no_code() {
        for text in [
            "© 2026 Example, 12 Long Street",
            "On 2026-01-31 at 12:30:45 it cost €12345 (order #556677)",
            "https://x.example/123456?code=234567",
            "Call +1 555 123 4567",
            "1234 5678 9012 3456",
            "123456789",
            "Model AB12CD is out",
            "A KEYBOARD and a SHOPPING list",
            "",
        ] {
            assert_eq!(find(text), Vec::<String>::new(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn codes_are_short_plain_and_few(text in "([0-9]{1,5}|[A-Z]{1,3}|code|[-. \n€é#]){0,200}") {
            let codes = find(&text);
            prop_assert!(codes.len() <= MAX_CODES);
            for code in codes {
                prop_assert!((4..=24).contains(&code.len()));
                prop_assert!(code.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'-'));
            }
        }
    }
}
