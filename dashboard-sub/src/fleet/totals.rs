//! What hosts add up to.

use super::{Entry, Fleet};
use crate::status::Status;

/// What some hosts add up to. Only what is current counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    /// How many hosts there are.
    pub hosts: usize,
    by_status: [usize; Status::ALL.len()],
    /// How many GPUs they have, MIG instances not counted.
    pub gpus: u32,
    /// Mean use of all GPUs that tell it.
    pub gpu_use_percent: Option<f64>,
    /// Memory of GPUs in use, not counted where they share the machine's.
    pub gpu_memory_used_bytes: f64,
    /// All of that memory.
    pub gpu_memory_total_bytes: f64,
    /// Power that all GPUs draw.
    pub gpu_power_watts: f64,
    /// Mean use of the processors of all hosts that tell it.
    pub cpu_percent: Option<f64>,
    /// Memory of the hosts that is not available.
    pub memory_used_bytes: f64,
    /// All of that memory.
    pub memory_total_bytes: f64,
    /// Services that failed.
    pub services_failed: f64,
}

impl Fleet {
    /// What all hosts add up to.
    pub fn totals(&self) -> Totals {
        Totals::of(self.entries())
    }

    /// What the hosts at these places add up to.
    pub fn totals_of(&self, places: &[usize]) -> Totals {
        Totals::of(places.iter().filter_map(|place| self.entries().get(*place)))
    }
}

impl Totals {
    /// How many hosts are so.
    pub fn count(&self, status: Status) -> usize {
        self.by_status.get(usize::from(status.gravity())).copied().unwrap_or_default()
    }

    fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Self {
        let mut totals = Self::default();
        let (mut gpu_use, mut cpu_use) = (Mean::default(), Mean::default());
        for Entry { summary, assessment, gpus, .. } in entries {
            totals.hosts += 1;
            if let Some(count) = totals.by_status.get_mut(usize::from(assessment.status.gravity())) {
                *count += 1;
            }
            totals.gpus += gpus.count;
            gpu_use.add(gpus.use_percent, gpus.used_count);
            totals.gpu_memory_used_bytes += gpus.memory_used_bytes;
            totals.gpu_memory_total_bytes += gpus.memory_total_bytes;
            totals.gpu_power_watts += summary.gpu_power_watts.current().unwrap_or_default();
            if let Some(percent) = summary.cpu_percent.current() {
                cpu_use.add(percent, 1);
            }
            let memory = summary.memory_percent.current().zip(summary.memory_total_bytes.current());
            if let Some((percent, total)) = memory {
                totals.memory_used_bytes += percent / 100.0 * total;
                totals.memory_total_bytes += total;
            }
            totals.services_failed += summary.services_failed.current().unwrap_or_default();
        }
        totals.gpu_use_percent = gpu_use.value();
        totals.cpu_percent = cpu_use.value();
        totals
    }
}

#[derive(Default)]
struct Mean {
    sum: f64,
    count: u32,
}

impl Mean {
    fn add(&mut self, sum: f64, count: u32) {
        self.sum += sum;
        self.count += count;
    }

    fn value(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}
