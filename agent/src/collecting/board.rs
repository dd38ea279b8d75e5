//! Where a collector's thread posts what a pass found, and the main thread reads it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use grapevine_collectors::Sample;
use grapevine_proto::{Absence, Moment};

/// The latest pass of one collector. Held only to copy, never while collecting.
#[derive(Default)]
pub(super) struct Board(Mutex<Posted>);

#[derive(Default)]
pub(super) struct Posted {
    pub(super) sample: Sample,
    pub(super) report: PassReport,
    /// When the pass under way began.
    pub(super) busy_since: Option<Moment>,
}

/// How a collector's passes go.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PassReport {
    /// How long the latest pass took, in microseconds; none before the first.
    pub(crate) pass_us: Option<u32>,
    /// How many passes failed since the agent started.
    pub(crate) failures: u32,
}

impl Board {
    pub(super) fn lock(&self) -> MutexGuard<'_, Posted> {
        // A panic while the lock is held leaves data that is whole: nothing is computed under it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Posted {
    /// A board that goes on from this one after its collector was left behind.
    pub(super) fn successor(&self, now: Moment) -> Board {
        let mut sample = self.sample.clone();
        sample.fail_all(now.0, Absence::Failed);
        let report = PassReport { failures: self.report.failures.saturating_add(1), ..self.report };
        Board(Mutex::new(Self { sample, report, busy_since: None }))
    }
}
