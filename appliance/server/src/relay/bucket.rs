//! Token buckets: so much at once, so much a second.

use std::time::Instant;

/// How much a bucket lets through.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// At once, after a rest.
    burst: f64,
    /// A second, for ever.
    per_second: f64,
}

impl Rate {
    /// Frames of one device.
    pub const DEVICE: Self = Self { burst: 120.0, per_second: 40.0 };
    /// New requests of the whole organisation: a core's worth of work. A hundred thousand people who all sign in within
    /// half an hour make sixty a second.
    pub const ORGANISATION: Self = Self { burst: 20_000.0, per_second: 10_000.0 };
}

/// An allowance. It is small: every session has one.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    /// How many tokens are missing.
    spent: f64,
    at: Instant,
}

impl Bucket {
    /// A full bucket.
    pub fn full(now: Instant) -> Self {
        Self { spent: 0.0, at: now }
    }

    /// Takes one token; false if there is none.
    pub fn take(&mut self, now: Instant, rate: Rate) -> bool {
        let rested = now.saturating_duration_since(self.at).as_secs_f64();
        self.spent = rested.mul_add(-rate.per_second, self.spent).max(0.0);
        self.at = now;
        if self.spent + 1.0 > rate.burst {
            return false;
        }
        self.spent += 1.0;
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
        assert_eq!((0..200).filter(|_| bucket.take(start, Rate::DEVICE)).count(), 120);
        let later = start + Duration::from_secs(1);
        assert_eq!((0..200).filter(|_| bucket.take(later, Rate::DEVICE)).count(), 40);
        let rested = start + Duration::from_secs(3600);
        assert_eq!((0..200).filter(|_| bucket.take(rested, Rate::DEVICE)).count(), 120);
    }
}
