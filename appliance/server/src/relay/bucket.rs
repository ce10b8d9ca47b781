//! A token bucket: so many frames at once, so many a second.

use std::time::Instant;

/// Frames a session may send at once after a rest.
const BURST: f64 = 120.0;

/// Frames a second that a session may send for ever.
const PER_SECOND: f64 = 40.0;

/// One session's allowance.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub fn full(now: Instant) -> Self {
        Self { tokens: BURST, at: now }
    }

    /// Takes one token; false if there is none.
    pub fn take(&mut self, now: Instant) -> bool {
        let rested = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = rested.mul_add(PER_SECOND, self.tokens).min(BURST);
        self.at = now;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let start = Instant::now();
        let mut bucket = Bucket::full(start);
        assert_eq!((0..200).filter(|_| bucket.take(start)).count(), 120);
        let later = start + Duration::from_secs(1);
        assert_eq!((0..200).filter(|_| bucket.take(later)).count(), 40);
        let rested = start + Duration::from_secs(3600);
        assert_eq!((0..200).filter(|_| bucket.take(rested)).count(), 120);
    }
}
