//! The agent's monotonic clock.

use std::time::Instant;

use grapevine_proto::Moment;

/// Counts milliseconds since the agent started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Moment {
        Moment(u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// The instant at which the clock shows `moment`, as timers want it.
    pub(crate) fn instant(self, moment: Moment) -> Instant {
        // A moment beyond what the system can count is as good as tomorrow.
        let day_ms = 24 * 60 * 60 * 1000;
        self.0 + std::time::Duration::from_millis(moment.0.min(self.now().0 + day_ms))
    }
}
