//! The clocks of hosts, which are all a bit wrong.

use grapevine_proto::Moment;

/// A time in a simulation, in microseconds since its start.
pub(crate) type Micros = u64;

/// Microseconds in a millisecond.
pub(crate) const MS: Micros = 1000;

/// Microseconds in a second.
pub(crate) const S: Micros = 1_000_000;

/// A host's monotonic clock. It may run fast or slow, and jump forward as after a sleep of the whole machine, or back as
/// only broken ones do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostClock {
    /// Microseconds that it counts in a true second.
    rate: u64,
    true_us: Micros,
    shown_us: Micros,
}

impl HostClock {
    /// A clock that shows `shown_us` at `now`.
    pub(crate) fn new(shown_us: Micros, now: Micros) -> Self {
        Self { rate: TRUE_RATE, true_us: now, shown_us }
    }

    /// What it shows.
    pub(crate) fn at(&self, now: Micros) -> Moment {
        Moment(self.shown_us(now) / MS)
    }

    /// When it will show `moment`, or has.
    pub(crate) fn when(&self, moment: Moment) -> Micros {
        let ahead_us = moment.0.saturating_mul(MS).saturating_sub(self.shown_us);
        if self.rate == TRUE_RATE {
            return self.true_us.saturating_add(ahead_us);
        }
        self.true_us.saturating_add(scaled(ahead_us, TRUE_RATE, self.rate).saturating_add(1))
    }

    /// From now on it counts `rate_ppm` microseconds in a true second.
    pub(crate) fn run_at(&mut self, rate_ppm: u64, now: Micros) {
        *self = Self { rate: rate_ppm.max(1), true_us: now, shown_us: self.shown_us(now) };
    }

    /// It jumps by so many milliseconds.
    pub(crate) fn jump(&mut self, milliseconds: i64, now: Micros) {
        let jump_us = milliseconds.saturating_mul(1000);
        *self = Self { true_us: now, shown_us: self.shown_us(now).saturating_add_signed(jump_us), ..*self };
    }

    /// How long an interval of the host's clock truly takes.
    pub(crate) fn true_length(&self, interval_us: Micros) -> Micros {
        scaled(interval_us, TRUE_RATE, self.rate)
    }

    fn shown_us(&self, now: Micros) -> Micros {
        let passed_us = now.saturating_sub(self.true_us);
        if self.rate == TRUE_RATE {
            return self.shown_us + passed_us;
        }
        self.shown_us.saturating_add(scaled(passed_us, self.rate, TRUE_RATE))
    }
}

const TRUE_RATE: u64 = 1_000_000;

fn scaled(value: u64, by: u64, of: u64) -> u64 {
    u64::try_from(u128::from(value) * u128::from(by) / u128::from(of)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_shows_a_moment_when_it_said_it_would() {
        let mut clock = HostClock::new(7 * S, 3 * S);
        for rate in [1_000_000, 1_050_000, 900_001] {
            clock.run_at(rate, 4 * S);
            for moment in [Moment(8_500), Moment(60_001)] {
                let when = clock.when(moment);
                assert!(clock.at(when) >= moment && clock.at(when - MS) < moment, "{rate} {moment:?}");
            }
        }
        let before = clock.at(5 * S);
        clock.jump(-200, 5 * S);
        assert_eq!(clock.at(5 * S), Moment(before.0 - 200));
    }
}
