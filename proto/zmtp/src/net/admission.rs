//! Who may connect how often: a token bucket for each address.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use super::token_bucket::TokenBucket;
use crate::limits::{ACCEPT_ADDRESSES_MAX, ACCEPT_BURST, ACCEPTS_PER_SECOND};

/// The rates of the addresses that connected lately.
#[derive(Debug, Default)]
pub(super) struct Admission(BTreeMap<IpAddr, TokenBucket>);

impl Admission {
    /// Whether a connection from `address` may be taken at `now`.
    pub(super) fn admit(&mut self, address: IpAddr, now: Duration) -> bool {
        if self.0.len() >= ACCEPT_ADDRESSES_MAX && !self.0.contains_key(&address) {
            let quietest =
                self.0.iter().min_by_key(|(_, bucket)| bucket.asked_at()).map(|(address, _)| *address);
            quietest.and_then(|address| self.0.remove(&address));
        }
        let bucket = self.0.entry(address).or_insert_with(|| TokenBucket::full(ACCEPT_BURST, now));
        bucket.take(ACCEPT_BURST, ACCEPTS_PER_SECOND, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    #[test]
    fn a_burst_is_taken_and_then_so_many_a_second() {
        let mut admission = Admission::default();
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let admitted = |admission: &mut Admission, seconds| {
            (0..100).filter(|_| admission.admit(address, Duration::from_secs(seconds))).count()
        };
        assert_eq!(admitted(&mut admission, 0), 32);
        assert_eq!(admitted(&mut admission, 1), 8);
        assert!(admission.admit(IpAddr::V4(Ipv4Addr::BROADCAST), Duration::from_secs(1)), "another address");
    }

    #[test]
    fn the_addresses_remembered_are_bounded() {
        let mut admission = Admission::default();
        for n in 0..1000_u32 {
            assert!(admission.admit(IpAddr::V4(n.into()), Duration::from_millis(n.into())));
        }
        assert_eq!(admission.0.len(), ACCEPT_ADDRESSES_MAX);
    }
}
