//! Drives: health and traffic in one, and how they are judged.

mod machine;

use std::time::Duration;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::{disk, smart};
use grapevine_sub::{Panel, Status};
use machine::Machine;

/// A healthy NVMe drive.
fn nvme() -> Machine {
    worn(Machine::new(), 12.0).number_of(&disk::READ, &["nvme0n1"], 4096.0).number_of(
        &disk::BUSY,
        &["nvme0n1"],
        3.0,
    )
}

fn worn(machine: Machine, wear: f64) -> Machine {
    machine
        .text_of(&smart::STATE, &["nvme0"], "ok")
        .number_of(&smart::PASSED, &["nvme0"], 1.0)
        .number_of(&smart::TEMPERATURE, &["nvme0"], 41.0)
        .number_of(&smart::WEAR, &["nvme0"], wear)
        .text_of(&smart::CRITICAL_WARNING, &["nvme0"], "none")
}

#[test]
fn health_of_a_controller_and_traffic_of_its_namespace_are_one_drive() {
    let seen = nvme().number_of(&disk::READ, &["nvme0n2"], 0.0).number_of(&disk::READ, &["sda"], 7.0).host();
    let drives = seen.host.drives(seen.now);
    let names: Vec<&str> = drives.list.iter().map(|drive| drive.name).collect();
    assert_eq!(names, ["nvme0n1", "nvme0n2", "sda"]);
    let drive = drives.list.get("nvme0").unwrap();
    assert_eq!(drive.read.value, Some(4096.0));
    assert_eq!(drive.busy_percent.value, Some(3.0));
    assert_eq!(drive.wear_percent.value, Some(12.0));
    assert!(!drive.write.is_told());
    assert_eq!(drives.list.get("nvme0n1"), Some(drive));
    assert!(!drives.list.get("sda").unwrap().has_health());
}

#[test]
fn a_healthy_drive_is_ok() {
    let assessment = nvme().assess();
    assert_eq!(assessment.panel(Panel::Drive), Some(Status::Ok));
    assert_eq!(assessment.status, Status::Ok);
    assert_eq!(assessment.findings, []);
}

#[test]
fn wear_is_a_warning_from_70_and_critical_from_100_on() {
    for (wear, findings) in [
        (69.0, vec![]),
        (70.0, vec!["warning: nvme0 is worn 70 %"]),
        (99.0, vec!["warning: nvme0 is worn 99 %"]),
        (100.0, vec!["critical: nvme0 is worn 100 %"]),
        (142.0, vec!["critical: nvme0 is worn 142 %"]),
    ] {
        assert_eq!(worn(Machine::new(), wear).findings(), findings);
    }
}

#[test]
fn a_drive_that_sleeps_is_ok_with_what_it_told_last() {
    let an_hour = Duration::from_secs(3600);
    let asleep = |wear| {
        Machine::new()
            .text_of(&smart::STATE, &["sda"], "asleep")
            .kept(&smart::PASSED, &["sda"], 1.0, Absence::Sleeping, an_hour)
            .kept(&smart::TEMPERATURE, &["sda"], 75.0, Absence::Sleeping, an_hour)
            .kept(&smart::WEAR, &["sda"], wear, Absence::Sleeping, an_hour)
    };
    let assessment = asleep(3.0).assess();
    assert_eq!(assessment.panel(Panel::Drive), Some(Status::Ok));
    assert_eq!(asleep(3.0).findings(), Vec::<String>::new(), "nobody knows how warm it is now");
    assert_eq!(asleep(91.0).findings(), ["warning: sda is worn 91 %"], "sleep does not heal");
}

#[test]
fn temperature_is_a_warning_from_70_and_critical_from_80_on() {
    for (celsius, findings) in [
        (69.0, vec![]),
        (70.0, vec!["warning: sda is 70 °C hot"]),
        (79.0, vec!["warning: sda is 79 °C hot"]),
        (80.0, vec!["critical: sda is 80 °C hot"]),
    ] {
        let machine = Machine::new().number_of(&smart::TEMPERATURE, &["sda"], celsius);
        assert_eq!(machine.findings(), findings);
    }
}

#[test]
fn spare_blocks_are_critical_below_the_drives_own_threshold() {
    let spare = |left| {
        let machine = nvme().number_of(&smart::SPARE, &["nvme0"], left);
        machine.number_of(&smart::SPARE_THRESHOLD, &["nvme0"], 10.0).findings()
    };
    assert_eq!(spare(10.0), Vec::<String>::new());
    assert_eq!(spare(9.0), ["critical: nvme0n1 has 9 % of its spare blocks left, less than 10 %"]);
    assert_eq!(nvme().number_of(&smart::SPARE, &["nvme0"], 0.0).findings(), Vec::<String>::new());
}

#[test]
fn a_drives_own_words_count() {
    let failing = "critical: nvme0n1 fails its own judgement of its health";
    for (machine, finding) in [
        (nvme().number_of(&smart::PASSED, &["nvme0"], 0.0), failing),
        (nvme().text_of(&smart::WARNINGS, &["nvme0"], "failing errors_logged"), failing),
        (
            nvme().text_of(&smart::CRITICAL_WARNING, &["nvme0"], "spare read_only"),
            "critical: nvme0n1 gives a critical warning: spare, read only",
        ),
        (
            nvme().text_of(&smart::WARNINGS, &["nvme0"], "prefail"),
            "warning: nvme0n1 has an attribute at the threshold of failure",
        ),
        (
            nvme().text_of(&smart::WARNINGS, &["nvme0"], "self_test_failed"),
            "warning: nvme0n1 failed its self-test",
        ),
    ] {
        assert_eq!(machine.findings(), [finding]);
    }
    let all_at_once = nvme()
        .number_of(&smart::PASSED, &["nvme0"], 0.0)
        .text_of(&smart::CRITICAL_WARNING, &["nvme0"], "reliability")
        .text_of(&smart::WARNINGS, &["nvme0"], "failing prefail self_test_failed");
    assert_eq!(all_at_once.findings().len(), 2, "a rule says one thing of a drive");
    let past = nvme().text_of(&smart::WARNINGS, &["nvme0"], "prefail_past errors_logged");
    assert_eq!(past.findings(), Vec::<String>::new());
}
