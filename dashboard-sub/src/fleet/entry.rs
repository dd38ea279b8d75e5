//! One host of a fleet.

use std::sync::Arc;
use std::time::Instant;

use crate::event::{Event, News, Vigil};
use crate::host::Host;
use crate::limits::JUDGED_ANEW;
use crate::panel::{Figure, Panels};
use crate::status::Assessment;
use crate::summary::Summary;
use crate::thresholds::Thresholds;

/// A host as a dashboard shows it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its readings.
    pub host: Arc<Host>,
    /// Its figures: a few seconds old at most where nothing but the time has changed, and its age to the tick.
    pub summary: Arc<Summary>,
    /// How it is, as old as the summary.
    pub assessment: Arc<Assessment>,
    /// What happened to it last.
    pub last_event: Option<Arc<Event>>,
    pub(super) gpus: GpuSums,
    vigil: Box<Vigil>,
    /// When summary and assessment were made.
    judged_at: Instant,
}

/// What the GPUs of a host add up to. Those without a current value count for nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GpuSums {
    pub(super) count: u32,
    /// How many tell their use, and its sum.
    pub(super) used_count: u32,
    pub(super) use_percent: f64,
    pub(super) memory_used_bytes: f64,
    pub(super) memory_total_bytes: f64,
}

impl Entry {
    pub(super) fn new(host: Arc<Host>, thresholds: &Thresholds, now: Instant, wall_s: f64) -> Self {
        let panels = Panels::judged(&host, now);
        let summary = Summary::of_panels(&host, &panels, now, wall_s);
        let assessment = thresholds.assess_panels(&host, &panels, now, wall_s);
        let vigil = Vigil::new(&host, &panels, &assessment, now);
        let gpus = GpuSums::of(&panels);
        drop(panels);
        Self {
            host,
            summary: Arc::new(summary),
            assessment: Arc::new(assessment),
            last_event: None,
            gpus,
            vigil: Box::new(vigil),
            judged_at: now,
        }
    }

    /// Judges the host anew, and tells what is new about it.
    pub(super) fn judge(&mut self, thresholds: &Thresholds, now: Instant, wall_s: f64) -> Vec<News> {
        let panels = Panels::judged(&self.host, now);
        self.summary = Arc::new(Summary::of_panels(&self.host, &panels, now, wall_s));
        self.assessment = Arc::new(thresholds.assess_panels(&self.host, &panels, now, wall_s));
        self.gpus = GpuSums::of(&panels);
        self.judged_at = now;
        self.vigil.look(&self.host, &panels, &self.assessment, now)
    }

    /// Lets the host grow older, and says whether it has to be judged anew for that.
    pub(super) fn handle_tick(&mut self, now: Instant) -> bool {
        Arc::make_mut(&mut self.summary).age_s = Figure::of(seconds(self.host.age_ms(now)));
        self.summary.freshness != self.host.freshness(now)
            || now.saturating_duration_since(self.judged_at) >= JUDGED_ANEW
    }
}

impl GpuSums {
    fn of(panels: &Panels<'_>) -> Self {
        let mut sums = Self::default();
        for gpu in panels.gpus.whole() {
            sums.count += 1;
            if let Some(use_percent) = gpu.use_percent.current() {
                sums.used_count += 1;
                sums.use_percent += use_percent;
            }
            let memory = gpu.memory_used_bytes.current().zip(gpu.memory_total_bytes.current());
            if let Some((used, total)) = memory {
                sums.memory_used_bytes += used;
                sums.memory_total_bytes += total;
            }
        }
        sums
    }
}

#[expect(clippy::cast_precision_loss, reason = "no frame is 2^53 ms old")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
