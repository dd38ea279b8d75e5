//! How many messages come.

use std::time::Instant;

use grapevine_sub::Counters;

/// What has come so far, and how fast.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Traffic {
    before: Option<(Instant, u64)>,
    /// Messages a second, since the look before.
    pub(crate) per_s: Option<f64>,
    /// Messages that were bad, since the start.
    pub(crate) bad: u64,
}

impl Traffic {
    /// Looks at the counters again.
    #[expect(clippy::cast_precision_loss, reason = "nobody counts 2^53 messages between two looks")]
    pub(crate) fn look(&mut self, counters: &Counters, now: Instant) {
        self.bad = counters.faults_total();
        if let Some((then, messages)) = self.before {
            let seconds = now.saturating_duration_since(then).as_secs_f64();
            let more = counters.messages.saturating_sub(messages);
            self.per_s = (seconds > 0.0).then(|| more as f64 / seconds);
        }
        self.before = Some((now, counters.messages));
    }
}
