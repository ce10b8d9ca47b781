//! The phone's memory of requests: a repeated or stale first message is worthless.

use std::collections::HashMap;

use crate::id::ExchangeId;

/// How far the two clocks may differ, in milliseconds; also how long an exchange is remembered.
pub const WINDOW_MS: u64 = 5 * 60 * 1000;

/// More exchanges than a person can answer within the window: beyond it new ones are refused, never old ones forgotten.
const MOST: usize = 4096;

/// Exchanges seen within the window.
#[derive(Debug, Default)]
pub struct ReplayWindow {
    seen: HashMap<ExchangeId, u64>,
}

/// Why a request is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Stale {
    /// Its time stamp is out of the window.
    #[error("the clocks of phone and computer differ by more than five minutes, or the request is old")]
    Clock,
    /// It was seen before.
    #[error("the request was seen before")]
    Repeated,
    /// Too many requests within the window.
    #[error("too many requests within five minutes")]
    TooMany,
}

impl ReplayWindow {
    /// Takes note of a request issued at `issued_at`, at `now` (both Unix milliseconds).
    ///
    /// # Errors
    /// [`Stale`] if it must not be answered.
    pub fn take(&mut self, exchange: ExchangeId, issued_at: u64, now: u64) -> Result<(), Stale> {
        if issued_at.abs_diff(now) > WINDOW_MS {
            return Err(Stale::Clock);
        }
        self.seen.retain(|_, seen_issued| now.saturating_sub(*seen_issued) <= WINDOW_MS);
        if self.seen.contains_key(&exchange) {
            return Err(Stale::Repeated);
        }
        if self.seen.len() >= MOST {
            return Err(Stale::TooMany);
        }
        self.seen.insert(exchange, issued_at);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_taken_once_within_its_time() {
        let mut window = ReplayWindow::default();
        let now = 10 * WINDOW_MS;
        let id = |n: u8| ExchangeId([n; 16]);
        assert_eq!(window.take(id(1), now, now), Ok(()));
        assert_eq!(window.take(id(1), now, now + 1), Err(Stale::Repeated));
        assert_eq!(window.take(id(2), now - WINDOW_MS - 1, now), Err(Stale::Clock));
        assert_eq!(window.take(id(2), now + WINDOW_MS + 1, now), Err(Stale::Clock));
        // Issued as late as the phone's clock allows: remembered until its own time is over, not the phone's.
        assert_eq!(window.take(id(3), now + WINDOW_MS, now), Ok(()));
        assert_eq!(window.take(id(3), now + WINDOW_MS, now + 2 * WINDOW_MS), Err(Stale::Repeated));
        assert_eq!(window.take(id(3), now + WINDOW_MS, now + 2 * WINDOW_MS + 1), Err(Stale::Clock));
    }
}
