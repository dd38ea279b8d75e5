//! One host of a fleet.

use std::sync::Arc;
use std::time::Instant;

use crate::host::Host;
use crate::panel::Panels;
use crate::status::Assessment;
use crate::summary::Summary;
use crate::thresholds::Thresholds;

/// A host as a dashboard shows it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its readings.
    pub host: Arc<Host>,
    /// Its figures, a few seconds old at most where nothing but the time has changed.
    pub summary: Box<Summary>,
    /// How it is, as old as the summary.
    pub assessment: Box<Assessment>,
    /// When summary and assessment were made.
    judged_at: Instant,
}

impl Entry {
    pub(super) fn new(host: Arc<Host>, thresholds: &Thresholds, now: Instant, wall_s: f64) -> Self {
        let panels = Panels::of(&host, now);
        let summary = Box::new(Summary::of_panels(&host, &panels, now, wall_s));
        let assessment = Box::new(thresholds.assess_panels(&host, &panels, now, wall_s));
        drop(panels);
        Self { host, summary, assessment, judged_at: now }
    }

    /// Whether time alone may have changed what is said of the host.
    pub(super) fn is_outdated(&self, now: Instant) -> bool {
        self.summary.freshness != self.host.freshness(now)
            || now.saturating_duration_since(self.judged_at) >= crate::limits::JUDGED_ANEW
    }
}
