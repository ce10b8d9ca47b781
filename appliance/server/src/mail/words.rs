//! Numbers and dates as mails say them.

/// `1234 5678 9012`.
pub fn grouped(digits: &str) -> String {
    let digits: Vec<char> = digits.chars().filter(char::is_ascii_digit).collect();
    digits.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Unix milliseconds as `22 November 2026, 14:05 UTC`.
pub fn utc(ms: i64) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let at = mail_parser::DateTime::from_timestamp(ms.div_euclid(1000));
    let month = MONTHS.get(usize::from(at.month).wrapping_sub(1)).unwrap_or(&"");
    format!("{} {month} {}, {:02}:{:02} UTC", at.day, at.year, at.hour, at.minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates() {
        for (ms, text) in [
            (0, "1 January 1970, 00:00 UTC"),
            (951_782_400_000, "29 February 2000, 00:00 UTC"),
            (951_868_799_000, "29 February 2000, 23:59 UTC"),
            (1_795_356_300_000, "22 November 2026, 14:05 UTC"),
            (4_107_542_400_000, "1 March 2100, 00:00 UTC"),
            (-1, "31 December 1969, 23:59 UTC"),
        ] {
            assert_eq!(utc(ms), text);
        }
    }

    #[test]
    fn digits_in_fours() {
        assert_eq!(grouped("123456789012"), "1234 5678 9012");
        assert_eq!(grouped(""), "");
    }
}
