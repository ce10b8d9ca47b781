//! What slows down guessing of passwords and codes.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use pocketkey_api::AdminId;
use tokio::sync::Semaphore;

use super::lockout::{Account, Lockout};
use crate::{
    limit::{Limiter, TooMany},
    secret, validate,
};

/// How long the second step may take, in milliseconds.
const SECOND_STEP: i64 = 5 * 60 * 1000;

/// Everything that slows down guessing.
pub struct Guard {
    /// Five wrong tries per account and network address, then one a minute.
    tries: Limiter<(Account, IpAddr)>,
    /// Fifty wrong tries per network address, then one every five seconds.
    addresses: Limiter<IpAddr>,
    /// Ten wrong tries in a row per account, from wherever.
    lockout: Lockout,
    /// Who gave the right password and owes a code.
    pub second_steps: SecondSteps,
    /// Argon2 takes 19 MiB and a core: two at once.
    pub hashing: Semaphore,
}

impl Default for Guard {
    fn default() -> Self {
        Self {
            tries: Limiter::new(5, 60_000),
            addresses: Limiter::new(50, 5_000),
            lockout: Lockout::default(),
            second_steps: SecondSteps::default(),
            hashing: Semaphore::new(2),
        }
    }
}

/// The account of an e-mail address. A hash, so that a long address costs no memory.
pub fn account(email: &str) -> Account {
    secret::token_hash(&validate::key(email.trim()))
}

impl Guard {
    /// A try begins, and counts as wrong until it is said to be right.
    ///
    /// # Errors
    /// If there were too many.
    pub fn begin(&self, account: Account, from: IpAddr, now: i64) -> Result<Try<'_>, TooMany> {
        self.addresses.take(from, now)?;
        self.tries.take((account, from), now)?;
        self.lockout.take(account, now)?;
        Ok(Try { guard: self, account, from })
    }

    /// A try at a secret that is nobody's in particular begins.
    ///
    /// # Errors
    /// If there were too many.
    pub fn begin_unknown(&self, from: IpAddr, now: i64) -> Result<(), TooMany> {
        self.addresses.take(from, now)
    }

    /// It was right.
    pub fn right_unknown(&self, from: IpAddr) {
        self.addresses.give_back(&from);
    }

    /// Until when an account is locked, if it is.
    pub fn locked_until(&self, email: &str, now: i64) -> Option<i64> {
        self.lockout.locked_until(&account(email), now)
    }

    /// Lets an account try again at once.
    pub fn unlock(&self, email: &str) {
        let account = account(email);
        self.tries.forget(|(of, _)| *of == account);
        self.lockout.clear(&account);
    }
}

/// A try that began.
pub struct Try<'a> {
    guard: &'a Guard,
    account: Account,
    from: IpAddr,
}

impl Try<'_> {
    /// It was right, and more is asked for.
    pub fn right(&self) {
        self.guard.addresses.give_back(&self.from);
        self.guard.tries.give_back(&(self.account, self.from));
        self.guard.lockout.give_back(&self.account);
    }

    /// It was right, and nothing more is asked for.
    pub fn done(&self) {
        self.right();
        self.guard.lockout.clear(&self.account);
    }
}

struct Owing {
    admin: AdminId,
    until: i64,
}

/// Who gave the right password and owes a code, by the hash of a token.
#[derive(Default)]
pub struct SecondSteps(Mutex<HashMap<[u8; 32], Owing>>);

impl SecondSteps {
    /// An admin owes a code from now on; gives the token that says so.
    pub fn begin(&self, admin: AdminId, now: i64) -> String {
        let token = secret::new_token::<32>();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, owing| owing.until > now);
        all.insert(secret::token_hash(&token), Owing { admin, until: now + SECOND_STEP });
        token
    }

    /// Who owes a code, by the token.
    pub fn whose(&self, token: &str, now: i64) -> Option<AdminId> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&secret::token_hash(token)).filter(|owing| owing.until > now).map(|owing| owing.admin.clone())
    }

    /// An admin owes nothing any more.
    pub fn forget(&self, admin: &AdminId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, owing| owing.admin != *admin);
    }
}
