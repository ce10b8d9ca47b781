//! How fast mails leave: so many a second, and after a rest as many at once.

use std::time::{Duration, Instant};

/// When the next mail may leave.
#[derive(Debug)]
pub struct Pace(Instant);

impl Pace {
    /// After a long rest.
    pub fn new(now: Instant) -> Self {
        Self(now.checked_sub(Duration::from_secs(1)).unwrap_or(now))
    }

    /// Takes a place at `rate` mails a second, 0 for no limit; gives how long to wait for it.
    pub fn take(&mut self, now: Instant, rate: u32) -> Duration {
        if rate == 0 {
            return Duration::ZERO;
        }
        let gap = Duration::from_secs(1) / rate;
        let rested = now.checked_sub(Duration::from_secs(1).saturating_sub(gap)).unwrap_or(now);
        let place = self.0.max(rested);
        self.0 = place + gap;
        place.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_worth_at_once_then_the_rate_holds() {
        let start = Instant::now() + Duration::from_secs(10);
        let mut pace = Pace::new(start);
        let waits: Vec<_> = (0..12).map(|_| pace.take(start, 4).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 0, 250, 500, 750, 1000, 1250, 1500, 1750, 2000]);
        let later = start + Duration::from_secs(60);
        assert_eq!((0..20).filter(|_| pace.take(later, 4).is_zero()).count(), 4);
        assert!((0..1000).all(|_| pace.take(later, 0).is_zero()));
    }
}
