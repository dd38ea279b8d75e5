//! The processes on a GPU.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use grapevine_collectors::gpu::{Figure, Process};
use grapevine_proto::Absence;
use nvml_wrapper::Device;
use nvml_wrapper::enums::device::UsedGpuMemory;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::device::ProcessInfo;

use super::figure::{absence, figure};

/// Up to when a GPU's samples were read, in microseconds of the machine's clock.
pub(super) struct Utilisation {
    seen_us: u64,
}

impl Default for Utilisation {
    /// What is older than a second says nothing of now.
    fn default() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seen = since_1970.saturating_sub(Duration::from_secs(1));
        Self { seen_us: u64::try_from(seen.as_micros()).unwrap_or_default() }
    }
}

/// All processes that compute or draw on the GPU, in the order of their numbers, each once. Whose they are is not the
/// library's to know.
pub(super) fn of(device: &Device<'_>, utilisation: &mut Utilisation) -> Figure<Vec<Process>> {
    let compute = figure(device.running_compute_processes())?;
    // A datacentre's GPU draws nothing.
    let graphics = match device.running_graphics_processes() {
        Err(NvmlError::NotSupported) => Vec::new(),
        other => figure(other)?,
    };
    let mut memory = by_pid(compute);
    for (pid, bytes) in by_pid(graphics) {
        // Both lists tell all of a process that is in both.
        let largest = memory.get(&pid).map_or(bytes, |known| larger(*known, bytes));
        memory.insert(pid, largest);
    }
    let uses = utilisation.read(device);
    let process = |(pid, memory_bytes)| Process {
        pid,
        name: Err(Absence::Denied),
        user: Err(Absence::Denied),
        service: Err(Absence::Denied),
        memory_bytes,
        // Who is in no sample did nothing.
        use_percent: uses
            .as_ref()
            .map_err(|absence| *absence)
            .map(|uses| uses.get(&pid).copied().unwrap_or(0.0)),
    };
    Ok(memory.into_iter().map(process).collect())
}

/// A process has an entry for each MIG instance that it uses.
fn by_pid(entries: Vec<ProcessInfo>) -> BTreeMap<u32, Figure<f64>> {
    let mut memory: BTreeMap<u32, Figure<f64>> = BTreeMap::new();
    for entry in entries {
        let bytes = match entry.used_gpu_memory {
            #[expect(clippy::cast_precision_loss, reason = "below 2^53")]
            UsedGpuMemory::Used(bytes) => Ok(bytes as f64),
            UsedGpuMemory::Unavailable => Err(Absence::Unsupported),
        };
        let sum = memory.get(&entry.pid).map_or(bytes, |known| Ok((*known)? + bytes?));
        memory.insert(entry.pid, sum);
    }
    memory
}

fn larger(a: Figure<f64>, b: Figure<f64>) -> Figure<f64> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(a.max(b)),
        (Ok(known), Err(_)) | (Err(_), Ok(known)) => Ok(known),
        (Err(absence), Err(_)) => Err(absence),
    }
}

impl Utilisation {
    /// The share of time that the GPU worked for each process, by the newest sample of each since the last pass.
    fn read(&mut self, device: &Device<'_>) -> Figure<BTreeMap<u32, f64>> {
        let samples = match device.process_utilization_stats(self.seen_us) {
            // Nothing was sampled since.
            Err(NvmlError::NotFound) => return Ok(BTreeMap::new()),
            Err(error) => return Err(absence(&error)),
            Ok(samples) => samples,
        };
        let mut newest: BTreeMap<u32, (u64, u32)> = BTreeMap::new();
        // The buffer is longer than what is in it; beyond stands anything.
        for sample in samples.iter().filter(|sample| sample.timestamp > self.seen_us && sample.sm_util <= 100)
        {
            let known = newest.entry(sample.pid).or_default();
            if sample.timestamp > known.0 {
                *known = (sample.timestamp, sample.sm_util);
            }
        }
        self.seen_us = newest.values().map(|(at, _)| *at).max().unwrap_or(self.seen_us);
        Ok(newest.into_iter().map(|(pid, (_, percent))| (pid, percent.into())).collect())
    }
}
