//! What the driver's library tells.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{Roster, Source as Origin, Standing};
use grapevine_gpu::source::{Source, SourceError};
use grapevine_gpu::sources::nvml::NvmlSource;
use grapevine_proto::catalogue::gpu as rows;
use grapevine_proto::{Absence, State};
use grapevine_tests::gpus::FakeDriver;
use serde_json::json;

use crate::budget::bytes_per_second;
use crate::machine::{self, Machine, fixture, state};

fn check(name: &str) {
    machine::check(&Machine::new(name).pass(), &fixture(name).join("nvml.txt"));
}

#[test]
fn two_graphics_cards() {
    check("two-3090");
}

#[test]
fn a_gpu_that_shares_the_machines_memory() {
    check("gb10");
}

#[test]
fn a_gpu_that_is_split_up() {
    check("h200-mig");
}

#[test]
fn a_gpu_that_is_worn_and_hot() {
    check("t4");
}

#[test]
fn every_row_of_the_catalogue_is_told_by_some_machine() {
    let mut told = BTreeSet::new();
    for name in ["two-3090", "gb10", "h200-mig", "t4"] {
        let readings = Machine::new(name).pass();
        let present = readings.into_iter().filter(|reading| reading.state.absence().is_none());
        told.extend(present.map(|reading| reading.metric.id));
    }
    // No GPU of NVIDIA tells these; those of others are files, with tests in collector-lib.
    told.extend([&rows::TEMPERATURE_HOTSPOT, &rows::GTT_TOTAL, &rows::GTT_USED].map(|row| row.id));
    let dead: Vec<_> =
        rows::ROWS.iter().filter(|row| !told.contains(&row.id)).map(|row| row.name.as_ref()).collect();
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn a_gpu_keeps_to_its_budget_on_the_wire() {
    let mut machine = Machine::new("two-3090");
    let mut readings = machine.pass();
    // One card with one process.
    readings.retain(|reading| {
        let mut labels = reading.labels.iter();
        labels.next() == Some("0") && labels.next().is_none_or(|pid| pid == "4101")
    });
    for (works, budget) in [(false, 25), (true, 60)] {
        let bytes = bytes_per_second(&readings, works);
        println!("works: {works}: {bytes} B/s for {} readings", readings.len());
        assert!(bytes <= budget, "works: {works}: {bytes} B/s are more than {budget}");
    }
}

#[test]
fn a_gpu_of_an_unknown_name_shares_memory_if_it_uses_ats() {
    for (mode, expected) in [("ATS", Some("unified")), ("HMM", None)] {
        let mut machine = Machine::new("gb10");
        machine.change(|machine| {
            machine["gpus"][0]["answers"]["nvmlDeviceGetName"] = json!("NVIDIA Successor");
        });
        machine.install("nvidia-smi", &format!("<gpu><addressing_mode>{mode}</addressing_mode></gpu>"));
        let readings = machine.pass();
        assert_eq!(state(&readings, "gpu.memory.kind", &["0"]).text(), expected, "{mode}");
    }
}

#[test]
fn memory_that_cannot_be_read_is_not_shared_memory() {
    let mut machine = Machine::new("gb10");
    machine.change(|machine| {
        machine["gpus"][0]["answers"]["nvmlDeviceGetMemoryInfo_v2"] = json!("UNKNOWN");
    });
    let readings = machine.pass();
    assert_eq!(*state(&readings, "gpu.memory.kind", &["0"]), State::Absent(Absence::Failed));
    assert_eq!(*state(&readings, "gpu.memory.total", &["0"]), State::Absent(Absence::Failed));
    assert!(readings.iter().all(|reading| !reading.metric.name.starts_with("gpu.pool.")));
}

#[test]
fn a_gpu_that_falls_off_the_bus_leaves_the_others_alone() {
    let mut machine = Machine::new("two-3090");
    machine.pass();
    machine.change(|machine| machine["gpus"][0]["lost"] = json!(true));
    let readings = machine.pass();
    assert_eq!(state(&readings, "gpu.state", &["0"]).text(), Some("lost"));
    assert_eq!(state(&readings, "gpu.name", &["0"]).text(), Some("NVIDIA GeForce RTX 3090"));
    assert_eq!(state(&readings, "gpu.power", &["0"]).absence(), Some(Absence::Failed));
    assert_eq!(state(&readings, "gpu.state", &["1"]).text(), Some("ok"));
    assert_eq!(state(&readings, "gpu.power", &["1"]).number(), Some(21.87));
    // It vanishes from the library altogether.
    machine.change(|machine| drop(machine["gpus"].as_array_mut().unwrap().remove(0)));
    let readings = machine.pass();
    assert_eq!(state(&readings, "gpu.state", &["0"]).text(), Some("lost"));
    assert_eq!(state(&readings, "gpu.power", &["1"]).number(), Some(21.87));
    // It comes back.
    machine.change(|_| {});
    assert_eq!(state(&machine.pass(), "gpu.power", &["0"]).number(), Some(341.25));
}

#[test]
fn a_gpu_that_is_unplugged_is_told_no_more() {
    let mut machine = Machine::new("two-3090");
    assert_eq!(machine.read().unwrap().len(), 2);
    let one = Roster(machine.roster().0.split_off(1));
    assert_eq!(machine.source.read(&one).unwrap().len(), 1);
}

#[test]
fn a_gpu_that_is_plugged_in_is_told() {
    let mut machine = Machine::new("two-3090");
    machine.change(|machine| drop(machine["gpus"].as_array_mut().unwrap().pop()));
    let one = Roster(machine.roster().0[..1].to_vec());
    assert_eq!(machine.source.read(&one).unwrap().len(), 1);
    machine.change(|_| {});
    // The library has to be started anew, which is not done at once.
    let deadline = Instant::now() + Duration::from_secs(20);
    while machine.read().unwrap().len() < 2 {
        assert!(Instant::now() < deadline, "the new GPU does not show");
    }
    assert_eq!(machine.read().unwrap()[1].label, "1");
}

#[test]
fn a_gpu_that_sleeps_is_not_asked() {
    let mut machine = Machine::new("two-3090");
    // Whoever asks it, hangs.
    machine.change(|machine| machine["gpus"][1]["answers"]["nvmlDeviceGetName"] = json!("HANG"));
    let mut roster = machine.roster();
    roster.0[1].is_suspended = true;
    let gpus = machine.source.read(&roster).unwrap();
    assert_eq!(gpus.len(), 1);
    assert_eq!(gpus[0].standing, Standing::Ok);
    assert_eq!(gpus[0].text(&rows::SOURCE), Some(Origin::Nvml.as_str()));
}

#[test]
fn processes_come_and_go() {
    let mut machine = Machine::new("two-3090");
    let pids = |machine: &mut Machine| -> Vec<u32> {
        let gpus = machine.read().unwrap();
        gpus[0].processes.as_ref().unwrap().iter().map(|process| process.pid).collect()
    };
    assert_eq!(pids(&mut machine), [2001, 4101, 4102]);
    machine.change(|machine| machine["gpus"][0]["compute"] = json!([[4103, 1 << 20, 5]]));
    assert_eq!(pids(&mut machine), [2001, 4102, 4103]);
    machine.change(|machine| {
        machine["gpus"][0]["compute"] = json!([]);
        machine["gpus"][0]["graphics"] = json!([]);
    });
    assert!(pids(&mut machine).is_empty());
    let readings = machine.pass();
    assert_eq!(state(&readings, "gpu.processes", &["0"]).number(), Some(0.0));
}

#[test]
fn errors_of_the_driver_are_counted() {
    let mut machine = Machine::new("two-3090");
    machine.pass();
    let bus = machine.driver.machine["gpus"][1]["bus"].clone();
    machine.change(|machine| machine["xids"] = json!([{"bus": bus, "xid": 31}, {"bus": bus, "xid": 79}]));
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let readings = machine.pass();
        if state(&readings, "gpu.xid.count", &["1"]).number() == Some(2.0) {
            assert_eq!(state(&readings, "gpu.xid", &["1"]).number(), Some(79.0));
            assert_eq!(state(&readings, "gpu.xid", &["0"]).number(), Some(0.0), "the other had none");
            break;
        }
        assert!(Instant::now() < deadline, "the errors do not show");
    }
}

#[test]
fn a_library_that_does_not_start_says_why() {
    let fails =
        |init: &str| Machine::of(FakeDriver::showing(json!({"init": init, "gpus": []}))).read().unwrap_err();
    assert!(matches!(fails("LIB_RM_VERSION_MISMATCH"), SourceError::VersionMismatch));
    assert!(matches!(fails("DRIVER_NOT_LOADED"), SourceError::DriverNotLoaded));
    assert!(matches!(fails("NO_PERMISSION"), SourceError::Denied));
    assert!(matches!(fails("UNKNOWN"), SourceError::Driver { .. }));
    let error =
        NvmlSource::new(Some("/nonexistent.so".into()), "/proc").read(&Roster::default()).unwrap_err();
    assert!(matches!(error, SourceError::LibraryMissing { .. }));
    assert!(error.to_string().contains("/nonexistent.so"), "{error}");
}

#[test]
fn a_library_that_did_not_start_may_do_so_later() {
    let mut machine = Machine::new("two-3090");
    machine.change(|machine| machine["init"] = json!("DRIVER_NOT_LOADED"));
    assert!(machine.read().is_err());
    machine.change(|_| {});
    assert_eq!(machine.read().unwrap().len(), 2);
}
