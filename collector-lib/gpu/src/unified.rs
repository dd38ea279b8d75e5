//! Memory that a GPU shares with the processor, as on a DGX Spark (GB10).
//!
//! There the driver has no memory of the GPU to tell of. Three figures stand in its place, each with its origin: what
//! the machine has (MemTotal), what of it is available (MemAvailable) and what the GPU's processes hold. The page
//! cache is shown beside them, since CUDA competes with it.
//!
//! That memory is shared follows from what the driver says of it and of the GPU, never from sizes: a card of 96 GB in
//! a host of 64 GB would be mistaken for one that shares.

use std::collections::BTreeMap;
use std::path::Path;

use grapevine_collectors::gpu::{Figure, Gpu};
use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;

/// What a source says of a GPU's own memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnMemory {
    /// It has some.
    Present,
    /// The driver has no such figure (NOT_SUPPORTED, N/A), or it is 0.
    Unsupported,
    /// It could not be read, which says nothing.
    Unread(Absence),
}

/// Whether a GPU shares the machine's memory: it has none of its own to tell of, and translates addresses by the
/// processor's tables (ATS), or is known to be integrated.
pub fn is_unified(memory: OwnMemory, is_ats: bool, name: &str) -> bool {
    memory == OwnMemory::Unsupported && (is_ats || is_integrated(name))
}

/// Whether the name is that of a GPU that is known to share the machine's memory.
pub fn is_integrated(name: &str) -> bool {
    name.split_whitespace().any(|word| INTEGRATED.contains(&word))
}

/// Takes what kind of memory `gpu` has, once its processes are known. Where it is unified, tells of the machine's pool
/// and leaves out PCI Express, which such GPUs misreport.
pub fn put_memory_kind(gpu: &mut Gpu, memory: OwnMemory, is_ats: bool, proc: &Path) {
    let is_unified = is_unified(memory, is_ats, gpu.text(&rows::NAME).unwrap_or_default());
    let kind = match memory {
        _ if is_unified => Ok(UNIFIED),
        OwnMemory::Present => Ok(DEDICATED),
        OwnMemory::Unsupported => Err(Absence::Unsupported),
        OwnMemory::Unread(absence) => Err(absence),
    };
    gpu.put_text(&rows::MEMORY_KIND, kind);
    if is_unified {
        put_pool(gpu, proc);
    }
}

fn put_pool(gpu: &mut Gpu, proc: &Path) {
    let meminfo = std::fs::read_to_string(proc.join("meminfo")).unwrap_or_default();
    let field = |name| field_bytes(&meminfo, name).ok_or(Absence::Failed);
    gpu.put_count(&rows::POOL_TOTAL, field("MemTotal"));
    gpu.put_count(&rows::POOL_AVAILABLE, field("MemAvailable"));
    gpu.put_count(&rows::POOL_CACHED, field("Cached"));
    let resident = resident_bytes(gpu);
    gpu.put(&rows::POOL_RESIDENT, resident);
    for row in [&rows::MEMORY_TOTAL, &rows::MEMORY_USED, &rows::MEMORY_FREE, &rows::MEMORY_RESERVED] {
        gpu.put(row, Err(Absence::Unsupported));
    }
    for row in [
        &rows::PCIE_RECEIVE,
        &rows::PCIE_TRANSMIT,
        &rows::PCIE_GENERATION,
        &rows::PCIE_WIDTH,
        &rows::PCIE_GENERATION_MAX,
        &rows::PCIE_WIDTH_MAX,
    ] {
        gpu.put(row, Err(Absence::Unsupported));
    }
}

/// What the processes have, each counted once though it may compute and draw.
fn resident_bytes(gpu: &Gpu) -> Figure<f64> {
    let processes = gpu.processes.as_ref().map_err(|absence| *absence)?;
    let by_pid: BTreeMap<u32, Figure<f64>> =
        processes.iter().map(|process| (process.pid, process.memory_bytes)).collect();
    by_pid.into_values().sum()
}

/// `MemTotal:       127600748 kB`
fn field_bytes(meminfo: &str, name: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

const UNIFIED: &str = "unified";
const DEDICATED: &str = "dedicated";

/// Names of GPUs that share the machine's memory, should the driver not say that they use ATS.
const INTEGRATED: [&str; 1] = ["GB10"];

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_collectors::gpu::{Process, Source};

    #[test]
    fn memory_is_shared_only_where_there_is_none_and_the_gpu_is_of_that_kind() {
        use OwnMemory::{Present, Unread, Unsupported};
        let failed = Unread(Absence::Failed);
        for (memory, is_ats, name, expected) in [
            (Unsupported, true, "NVIDIA Something", true),
            (Unsupported, false, "NVIDIA GB10", true),
            (Unsupported, false, "NVIDIA GB100", false),
            (Unsupported, false, "NVIDIA GeForce RTX 3090", false),
            (Present, true, "NVIDIA GB10", false),
            (failed, true, "NVIDIA GB10", false),
        ] {
            assert_eq!(is_unified(memory, is_ats, name), expected, "{memory:?} {is_ats} {name}");
        }
    }

    #[test]
    fn a_process_that_is_listed_twice_counts_once() {
        let mut gpu = Gpu::read_by("0", "000f:01:00.0".parse().unwrap(), Source::Nvml);
        let process = |pid, memory_bytes| Process {
            pid,
            name: Err(Absence::Denied),
            user: Err(Absence::Denied),
            service: Err(Absence::Denied),
            memory_bytes,
            use_percent: Err(Absence::Unsupported),
        };
        gpu.processes = Ok(vec![process(1, Ok(10.0)), process(2, Ok(5.0)), process(1, Ok(10.0))]);
        assert_eq!(resident_bytes(&gpu), Ok(15.0));
        gpu.processes = Ok(vec![process(1, Ok(10.0)), process(2, Err(Absence::Unsupported))]);
        assert_eq!(resident_bytes(&gpu), Err(Absence::Unsupported), "half of a sum is none");
        gpu.processes = Ok(Vec::new());
        assert_eq!(resident_bytes(&gpu), Ok(0.0));
    }

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let meminfo = "MemTotal:       127600748 kB\nSwapCached:            1 kB\nCached:          2048 kB\n";
        assert_eq!(field_bytes(meminfo, "MemTotal"), Some(127_600_748 * 1024));
        assert_eq!(field_bytes(meminfo, "Cached"), Some(2048 * 1024));
        assert_eq!(field_bytes(meminfo, "MemAvailable"), None);
    }
}
