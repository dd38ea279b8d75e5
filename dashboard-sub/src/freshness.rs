//! How current a host's state is.

use std::fmt;

/// How current a host's state is, judged by the age of its newest frame and by what its neighbours say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Frames come as they should.
    Fresh,
    /// More than two frames are missing.
    Late,
    /// Nothing was heard for so long that the host, its agent or the network must have failed; nobody knows which.
    Silent,
    /// Most of its neighbours lost their links to the host, and nothing was heard of it since: it failed, or was cut
    /// off. See [`grapevine_proto::is_dead`].
    Dead,
    /// The host's agent took leave; nothing more is expected.
    Left,
}

impl Freshness {
    /// The freshness of a host that sends a frame every `interval_ms` and whose newest frame is `age_ms` old: fresh
    /// up to 3 intervals, late up to 10, silent beyond. The interval comes from the host, so it is kept between
    /// [`INTERVAL_MS_MIN`] and [`INTERVAL_MS_MAX`].
    pub fn of(age_ms: u64, interval_ms: u32) -> Self {
        match age_ms {
            _ if age_ms <= Self::fresh_ms(interval_ms) => Self::Fresh,
            _ if age_ms <= LATE_INTERVALS * within_bounds(interval_ms) => Self::Late,
            _ => Self::Silent,
        }
    }

    /// How old the newest frame of a fresh host can be that sends one every `interval_ms`.
    pub(crate) fn fresh_ms(interval_ms: u32) -> u64 {
        FRESH_INTERVALS * within_bounds(interval_ms)
    }

    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Late => "late",
            Self::Silent => "silent",
            Self::Dead => "dead",
            Self::Left => "left",
        }
    }
}

impl fmt::Display for Freshness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn within_bounds(interval_ms: u32) -> u64 {
    u64::from(interval_ms.clamp(INTERVAL_MS_MIN, INTERVAL_MS_MAX))
}

/// The shortest interval that counts, in milliseconds: below it a busy network alone would make hosts look late.
pub const INTERVAL_MS_MIN: u32 = 250;

/// The longest interval that counts, in milliseconds, so that no host can claim to be fresh for ever.
pub const INTERVAL_MS_MAX: u32 = 60_000;

const FRESH_INTERVALS: u64 = 3;
const LATE_INTERVALS: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_and_ten_intervals_are_the_bounds() {
        let at = |age_ms| Freshness::of(age_ms, 1000);
        assert_eq!([at(0), at(3000)], [Freshness::Fresh; 2]);
        assert_eq!([at(3001), at(10_000)], [Freshness::Late; 2]);
        assert_eq!(at(10_001), Freshness::Silent);
    }

    #[test]
    fn a_host_cannot_choose_an_absurd_interval() {
        assert_eq!(Freshness::of(700, 0), Freshness::Fresh);
        assert_eq!(Freshness::of(601_000, u32::MAX), Freshness::Silent);
    }
}
