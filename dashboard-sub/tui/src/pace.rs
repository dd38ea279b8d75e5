//! When to draw: at once what the user asked for, the rest as often as drawing may cost.

use std::time::{Duration, Instant};

/// Decides when the next drawing is due.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Whether something shown is different from what is on the terminal.
    due: Due,
    /// When the last drawing ended, and how long it took.
    last: Option<(Instant, Duration)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Due {
    #[default]
    Never,
    Later,
    Now,
}

impl Pace {
    /// Something shown is different.
    pub(crate) fn later(&mut self) {
        if self.due == Due::Never {
            self.due = Due::Later;
        }
    }

    /// The user waits.
    pub(crate) fn now(&mut self) {
        self.due = Due::Now;
    }

    /// When to draw, if at all. What the user did not ask for comes no more often than each `interval`.
    pub(crate) fn deadline(&self, interval: Duration) -> Option<Instant> {
        let Some((ended, cost)) = self.last else { return (self.due != Due::Never).then(Instant::now) };
        match self.due {
            Due::Never => None,
            Due::Now => Some(ended),
            Due::Later => Some(ended + (cost * REST).clamp(FRAME_TIME_MIN, REST_MAX).max(interval)),
        }
    }

    /// A drawing that took `cost` ended at `ended`.
    pub(crate) fn drawn(&mut self, ended: Instant, cost: Duration) {
        *self = Self { due: Due::Never, last: Some((ended, cost)) };
    }
}

/// After a drawing follows a rest of so many times its cost: drawing takes at most half a percent of a core.
const REST: u32 = 200;

/// A slow terminal is drawn this often all the same.
const REST_MAX: Duration = Duration::from_secs(1);

/// At most 60 drawings a second, as most screens show.
const FRAME_TIME_MIN: Duration = Duration::from_micros(16_667);

#[cfg(test)]
mod tests {
    use super::*;

    const NO_INTERVAL: Duration = Duration::ZERO;

    #[test]
    fn nothing_new_is_not_drawn() {
        let mut pace = Pace::default();
        assert_eq!(pace.deadline(NO_INTERVAL), None);
        pace.drawn(Instant::now(), Duration::from_millis(1));
        assert_eq!(pace.deadline(NO_INTERVAL), None);
    }

    #[test]
    fn drawing_rests_in_proportion_to_its_cost() {
        let ended = Instant::now();
        let rest = |cost_us, interval| {
            let mut pace = Pace::default();
            pace.drawn(ended, Duration::from_micros(cost_us));
            pace.later();
            pace.deadline(interval).map(|deadline| deadline - ended)
        };
        assert_eq!(rest(10, NO_INTERVAL), Some(FRAME_TIME_MIN));
        assert_eq!(rest(500, NO_INTERVAL), Some(Duration::from_millis(100)));
        assert_eq!(rest(80_000, NO_INTERVAL), Some(REST_MAX));
        assert_eq!(rest(500, Duration::from_secs(5)), Some(Duration::from_secs(5)));
    }

    #[test]
    fn what_the_user_asked_for_is_drawn_at_once() {
        let ended = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(ended, Duration::from_millis(5));
        pace.now();
        pace.later();
        assert_eq!(pace.deadline(Duration::from_secs(5)), Some(ended));
    }
}
