//! The ceremonies that run, by challenge.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Too many ceremonies run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many ceremonies")]
pub struct NoRoom;

/// All that run; `C` is what the end of each needs.
pub struct Ceremonies<C> {
    most: usize,
    running: Mutex<HashMap<u128, (Instant, C)>>,
}

impl<C> Ceremonies<C> {
    /// Room for `most` at once.
    pub fn new(most: usize) -> Self {
        Self { most, running: Mutex::default() }
    }

    /// A ceremony begins; it is forgotten after `keep`.
    ///
    /// # Errors
    /// If too many run.
    pub fn begin(&self, challenge: u128, ceremony: C, keep: Duration) -> Result<(), NoRoom> {
        let now = Instant::now();
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.len() >= self.most {
            running.retain(|_, (until, _)| *until > now);
        }
        if running.len() >= self.most {
            return Err(NoRoom);
        }
        running.insert(challenge, (now + keep, ceremony));
        Ok(())
    }

    /// The ceremony, which is over with this; `None` if there is none, or not any more.
    pub fn end(&self, challenge: u128) -> Option<C> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, ceremony) = running.remove(&challenge)?;
        (until > Instant::now()).then_some(ceremony)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_ceremony_ends_once_and_in_time() {
        let ceremonies = Ceremonies::new(10);
        ceremonies.begin(1, "one", MINUTE).unwrap();
        ceremonies.begin(2, "two", Duration::ZERO).unwrap();
        assert_eq!(ceremonies.end(1), Some("one"));
        for gone in [1, 2, 3] {
            assert_eq!(ceremonies.end(gone), None);
        }
    }

    #[test]
    fn there_is_room_for_so_many_and_expired_ones_make_room() {
        let ceremonies = Ceremonies::new(10);
        ceremonies.begin(0, (), Duration::ZERO).unwrap();
        for challenge in 1..=10 {
            ceremonies.begin(challenge, (), MINUTE).unwrap();
        }
        assert_eq!(ceremonies.begin(11, (), MINUTE), Err(NoRoom));
    }
}
