//! The same readings from all sources, as far as each can know them.

use std::collections::BTreeMap;

use grapevine_gpu::sources::nvidia_smi::NvidiaSmiSource;
use grapevine_gpu::sources::nvtop::NvtopSource;
use grapevine_proto::{Reading, State, Value};

use crate::machine::{Machine, fixture};
use crate::stand_in::Programs;

/// By metric and labels.
type Told = BTreeMap<String, State>;

/// Readings that a source does not have, by how their names begin.
type Lacks<'a> = &'a [&'a str];

fn told(readings: &[Reading]) -> Told {
    let key = |reading: &Reading| {
        let labels: Vec<&str> = reading.labels.iter().collect();
        format!("{} {}", reading.metric.name, labels.join(" "))
    };
    readings.iter().map(|reading| (key(reading), reading.state.clone())).collect()
}

/// What the library tells is told by another source, too, within its resolution: but for what it lacks, which it tells
/// as absent, if at all. And it tells nothing that the library does not.
fn compare(library: &Told, other: &Told, lacks: Lacks<'_>, resolution: fn(&str) -> f64) {
    for key in other.keys() {
        assert!(library.contains_key(key), "{key} is told by the other one only");
    }
    for (key, expected) in library {
        if key.starts_with("gpu.source ") {
            continue;
        }
        let found = other.get(key);
        if lacks.iter().any(|start| key.starts_with(start)) {
            assert!(
                found.is_none_or(|state| state.absence().is_some()),
                "{key} is known after all: {found:?}"
            );
            continue;
        }
        match (expected, found) {
            (State::Present(Value::Number(expected)), Some(State::Present(Value::Number(found)))) => {
                let resolution = resolution(key);
                assert!((expected - found).abs() <= resolution, "{key}: {expected} and {found}");
            }
            (expected, found) => assert_eq!(Some(expected), found, "{key}"),
        }
    }
}

fn check(name: &str, nvidia_smi_lacks: Lacks<'_>, nvtop_lacks: Lacks<'_>) {
    let mut machine = Machine::new(name);
    let library = told(&machine.pass());
    let programs = Programs::new();
    programs.print("nvidia-smi", &fixture(name).join("nvidia-smi.xml"));
    let mut nvidia_smi = NvidiaSmiSource::new(programs.runner(), machine.proc());
    let lacks = [NVIDIA_SMI_LACKS, nvidia_smi_lacks].concat();
    compare(&library, &told(&machine.pass_by(&mut nvidia_smi)), &lacks, nvidia_smi_resolution);
    programs.print("nvtop", &fixture(name).join("nvtop.json"));
    let mut nvtop = NvtopSource::new(programs.runner(), machine.proc());
    let lacks = [NVTOP_LACKS, nvtop_lacks].concat();
    compare(&library, &told(&machine.pass_by(&mut nvtop)), &lacks, nvtop_resolution);
}

#[test]
fn two_graphics_cards() {
    check("two-3090", &[], &[]);
}

#[test]
fn a_gpu_that_shares_the_machines_memory() {
    check("gb10", &[], &[]);
}

#[test]
fn a_gpu_that_is_split_up() {
    // The recording is of version 3.2, which knows neither memory nor processes.
    check(
        "h200-mig",
        &["gpu.name 0/", "gpu.uuid 0/"],
        &["gpu.memory.", "gpu.process", "gpu.name 0/", "gpu.use 0/"],
    );
}

#[test]
fn a_gpu_that_is_worn_and_hot() {
    // The driver is of a version that does not tell for how long clocks were held back, and nvtop one that forgets
    // commas, and knows neither processes nor the use of the video engines.
    check("t4", &["gpu.throttle."], &["gpu.process", "gpu.encoder", "gpu.decoder"]);
}

#[test]
fn a_gpu_that_is_lost() {
    let mut machine = Machine::new("two-3090");
    let programs = Programs::new();
    let log = fixture("two-3090").join("nvidia-smi.xml");
    programs.print("nvidia-smi", &log);
    let mut nvidia_smi = NvidiaSmiSource::new(programs.runner(), machine.proc());
    machine.pass();
    machine.pass_by(&mut nvidia_smi);
    machine.change(|machine| machine["gpus"][0]["lost"] = true.into());
    let message = "Unable to determine the device handle for GPU0000:01:00.0: GPU is lost.";
    programs.put(
        "nvidia-smi",
        &format!(
            "case \"$4\" in 00000000:41:*) cat '{}';; *) echo '{message}'; exit 15;; esac",
            log.display()
        ),
    );
    let library = told(&machine.pass());
    assert_eq!(library["gpu.state 0"].text(), Some("lost"));
    let other = told(&machine.pass_by(&mut nvidia_smi));
    compare(&library, &other, NVIDIA_SMI_LACKS, nvidia_smi_resolution);
}

/// What no output of nvidia-smi has.
const NVIDIA_SMI_LACKS: Lacks<'static> = &["gpu.energy", "gpu.xid", "gpu.nvlink.", "gpu.process.use "];

/// What no version of nvtop prints.
const NVTOP_LACKS: Lacks<'static> = &[
    "gpu.uuid",
    "gpu.driver",
    "gpu.cuda",
    "gpu.architecture",
    "gpu.memory.use ",
    "gpu.memory.reserved",
    "gpu.temperature.",
    "gpu.power.limit",
    "gpu.energy",
    "gpu.clock.sm",
    "gpu.performance_state",
    "gpu.throttle",
    "gpu.pcie.",
    "gpu.ecc.",
    "gpu.pages.",
    "gpu.rows.",
    "gpu.xid",
    "gpu.nvlink.",
    "gpu.mig",
];

/// Only the first fan is told of: five percent of the speed, between two that cool the same card.
fn nvidia_smi_resolution(key: &str) -> f64 {
    if key.starts_with("gpu.fan") { 5.0 } else { 1e-6 }
}

/// Power is told in whole watts, rounded down.
fn nvtop_resolution(key: &str) -> f64 {
    if key.starts_with("gpu.power") { 1.0 } else { nvidia_smi_resolution(key) }
}
