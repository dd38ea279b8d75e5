//! How often one may be wrong.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::{
    WRONG_ADDRESSES_MAX, WRONG_LOGIN_PAUSE, WRONG_LOGINS_BURST, WRONG_TOKEN_PAUSE, WRONG_TOKENS_BURST,
};

/// Counts wrong tokens: of each address, and of all logins.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<Wrongs>);

#[derive(Debug, Default)]
struct Wrongs {
    of: BTreeMap<IpAddr, Bucket>,
    logins: Bucket,
}

/// How many wrong tokens are not yet forgiven, as the time at which the last of them will be (generic cell rate
/// algorithm, ITU-T I.371).
#[derive(Clone, Copy, Debug, Default)]
struct Bucket(Option<Instant>);

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Try {
    /// A login.
    Login,
    /// A request with a token.
    Bearer,
}

impl Throttle {
    /// Whether whoever is at `address` may try; if not, after how long.
    pub(super) fn check(&self, what: Try, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let wrongs = self.lock();
        let own = wrongs.of.get(&network(address)).copied().unwrap_or_default();
        own.check(WRONG_TOKENS_BURST, WRONG_TOKEN_PAUSE, now)?;
        match what {
            Try::Login => wrongs.logins.check(WRONG_LOGINS_BURST, WRONG_LOGIN_PAUSE, now),
            Try::Bearer => Ok(()),
        }
    }

    /// Notes that what was tried was wrong.
    pub(super) fn wrong(&self, what: Try, address: IpAddr, now: Instant) {
        let mut wrongs = self.lock();
        if what == Try::Login {
            wrongs.logins.fill(WRONG_LOGIN_PAUSE, now);
        }
        let address = network(address);
        if wrongs.of.len() >= WRONG_ADDRESSES_MAX {
            wrongs.forget(now);
        }
        wrongs.of.entry(address).or_default().fill(WRONG_TOKEN_PAUSE, now);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Wrongs> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wrongs {
    /// Forgets who is forgiven, and if that is less than half of them, those who will be first.
    fn forget(&mut self, now: Instant) {
        let mut times: Vec<Option<Instant>> = self.of.values().map(|bucket| bucket.0).collect();
        times.sort_unstable();
        let middle = times.get(times.len() / 2).copied().flatten().unwrap_or(now);
        self.of.retain(|_, bucket| bucket.0.is_some_and(|forgiven| forgiven > middle.max(now)));
    }
}

impl Bucket {
    fn check(self, burst: u32, pause: Duration, now: Instant) -> Result<(), Duration> {
        let full = pause * burst;
        let filled = self.0.map_or(Duration::ZERO, |empty| empty.saturating_duration_since(now));
        let over = (filled + pause).saturating_sub(full);
        if over.is_zero() { Ok(()) } else { Err(over) }
    }

    fn fill(&mut self, pause: Duration, now: Instant) {
        self.0 = Some(self.0.unwrap_or(now).max(now) + pause);
    }
}

/// An address of IPv4, or the network of a subscriber of IPv6, who has 2^64 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = WRONG_TOKEN_PAUSE;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn who_is_wrong_too_often_waits() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        let [here, there] = ["192.0.2.1", "192.0.2.2"].map(address);
        for _ in 0..WRONG_TOKENS_BURST {
            assert_eq!(throttle.check(Try::Bearer, here, now), Ok(()));
            throttle.wrong(Try::Bearer, here, now);
        }
        assert_eq!(throttle.check(Try::Bearer, here, now), Err(PAUSE));
        assert_eq!(throttle.check(Try::Bearer, there, now), Ok(()));
        assert_eq!(throttle.check(Try::Bearer, here, now + PAUSE), Ok(()));
        throttle.wrong(Try::Bearer, here, now + PAUSE);
        assert_eq!(throttle.check(Try::Bearer, here, now + PAUSE * 3 / 2), Err(PAUSE / 2));
    }

    #[test]
    fn logins_of_many_addresses_are_bounded_together_and_requests_are_not() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for number in 0..WRONG_LOGINS_BURST {
            throttle.wrong(Try::Login, IpAddr::V4(number.into()), now);
        }
        let other = address("192.0.2.1");
        assert_eq!(throttle.check(Try::Login, other, now), Err(WRONG_LOGIN_PAUSE));
        assert_eq!(throttle.check(Try::Bearer, other, now), Ok(()));
    }

    #[test]
    fn addresses_of_one_subscriber_are_one() {
        assert_eq!(network(address("2001:db8::1")), network(address("2001:db8::ffff:2")));
        assert_ne!(network(address("2001:db8::1")), network(address("2001:db8:0:1::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }

    #[test]
    fn the_table_is_bounded() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for number in 0..20_000_u32 {
            throttle.wrong(Try::Bearer, IpAddr::V4(number.into()), now);
        }
        let known = throttle.lock().of.len();
        assert!((1..=WRONG_ADDRESSES_MAX).contains(&known), "{known}");
    }
}
