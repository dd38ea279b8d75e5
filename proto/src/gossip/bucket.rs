//! Token buckets: how often something may happen, with some of it at once.

use crate::limits::Rate;
use crate::moment::Moment;

/// A token bucket, full at first. It is kept as the generic cell rate algorithm does (ITU-T I.371, annex A): all that
/// is remembered is when the bucket will be full again, and a token is the time in which it comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bucket {
    full_at_us: u64,
}

impl Bucket {
    /// Takes a token, if there is one.
    pub(super) fn take(&mut self, rate: Rate, now: Moment) -> bool {
        let has_one = self.has(1, rate, now);
        if has_one {
            self.spend(1, rate, now);
        }
        has_one
    }

    /// Whether it holds so many tokens.
    pub(super) fn has(&self, tokens: u64, rate: Rate, now: Moment) -> bool {
        self.full_after(tokens, rate, now) <= empty_us(rate, now)
    }

    /// Takes so many tokens, or all that are left if those are fewer.
    pub(super) fn spend(&mut self, tokens: u64, rate: Rate, now: Moment) {
        self.full_at_us = self.full_after(tokens, rate, now).min(empty_us(rate, now));
    }

    fn full_after(&self, tokens: u64, rate: Rate, now: Moment) -> u64 {
        self.full_at_us.max(us(now)).saturating_add(tokens.saturating_mul(rate.interval_us))
    }
}

/// When a bucket is full again that is empty now.
fn empty_us(rate: Rate, now: Moment) -> u64 {
    us(now).saturating_add(rate.burst.saturating_mul(rate.interval_us))
}

fn us(moment: Moment) -> u64 {
    moment.0.saturating_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A bucket agrees with one that counts its tokens, in parts of which `interval_us` are one.
        #[test]
        fn agrees_with_counted_tokens(
            interval_us in 1_u64..5_000_000,
            burst in 1_u64..20,
            takes in prop::collection::vec((0_u64..4000, 1_u64..4), 0..100),
        ) {
            let rate = Rate { interval_us, burst };
            let (mut bucket, mut now) = (Bucket::default(), Moment(0));
            let mut parts = burst * interval_us;
            for (wait_ms, tokens) in takes {
                now = now.after_ms(wait_ms);
                parts = (parts + wait_ms * 1000).min(burst * interval_us);
                let has = parts >= tokens * interval_us;
                prop_assert_eq!(bucket.has(tokens, rate, now), has);
                if has {
                    bucket.spend(tokens, rate, now);
                    parts -= tokens * interval_us;
                } else {
                    bucket.spend(tokens, rate, now);
                    parts = 0;
                }
            }
        }
    }

    #[test]
    fn the_end_of_time_does_no_harm() {
        let rate = Rate { interval_us: u64::MAX, burst: u64::MAX };
        let mut bucket = Bucket::default();
        assert!(bucket.take(rate, Moment(u64::MAX)));
        assert!(bucket.take(rate, Moment(u64::MAX)));
    }
}
