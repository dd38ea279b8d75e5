//! What leaves the files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use grapevine_collectors::smart::{Source, SpoolError, Spooled, spool};

use super::stand_in::{Machine, fixture_of, mode};

fn run(machine: &Machine) -> Result<Spooled, SpoolError> {
    spool(machine.runner(), "smartctl", &machine.path("sys"), &machine.path("files"))
}

fn names(machine: &Machine) -> Vec<String> {
    let entries = fs::read_dir(machine.path("files")).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn what_is_left_is_what_the_agent_reads() {
    let mut machine = Machine::new();
    machine.scan(&[("nvme0", "nvme"), ("sda", "sat")]);
    machine.has_disk("sda", true);
    machine.answer_as("nvme0", "nvme-failing");
    machine.answer_as("sda", "sata-hdd-bad");
    fs::remove_dir(machine.path("files")).unwrap();
    assert_eq!(run(&machine).unwrap().written, ["nvme0", "sda"]);
    assert!(machine.calls().contains(&"--json=c -x -d sat -n standby,3 /dev/sda".to_owned()));
    assert_eq!(names(&machine), ["nvme0.json", "sda.json"]);
    let permissions = fs::metadata(machine.path("files/sda.json")).unwrap().permissions();
    assert_eq!(permissions.mode() & 0o777, 0o644, "whatever the umask is");
    machine.settings.source = Source::Files;
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.wear", "nvme0"), "97");
    machine.answer_as("sda", "sata-hdd-standby");
    run(&machine).unwrap();
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.sectors.pending", "sda"), "sleeping, 168");
}

#[test]
fn a_drive_without_an_answer_keeps_its_file() {
    let machine = Machine::new();
    machine.scan(&[("sda", "sat"), ("sdb", "sat")]);
    machine.answer_as("sda", "sata-ssd");
    machine.answer_as("sdb", "sata-ssd");
    run(&machine).unwrap();
    let whole = fixture_of("sata-ssd");
    machine.answer("sda", &whole[..1000], 0);
    let spooled = run(&machine).unwrap();
    assert_eq!(spooled.written, ["sdb"]);
    assert_eq!(spooled.skipped.len(), 1);
    assert_eq!(fs::read(machine.path("files/sda.json")).unwrap(), whole);
}

#[test]
fn files_of_drives_that_are_gone_go_and_others_stay() {
    let machine = Machine::new();
    machine.scan(&[("sda", "sat")]);
    machine.answer_as("sda", "sata-ssd");
    run(&machine).unwrap();
    machine.write("files/.sda.77.new", "half of it");
    machine.write("files/settings.json", "{\"not\": \"smartctl's\"}");
    machine.scan(&[]);
    assert_eq!(run(&machine).unwrap().removed, ["sda.json"]);
    assert_eq!(names(&machine), ["settings.json"]);
}

#[test]
fn without_smartctl_the_files_stay() {
    let mut machine = Machine::new();
    machine.scan(&[("sda", "sat")]);
    machine.answer_as("sda", "sata-ssd");
    run(&machine).unwrap();
    machine.run_at("scan", "echo no JSON; exit 0");
    assert!(matches!(run(&machine), Err(SpoolError::Scan { .. })));
    machine.search_path = "/nowhere".to_owned();
    let error = run(&machine).unwrap_err();
    assert_eq!(error.to_string(), "smartctl is not installed");
    assert_eq!(names(&machine), ["sda.json"]);
}

#[test]
fn a_directory_that_others_may_write_is_refused() {
    let machine = Machine::new();
    mode(&machine.path("files"), 0o777);
    assert!(matches!(run(&machine), Err(SpoolError::Open { .. })));
    mode(&machine.path("files"), 0o755);
    fs::rename(machine.path("files"), machine.path("real")).unwrap();
    symlink(machine.path("real"), machine.path("files")).unwrap();
    assert!(matches!(run(&machine), Err(SpoolError::Write { .. })), "nor is a link followed");
    fs::remove_file(machine.path("files")).unwrap();
    machine.write("files", "a file");
    assert!(matches!(run(&machine), Err(SpoolError::Write { .. })));
}
