//! Ten wrong tries in a row, and an account waits. Kept for every address that is tried, whether there is such an account
//! or not, so that nothing tells them apart; in memory, since a restart is nothing that a stranger can bring about.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::limit::TooMany;

/// Wrong tries in a row that lock.
const MOST: u32 = 10;
/// How long, in milliseconds.
const WAIT: i64 = 15 * 60 * 1000;
/// When more accounts than this are kept, those whose wait is over are forgotten.
const KEEP: usize = 10_000;

#[derive(Debug, Clone, Copy)]
struct Tries {
    in_a_row: u32,
    last_at: i64,
}

/// The hash of an account's address.
pub type Account = [u8; 32];

/// Tries are counted when they begin, so that many at once are no way around it.
#[derive(Default)]
pub struct Lockout(Mutex<HashMap<Account, Tries>>);

impl Lockout {
    /// Counts a try.
    ///
    /// # Errors
    /// If the account is locked; nothing is counted then.
    pub fn take(&self, account: Account, now: i64) -> Result<(), TooMany> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() > KEEP {
            all.retain(|_, tries| now < tries.last_at + WAIT);
        }
        let tries = all.entry(account).or_insert(Tries { in_a_row: 0, last_at: now });
        if tries.in_a_row >= MOST {
            let wait = tries.last_at + WAIT - now;
            if wait > 0 {
                return Err(TooMany { retry_after: u64::try_from(wait).unwrap_or(0).div_ceil(1000) });
            }
            tries.in_a_row = 0;
        }
        *tries = Tries { in_a_row: tries.in_a_row + 1, last_at: now };
        Ok(())
    }

    /// Gives a try back: it was right, and more is asked for.
    pub fn give_back(&self, account: &Account) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = all.get_mut(account) {
            tries.in_a_row = tries.in_a_row.saturating_sub(1);
        }
    }

    /// Forgets an account's tries: it signed in, or is let try again.
    pub fn clear(&self, account: &Account) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
    }

    /// Until when the account is locked, Unix milliseconds, if it is.
    pub fn locked_until(&self, account: &Account, now: i64) -> Option<i64> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tries = all.get(account).filter(|tries| tries.in_a_row >= MOST)?;
        Some(tries.last_at + WAIT).filter(|until| *until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Account = [1; 32];

    #[test]
    fn ten_in_a_row_lock_for_a_quarter_of_an_hour() {
        let lockout = Lockout::default();
        for now in 0..10 {
            assert_eq!(lockout.locked_until(&ADA, now), None);
            lockout.take(ADA, now).unwrap();
        }
        assert_eq!(lockout.locked_until(&ADA, 10), Some(9 + WAIT));
        assert_eq!(lockout.take(ADA, 9 + WAIT - 1), Err(TooMany { retry_after: 1 }));
        lockout.take([2; 32], 10).unwrap();
        for now in 0..10 {
            lockout.take(ADA, 9 + WAIT + now).unwrap();
        }
        lockout.take(ADA, 9 + WAIT + 10).unwrap_err();
    }

    #[test]
    fn right_ones_do_not_count_and_an_owner_unlocks() {
        let lockout = Lockout::default();
        for _ in 0..30 {
            lockout.take(ADA, 0).unwrap();
            lockout.give_back(&ADA);
        }
        for _ in 0..10 {
            lockout.take(ADA, 0).unwrap();
        }
        lockout.take(ADA, 0).unwrap_err();
        lockout.clear(&ADA);
        lockout.take(ADA, 0).unwrap();
    }
}
