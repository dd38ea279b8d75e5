//! How many signatures an agent checks, and for whom.

use super::bucket::Bucket;
use crate::limits::{Rate, SIGNATURE_BURST, SIGNATURE_RATE};
use crate::moment::Moment;

/// Checking signatures is what costs an agent most, and whoever sends frames can make it do so. The budget bounds that
/// for all links together.
///
/// While more than half of the burst is left, whoever asks first is served. Then each of *n* links gets one *n*th of
/// the rate, and what it saved of that: at most one *n*th of the other half of the burst. So in any time *t* all shares
/// together are at most rate * *t* + burst / 2, which is what is there, and a link within its share is never turned
/// away for what others do.
#[derive(Debug, Default)]
pub(super) struct Budget(Bucket);

/// What one link has of the budget. A signature takes as many tokens from it as there are links to share with.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share(Bucket);

impl Budget {
    /// Takes one check for a link that shares with `links` in all, itself included, if it may have one.
    pub(super) fn take(&mut self, share: &mut Share, links: u64, now: Moment) -> bool {
        let is_free = self.0.has(SIGNATURE_BURST + 1, SIGNATURE_RATE, now);
        let may = is_free || share.0.has(links, SHARE_RATE, now);
        if may {
            share.0.spend(links, SHARE_RATE, now);
            self.0.spend(1, SIGNATURE_RATE, now);
        }
        may
    }
}

const SHARE_RATE: Rate = Rate { burst: SIGNATURE_BURST, ..SIGNATURE_RATE };

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PER_S: u64 = 1_000_000 / SIGNATURE_RATE.interval_us;

    /// How many checks each link gets that asks for so many every millisecond.
    fn served(asks: &[u64], milliseconds: u64) -> Vec<u64> {
        let mut budget = Budget::default();
        let mut shares = vec![Share::default(); asks.len()];
        let mut served = vec![0; asks.len()];
        let links = u64::try_from(asks.len()).unwrap();
        for now in (0..milliseconds).map(Moment) {
            for (link, asks) in asks.iter().enumerate() {
                for _ in 0..*asks {
                    served[link] += u64::from(budget.take(&mut shares[link], links, now));
                }
            }
        }
        served
    }

    #[test]
    fn a_lone_link_gets_all_there_is() {
        let served = served(&[1000], 5000);
        assert!((5 * PER_S..=5 * PER_S + 2 * SIGNATURE_BURST).contains(&served[0]), "{served:?}");
    }

    #[test]
    fn a_snapshot_of_ten_thousand_hosts_is_checked_at_once() {
        let (mut budget, mut share) = (Budget::default(), Share::default());
        assert!((0..20_000).all(|_| budget.take(&mut share, 6, Moment(0))));
    }

    #[test]
    fn a_flood_does_not_starve_the_others() {
        let served = served(&[1, 1000, 1], 5000);
        assert_eq!((served[0], served[2]), (5000, 5000), "1,000 a second are within a third of the rate");
        assert!(served[1] >= 5 * PER_S - 10_000, "what the others leave is not lost: {served:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whoever_asks_for_no_more_than_its_share_gets_it(floods in prop::collection::vec(0_u64..200, 1..6)) {
            let links = u64::try_from(floods.len()).unwrap() + 1;
            let within = PER_S / 1000 / links;
            let mut asks = vec![within];
            asks.extend(&floods);
            let served = served(&asks, 1000);
            prop_assert_eq!(served[0], 1000 * within);
            prop_assert!(served.iter().sum::<u64>() <= PER_S + 2 * SIGNATURE_BURST);
        }
    }
}
