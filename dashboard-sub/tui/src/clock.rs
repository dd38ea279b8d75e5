//! The time, handed in wherever it is needed.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// One moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// On the clock that never goes back.
    pub now: Instant,
    /// Seconds since 1970 on the clock on the wall.
    pub wall_s: f64,
}

impl Clock {
    /// This moment.
    pub fn read() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { now: Instant::now(), wall_s: wall.as_secs_f64() }
    }

    /// The same moment with the clock on the wall so many seconds behind.
    pub(crate) fn behind(self, seconds: f64) -> Self {
        Self { wall_s: self.wall_s - seconds, ..self }
    }
}
