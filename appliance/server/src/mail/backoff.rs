//! When to try again.

/// The first wait, in milliseconds.
const FIRST: i64 = 5_000;

/// The longest wait, in milliseconds.
const LONGEST: i64 = 60 * 60 * 1000;

/// Milliseconds to wait after `attempts` tries failed: 5 s, 10 s, 20 s … one hour.
pub fn after(attempts: u32) -> i64 {
    let doublings = attempts.saturating_sub(1).min(20);
    (FIRST << doublings).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_an_hour() {
        assert_eq!([1, 2, 3, 4].map(after), [5_000, 10_000, 20_000, 40_000]);
        assert_eq!(after(10), 2_560_000);
        assert_eq!([11, 40, u32::MAX].map(after), [LONGEST; 3]);
    }
}
