//! The processes on a GPU.

use std::collections::BTreeMap;

use grapevine_collectors::gpu::{Figure, Process};
use grapevine_proto::Absence;

use super::element::Element;
use crate::sources::printed::{self, BYTES};

/// All processes that the element of a GPU names, in the order of their numbers, each once. Whose they are, the log
/// does not tell reliably.
///
/// One that computes and draws may have an entry for each, both with all of its memory; on a GPU that is split up, it
/// has entries for each of its instances.
pub(super) fn of(element: Element<'_>) -> Figure<Vec<Process>> {
    let list = element.at("processes").ok_or(Absence::Unsupported)?;
    if list.all("process_info").next().is_none() && !list.text().is_empty() {
        return Err(printed::text(list.text()).err().unwrap_or(Absence::Failed));
    }
    let mut by_instance: BTreeMap<(u32, &str), Process> = BTreeMap::new();
    for entry in list.all("process_info") {
        let Some(pid) = entry.at("pid").and_then(|pid| pid.text().parse::<u32>().ok()) else { continue };
        let instance = entry.at("gpu_instance_id").map_or("", Element::text);
        let process = process(pid, entry);
        by_instance
            .entry((pid, instance))
            .and_modify(|known| known.memory_bytes = larger(known.memory_bytes, process.memory_bytes))
            .or_insert(process);
    }
    let mut by_pid: BTreeMap<u32, Process> = BTreeMap::new();
    for ((pid, _), process) in by_instance {
        by_pid
            .entry(pid)
            .and_modify(|known| known.memory_bytes = sum(known.memory_bytes, process.memory_bytes))
            .or_insert(process);
    }
    Ok(by_pid.into_values().collect())
}

fn process(pid: u32, entry: Element<'_>) -> Process {
    Process {
        pid,
        name: Err(Absence::Denied),
        user: Err(Absence::Denied),
        service: Err(Absence::Denied),
        memory_bytes: entry.number("used_memory", BYTES),
        use_percent: Err(Absence::Unsupported),
    }
}

fn sum(a: Figure<f64>, b: Figure<f64>) -> Figure<f64> {
    Ok(a? + b?)
}

fn larger(a: Figure<f64>, b: Figure<f64>) -> Figure<f64> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(a.max(b)),
        (known, Err(_)) => known,
        (Err(_), known) => known,
    }
}
