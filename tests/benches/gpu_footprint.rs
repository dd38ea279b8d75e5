//! What it costs to read GPUs: the reader's memory and the time of a pass, and the agent's memory with and without.
//!
//! The library is a fake, whose answers cost next to nothing: the figures are those of our own programs. A real driver
//! adds some ten MiB, and its own time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may panic, and prints its result"
)]

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{ANSWER_BYTES_MAX, Answer, Place, Roster};
use grapevine_collectors::process::Runner;
use grapevine_tests::gpus::{FakeDriver, GpuHost};
use grapevine_tests::programs;
use serde_json::Value;

fn main() {
    for (name, gpus) in [("two-3090", 1), ("two-3090", 2), ("two-3090", 8), ("gb10", 1), ("h200-mig", 1)] {
        pass(name, gpus);
    }
    for (what, more) in [("without", "enabled = false"), ("with", "")] {
        agent(what, more);
    }
}

/// A reader's memory and time, asked as the agent asks it.
fn pass(name: &str, gpus: usize) {
    let mut driver = FakeDriver::new(name);
    let first = driver.machine["gpus"][0].clone();
    let copies = (0..gpus).map(|n| {
        let mut gpu = first.clone();
        gpu["bus"] = Value::from(format!("00000000:{n:02X}:00.0"));
        gpu
    });
    driver.machine["gpus"] = copies.collect();
    driver.change(|_| {});
    let places = driver.buses().into_iter().enumerate().map(|(n, bus)| Place {
        label: n.to_string(),
        bus: bus.parse().unwrap(),
        is_suspended: false,
    });
    let roster = Roster(places.collect()).to_string();
    let library = driver.library();
    let arguments = [OsStr::new("--nvml-library"), library.as_os_str()];
    let mut reader = Arc::new(Runner::default()).accompany(&programs::gpu_reader(), &arguments).unwrap();
    let mut times = Vec::new();
    let mut bytes = 0;
    for _ in 0..PASSES {
        let began = Instant::now();
        let answer = reader.ask(roster.as_bytes(), Duration::from_secs(20), ANSWER_BYTES_MAX).unwrap();
        times.push(began.elapsed());
        bytes = answer.len();
        assert!(matches!(Answer::decode(&answer), Ok(Answer::Readings(_))), "no readings");
    }
    let resident = GpuHost::resident_bytes(reader.id().unwrap()).unwrap();
    let own = GpuHost::own_bytes(reader.id().unwrap()).unwrap();
    times.sort();
    let (median, worst) = (times[PASSES / 2], times[PASSES * 99 / 100]);
    println!(
        "{name} x {gpus}: {bytes} B an answer, {median:?} a pass (99 %: {worst:?}), {} KiB resident, {} KiB of its own",
        resident / 1024,
        own / 1024
    );
}

/// The agent's memory after a while.
fn agent(what: &str, more: &str) {
    let Some(host) = GpuHost::start(FakeDriver::new("two-3090"), more, false) else { return };
    host.wait_for("ten frames", |host| host.position().sequence >= 10);
    let agent = host.agent_id();
    let (resident, own) = (GpuHost::resident_bytes(agent).unwrap(), GpuHost::own_bytes(agent).unwrap());
    println!("agent {what} GPUs: {} KiB resident, {} KiB of its own", resident / 1024, own / 1024);
}

const PASSES: usize = 500;
