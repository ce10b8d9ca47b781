//! The operating system's clock and randomness, which the sans-IO crates are handed.

use std::time::{SystemTime, UNIX_EPOCH};

use pocketkey_link::Entropy;

/// The operating system's random generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&mut self, bytes: &mut [u8]) {
        // A kernel without randomness cannot run any of this safely.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// Now, in Unix milliseconds.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
