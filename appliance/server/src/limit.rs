//! Token buckets against guessing: so many wrong tries at once, then one per interval.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};

/// When more buckets than this are kept, the full ones are forgotten.
const KEEP: usize = 10_000;

/// Too many tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many tries")]
pub struct TooMany {
    /// Seconds until the next try is let through.
    pub retry_after: u64,
}

/// One bucket per `K`. Tries are counted when they begin and given back if they were right.
pub struct Limiter<K> {
    burst: i64,
    interval: i64,
    /// When each bucket is full again, Unix milliseconds.
    full_at: Mutex<HashMap<K, i64>>,
}

impl<K: Eq + Hash> Limiter<K> {
    /// `burst` tries at once, then one every `interval` milliseconds.
    pub fn new(burst: i64, interval: i64) -> Self {
        Self { burst, interval, full_at: Mutex::default() }
    }

    /// Counts a try.
    ///
    /// # Errors
    /// If there were too many; nothing is counted then.
    pub fn take(&self, key: K, now: i64) -> Result<(), TooMany> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() > KEEP {
            full_at.retain(|_, at| *at > now);
        }
        let at = full_at.entry(key).or_insert(now);
        let next = (*at).max(now) + self.interval;
        let wait = next - now - self.burst * self.interval;
        if wait > 0 {
            return Err(TooMany { retry_after: u64::try_from(wait).unwrap_or(0).div_ceil(1000) });
        }
        *at = next;
        Ok(())
    }

    /// Forgets the tries of `these`.
    pub fn forget(&self, these: impl Fn(&K) -> bool) {
        self.full_at.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, _| !these(key));
    }

    /// Gives a try back: it was right.
    pub fn give_back(&self, key: &K) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = full_at.get_mut(key) {
            *at -= self.interval;
        }
    }
}

/// The network address a request came from, an IPv6 one cut to its /64; unspecified where there is no connection.
#[derive(Debug, Clone, Copy)]
pub struct ClientIp(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let ip = info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
        Ok(Self(network(ip)))
    }
}

/// Whoever has one IPv6 address has the 2^64 beside it.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => IpAddr::V6((ip.to_bits() >> 64 << 64).into()),
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_per_interval_and_right_tries_are_free() {
        let limit = Limiter::new(3, 1000);
        for _ in 0..3 {
            limit.take("a", 0).unwrap();
        }
        assert_eq!(limit.take("a", 0), Err(TooMany { retry_after: 1 }));
        limit.take("b", 0).unwrap();
        assert_eq!(limit.take("a", 999), Err(TooMany { retry_after: 1 }));
        limit.take("a", 1000).unwrap();
        assert!(limit.take("a", 1000).is_err());
        for _ in 0..100 {
            limit.take("c", 5000).unwrap();
            limit.give_back(&"c");
        }
        for _ in 0..3 {
            limit.take("a", 100_000).unwrap();
        }
        assert!(limit.take("a", 100_000).is_err());
    }

    #[test]
    fn networks() {
        let cut = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(cut("192.0.2.7"), "192.0.2.7");
        assert_eq!(cut("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(cut("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let limit = Limiter::new(2, 1000);
        for key in 0..KEEP + 1 {
            limit.take(key, 0).unwrap();
        }
        limit.take(0, 5000).unwrap();
        assert_eq!(limit.full_at.lock().unwrap().len(), 1);
    }
}
