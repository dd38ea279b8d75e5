//! How often who may connect: a token bucket for each network.

use std::collections::BTreeMap;
use std::time::Duration;

use super::source::Source;
use super::token_bucket::TokenBucket;
use crate::limits::{ACCEPT_BURST, ACCEPT_NETWORKS_MAX, ACCEPTS_PER_SECOND};

/// The rates of the networks that connected lately.
#[derive(Debug, Default)]
pub(super) struct Rates(BTreeMap<Source, TokenBucket>);

impl Rates {
    /// Whether a connection from `source` may be taken at `now`.
    pub(super) fn admit(&mut self, source: Source, now: Duration) -> bool {
        let network = source.network();
        if self.0.len() >= ACCEPT_NETWORKS_MAX && !self.0.contains_key(&network) {
            self.forget_the_fullest(now);
        }
        let bucket = self.0.entry(network).or_insert_with(|| TokenBucket::full(ACCEPT_BURST, now));
        bucket.take(ACCEPT_BURST, ACCEPTS_PER_SECOND, now)
    }

    /// A bucket that is full says no more than none at all; one that was emptied is what must not be forgotten.
    fn forget_the_fullest(&mut self, now: Duration) {
        let tokens = |bucket: &TokenBucket| bucket.tokens(ACCEPT_BURST, ACCEPTS_PER_SECOND, now);
        let fullest = self.0.iter().max_by(|(_, a), (_, b)| tokens(a).total_cmp(&tokens(b)));
        if let Some(network) = fullest.map(|(network, _)| *network) {
            self.0.remove(&network);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    fn v4(number: u32) -> Source {
        Source::of(IpAddr::V4(number.into()))
    }

    fn v6(address: &str) -> Source {
        Source::of(address.parse().unwrap())
    }

    fn admitted(rates: &mut Rates, source: Source, now: Duration) -> usize {
        (0..100).filter(|_| rates.admit(source, now)).count()
    }

    #[test]
    fn a_burst_is_taken_and_then_so_many_a_second() {
        let mut rates = Rates::default();
        let second = Duration::from_secs(1);
        let local = Source::of(IpAddr::V4(Ipv4Addr::LOCALHOST));
        assert_eq!(admitted(&mut rates, local, Duration::ZERO), 32);
        assert_eq!(admitted(&mut rates, local, second), 8);
        assert_eq!(admitted(&mut rates, v4(1), second), 32, "another address");
        assert_eq!(admitted(&mut rates, Source::Unix, second), 32, "nor the Unix socket");
    }

    #[test]
    fn the_addresses_of_one_network_share_a_rate() {
        let mut rates = Rates::default();
        assert_eq!(admitted(&mut rates, v6("2001:db8::1"), Duration::ZERO), 32);
        assert_eq!(admitted(&mut rates, v6("2001:db8::2"), Duration::ZERO), 0);
        assert_eq!(admitted(&mut rates, v6("2001:db8:0:1::2"), Duration::ZERO), 32);
    }

    #[test]
    fn whoever_comes_with_many_addresses_does_not_get_forgotten() {
        let mut rates = Rates::default();
        assert_eq!(admitted(&mut rates, v4(0), Duration::ZERO), 32);
        for n in 1..1000 {
            assert!(rates.admit(v4(n), Duration::from_millis(1)));
        }
        assert_eq!(rates.0.len(), ACCEPT_NETWORKS_MAX);
        assert!(!rates.admit(v4(0), Duration::from_millis(2)), "its bucket is still empty");
    }
}
