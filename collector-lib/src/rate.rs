//! From counters to rates.

use grapevine_proto::{Absence, Metric};

use crate::sample::Sample;

/// What a counter did since the previous pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Progress {
    /// There is no previous pass.
    First,
    /// It grew by so much in each second.
    PerSecond(f64),
    /// It fell back, as when a device was replaced, or no time has passed: no rate this time.
    Broken,
}

impl Progress {
    /// Tells the rate to `sample`; nothing if this is the first pass.
    pub(crate) fn tell(self, sample: &mut Sample, metric: &'static Metric, labels: &[&str]) {
        match self {
            Self::First => {}
            Self::PerSecond(rate) => sample.number(metric, labels, rate),
            Self::Broken => sample.absent(metric, labels, Absence::Failed),
        }
    }

    /// The same progress with another unit of the count, such as sectors turned into bytes.
    pub(crate) fn times(self, factor: u32) -> Self {
        match self {
            Self::PerSecond(rate) => Self::PerSecond(rate * f64::from(factor)),
            Self::First | Self::Broken => self,
        }
    }
}

/// A counter as the previous pass saw it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rate {
    previous: Option<(u64, u64)>,
}

impl Rate {
    /// Takes the counter's value at `now_ms` and says how fast it grew.
    pub(crate) fn advance(&mut self, count: u64, now_ms: u64) -> Progress {
        let Some((count_before, ms_before)) = self.previous.replace((count, now_ms)) else {
            return Progress::First;
        };
        match (count.checked_sub(count_before), now_ms.checked_sub(ms_before)) {
            (Some(grown), Some(passed_ms @ 1..)) => {
                Progress::PerSecond(float(grown) / float(passed_ms) * MS_PER_SECOND)
            }
            _ => Progress::Broken,
        }
    }
}

/// A count as a number to calculate with; beyond 2^53 it loses its last digits.
#[expect(clippy::cast_precision_loss, reason = "no reading needs more than 53 bits of a count")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// `part` of `whole` in percent, or none if there is no whole.
pub(crate) fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| 100.0 * float(part) / float(whole))
}

const MS_PER_SECOND: f64 = 1000.0;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rate_takes_two_passes() {
        let mut rate = Rate::default();
        assert_eq!(rate.advance(1000, 0), Progress::First);
        assert_eq!(rate.advance(1500, 250), Progress::PerSecond(2000.0));
        assert_eq!(rate.advance(1500, 1250), Progress::PerSecond(0.0));
    }

    #[test]
    fn a_counter_that_falls_back_breaks_one_pass_only() {
        let mut rate = Rate::default();
        rate.advance(1000, 0);
        assert_eq!(rate.advance(10, 1000), Progress::Broken);
        assert_eq!(rate.advance(30, 2000), Progress::PerSecond(20.0));
    }

    proptest! {
        #[test]
        fn a_rate_is_never_negative_nor_infinite(counts: Vec<(u64, u64)>) {
            let mut rate = Rate::default();
            for (count, now_ms) in counts {
                if let Progress::PerSecond(rate) = rate.advance(count, now_ms) {
                    prop_assert!(rate >= 0.0 && rate.is_finite());
                }
            }
        }
    }
}
