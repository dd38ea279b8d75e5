//! What the entries of the output tell, and of which GPUs.

use std::collections::BTreeMap;
use std::path::Path;

use grapevine_collectors::gpu::{BusId, Figure, Gpu, Place, Process, Roster, Source as Origin};
use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;
use serde_json::Value;

use crate::sources::printed::{self, BYTES, CELSIUS, HERTZ, PERCENT, Units, WATTS};
use crate::unified::{OwnMemory, is_integrated, put_memory_kind};

/// The GPUs of `roster` that `entries` tell of, with their addresses.
///
/// # Errors
/// If it cannot be known which entry is of which GPU.
pub(super) fn read(entries: &[Value], roster: &Roster, proc: &Path) -> Result<BTreeMap<BusId, Gpu>, String> {
    let matched = matched(entries, roster)?;
    Ok(matched.into_iter().map(|(place, entry)| (place.bus, read_gpu(place, entry, proc))).collect())
}

/// Which entry is of which GPU. Released versions give no addresses, but list NVIDIA's GPUs in the order of theirs;
/// that tells them apart as long as all are listed.
fn matched<'a>(entries: &'a [Value], roster: &'a Roster) -> Result<Vec<(&'a Place, &'a Value)>, String> {
    let entries: Vec<&Value> = entries.iter().filter(|entry| is_of_nvidia(entry)).collect();
    let by_address: Vec<_> =
        entries.iter().filter_map(|entry| Some((roster.place(address(entry)?)?, *entry))).collect();
    if !by_address.is_empty() {
        return Ok(by_address);
    }
    let mut places: Vec<&Place> = roster.0.iter().collect();
    places.sort_by_key(|place| place.bus);
    if places.len() != entries.len() {
        return Err(format!(
            "it tells of {} NVIDIA GPUs without their addresses, and the machine has {}",
            entries.len(),
            places.len()
        ));
    }
    Ok(places.into_iter().zip(entries).collect())
}

fn is_of_nvidia(entry: &Value) -> bool {
    let name = entry.get("device_name").and_then(Value::as_str).unwrap_or_default();
    name.split_whitespace().any(|word| BRANDS.contains(&word))
}

fn address(entry: &Value) -> Option<BusId> {
    ADDRESSES.iter().find_map(|key| entry.get(key)?.as_str()?.parse().ok())
}

fn read_gpu(place: &Place, entry: &Value, proc: &Path) -> Gpu {
    let mut gpu = Gpu::read_by(place.label.as_str(), place.bus, Origin::Nvtop);
    let name = text(entry, "device_name");
    let is_integrated = name.is_ok_and(is_integrated);
    gpu.put_text(&rows::NAME, name);
    for (row, key, units) in [
        (&rows::USE, "gpu_util", PERCENT),
        (&rows::ENCODER_USE, "encode", PERCENT),
        (&rows::DECODER_USE, "decode", PERCENT),
        (&rows::TEMPERATURE, "temp", CELSIUS),
        (&rows::POWER, "power_draw", WATTS),
        (&rows::CLOCK_GRAPHICS, "gpu_clock", HERTZ),
        (&rows::CLOCK_MEMORY, "mem_clock", HERTZ),
    ] {
        gpu.put(row, number(entry, key, units));
    }
    // A fan may be told by its rounds in a minute, or to be the processor's.
    gpu.put(&rows::FAN, number(entry, "fan_speed", PERCENT).map_err(|_| Absence::Unsupported));
    // Its `mem_util` is how full the memory is, which is no row.
    for (row, key) in [
        (&rows::MEMORY_TOTAL, "mem_total"),
        (&rows::MEMORY_USED, "mem_used"),
        (&rows::MEMORY_FREE, "mem_free"),
    ] {
        gpu.put(row, number(entry, key, BYTES));
    }
    gpu.processes = processes(entry);
    let own = match number(entry, "mem_total", BYTES) {
        // Where the driver has no such figure, it tells that of the machine.
        _ if is_integrated => OwnMemory::Unsupported,
        Ok(total) if total > 0.0 => OwnMemory::Present,
        Ok(_) | Err(Absence::Unsupported) => OwnMemory::Unsupported,
        Err(absence) => OwnMemory::Unread(absence),
    };
    put_memory_kind(&mut gpu, own, false, proc);
    gpu
}

/// All processes of an entry in the order of their numbers, each once.
fn processes(entry: &Value) -> Figure<Vec<Process>> {
    let list = entry.get("processes").and_then(Value::as_array).ok_or(Absence::Unsupported)?;
    let mut by_pid = BTreeMap::new();
    for entry in list {
        let Ok(pid) = text(entry, "pid").and_then(|pid| pid.parse::<u32>().map_err(|_| Absence::Failed))
        else {
            continue;
        };
        let process = Process {
            pid,
            name: text(entry, "cmdline").and_then(program_name).map_err(|_| Absence::Denied),
            user: text(entry, "user").map(str::to_owned).map_err(|_| Absence::Denied),
            service: Err(Absence::Denied),
            memory_bytes: number(entry, "gpu_mem_bytes_alloc", BYTES),
            use_percent: number(entry, "gpu_usage", PERCENT),
        };
        by_pid.entry(pid).or_insert(process);
    }
    Ok(by_pid.into_values().collect())
}

/// The name of the program in a command line, such as `Xorg` of `/usr/lib/xorg/Xorg -nolisten tcp`.
fn program_name(command_line: &str) -> Figure<String> {
    let path = command_line.split_whitespace().next().unwrap_or_default();
    let name = path.rsplit('/').next().filter(|name| !name.is_empty()).ok_or(Absence::Denied)?;
    Ok(name.chars().take(NAME_CHARS_MAX).collect())
}

fn number(entry: &Value, key: &str, units: &Units) -> Figure<f64> {
    printed::number(text(entry, key)?, units)
}

/// What is null or not there at all, this version or the GPU does not have.
fn text<'a>(entry: &'a Value, key: &str) -> Figure<&'a str> {
    match entry.get(key) {
        None | Some(Value::Null) => Err(Absence::Unsupported),
        Some(Value::String(text)) => printed::text(text),
        Some(_) => Err(Absence::Failed),
    }
}

/// Words in the names of NVIDIA's GPUs; drivers before 470 leave out the first.
const BRANDS: [&str; 7] = ["NVIDIA", "GeForce", "Tesla", "Quadro", "GRID", "TITAN", "RTX"];

/// The keys that versions with addresses use.
const ADDRESSES: [&str; 4] = ["pdev", "pci", "pci_addr", "pci_bus_id"];

/// As long as the kernel's own names of processes.
const NAME_CHARS_MAX: usize = 15;
