//! How well this agent itself is.

use crate::limits::{STALL_MS, UNWELL_MAX_MS};
use crate::moment::Moment;

/// Whether this agent ran when it should have. One that was held up finds its links silent or broken, and must not
/// blame its neighbours for that (Lifeguard: Dadgar, Phillips, Currey, "Local health awareness for more accurate
/// failure detection", 2018).
#[derive(Debug, Default)]
pub(super) struct Health {
    unwell_until: Moment,
}

impl Health {
    /// The agent woke so many milliseconds after it wanted to.
    pub(super) fn woke(&mut self, late_ms: u64, now: Moment) {
        if late_ms >= STALL_MS {
            self.unwell_until = self.unwell_until.max(now.after_ms((2 * late_ms).min(UNWELL_MAX_MS)));
        }
    }

    /// Whether what it sees of others can be trusted.
    pub(super) fn is_well(&self, now: Moment) -> bool {
        now >= self.unwell_until
    }
}
