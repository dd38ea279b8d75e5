//! smartctl on its good and bad days.

use grapevine_proto::Absence;

use super::stand_in::{Machine, fixture_of, mode};
use grapevine_collectors::smart::Source;

#[test]
fn only_disks_that_turn_are_asked_for_their_power_mode_first() {
    let machine = Machine::new();
    machine.scan(&[("nvme0", "nvme"), ("sda", "sat"), ("sdb", "sat"), ("bus/0", "megaraid,8")]);
    machine.has_disk("sda", true);
    machine.has_disk("sdb", false);
    for (drive, fixture) in
        [("nvme0", "nvme-healthy"), ("sda", "sata-hdd-bad"), ("sdb", "sata-ssd"), ("0", "sas-defects")]
    {
        machine.answer_as(drive, fixture);
    }
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    let expected = [
        "--scan-open --json=c",
        "--json=c -x -d megaraid,8 -n standby,3 /dev/bus/0",
        "--json=c -x -d nvme /dev/nvme0",
        "--json=c -x -d sat -n standby,3 /dev/sda",
        "--json=c -x -d sat /dev/sdb",
    ];
    assert_eq!(machine.calls(), expected);
    assert_eq!(collecting.disks(), ["bus_0_megaraid,8", "nvme0", "sda", "sdb"]);
    assert_eq!(collecting.told("smart.wear", "nvme0"), "3");
    assert_eq!(collecting.told("smart.sectors.pending", "sda"), "168");
    assert_eq!(collecting.told("smart.grown_defects", "bus_0_megaraid,8"), "287");
    assert_eq!(collecting.told("smart.source", "sda"), "smartctl");
    collecting.pass().unwrap();
    assert!(!machine.calls().contains(&expected[0].to_owned()), "a minute later nobody looks for drives");
}

#[test]
fn a_disk_in_standby_keeps_what_it_told() {
    let machine = Machine::new();
    machine.scan(&[("sdd", "sat")]);
    machine.has_disk("sdd", true);
    machine.answer_as("sdd", "sata-hdd-bad");
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    for standby in ["sata-hdd-standby", "sata-hdd-standby-7.2"] {
        machine.answer_as("sdd", standby);
        collecting.pass().unwrap();
        assert_eq!(collecting.told("smart.state", "sdd"), "asleep");
        assert_eq!(collecting.told("smart.sectors.reallocated", "sdd"), "sleeping, 1784");
        assert_eq!(collecting.told("smart.model", "sdd"), "sleeping, PRESSHOUSE HD4 4TB");
    }
    machine.answer_as("sdd", "sata-hdd-bad");
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.sectors.reallocated", "sdd"), "1784");
}

#[test]
fn a_disk_that_slept_from_the_start_is_told_as_asleep() {
    let machine = Machine::new();
    machine.scan(&[("sdd", "sat")]);
    machine.answer_as("sdd", "sata-hdd-standby");
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.passed", "sdd"), "sleeping");
}

#[test]
fn a_drive_that_sleeps_is_not_asked_for_its_temperature_by_the_kernel() {
    let machine = Machine::new();
    machine.scan(&[("sdd", "sat")]);
    machine.has_disk("sdd", false);
    machine.write("sys/block/sdd/device/hwmon/hwmon1/temp1_input", "30000\n");
    machine.answer_as("sdd", "sata-hdd-standby");
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.temperature", "sdd"), "sleeping");
    machine.answer_as("sdd", "permission-denied");
    assert!(collecting.complaint().contains("Permission denied"));
    assert_eq!(collecting.told("smart.temperature", "sdd"), "30");
}

#[test]
fn all_exit_statuses_of_the_program_are_taken_by_their_bits() {
    let machine = Machine::new();
    machine.scan(&[("nvme0", "nvme")]);
    let mut json: serde_json::Value = serde_json::from_slice(&fixture_of("nvme-healthy")).unwrap();
    for status in 0..=u8::MAX {
        json["smartctl"]["exit_status"] = status.into();
        machine.answer("nvme0", json.to_string(), status);
        let mut collecting = machine.collector();
        let complaint = collecting.complaint();
        let is_read = status & 0b11 == 0;
        assert_eq!(complaint.is_empty(), is_read, "{status:#010b}: {complaint}");
        assert_eq!(collecting.told("smart.wear", "nvme0") == "3", is_read, "{status:#010b}");
        let passed = collecting.told("smart.passed", "nvme0");
        assert_eq!(passed, if is_read { "1" } else { "failed" }, "{status:#010b}");
    }
}

#[test]
fn a_drive_on_which_smartctl_fails_costs_no_other() {
    let machine = Machine::new();
    let bad = [
        ("sda", "exec sleep 600", "took longer"),
        ("sdb", "head -c 2000000 /dev/zero; exit 0", "wrote more than"),
        ("sdc", "echo 'smartctl: cannot'; exit 0", "no JSON, or half of it"),
        ("sde", "kill -9 $$", "no JSON, or half of it"),
        ("sdf", "exit 0", "no JSON, or half of it"),
        ("sdg", "echo '{}'; exit 0", "no JSON of smartctl's"),
    ];
    let mut drives: Vec<(&str, &str)> = bad.iter().map(|(drive, ..)| (*drive, "sat")).collect();
    drives.push(("sdz", "sat"));
    machine.scan(&drives);
    for (drive, script, _) in bad {
        machine.answer(drive, "", 0);
        machine.run_at(drive, script);
    }
    machine.answer_as("sdz", "sata-ssd");
    let mut collecting = machine.collector();
    let complaint = collecting.complaint();
    for (drive, _, reason) in bad {
        assert_eq!(collecting.told("smart.state", drive), "failed");
        assert!(collecting.is_absent("smart.passed", drive, Absence::Failed), "{drive}");
        let is_named = complaint.contains(&format!("{drive}: "));
        assert!(!is_named || complaint.contains(reason), "{drive}: {complaint}");
    }
    assert!(complaint.starts_with("sda: ") && complaint.ends_with("; and 2 more"), "{complaint}");
    assert_eq!(collecting.told("smart.wear", "sdz"), "6");
    machine.calls();
    collecting.now_ms -= 30_000;
    collecting.complaint();
    let calls = machine.calls();
    assert_eq!(
        calls,
        ["--json=c -x -d sat -n standby,3 /dev/sdz"],
        "those that gave no answer have their rest"
    );
    for (drive, ..) in bad {
        machine.answer_as(drive, "sata-ssd");
    }
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.wear", "sda"), "6");
}

#[test]
fn a_smartctl_that_is_not_installed_is_named_once_for_all_drives() {
    let mut machine = Machine::new();
    machine.search_path = "/nowhere".to_owned();
    machine.has_disk("sda", false);
    machine.write("sys/class/nvme/nvme0/hwmon3/temp1_input", "41850\n");
    let mut collecting = machine.collector();
    assert_eq!(collecting.complaint(), "smartctl is not installed");
    assert_eq!(collecting.told("smart.state", "nvme0"), "missing");
    assert_eq!(collecting.told("smart.passed", "nvme0"), "unsupported");
    assert_eq!(collecting.told("smart.temperature", "nvme0"), "41.85", "for that nobody needs it");
    assert_eq!(collecting.told("smart.temperature", "sda"), "unsupported");
}

#[test]
fn a_machine_without_drives_needs_no_smartctl() {
    let mut machine = Machine::new();
    machine.search_path = "/nowhere".to_owned();
    for source in [Source::Auto, Source::Smartctl, Source::Files] {
        machine.settings.source = source;
        machine.settings.directory = "/nowhere".into();
        let mut collecting = machine.collector();
        collecting.pass().unwrap();
        assert!(collecting.disks().is_empty());
    }
}

#[test]
fn a_smartctl_that_may_not_be_run_is_denied() {
    let mut machine = Machine::new();
    machine.has_disk("sda", false);
    machine.search_path = machine.path("bin").display().to_string();
    mode(&machine.path("bin/smartctl"), 0o644);
    let mut collecting = machine.collector();
    assert_eq!(collecting.complaint(), "no permission to run smartctl");
    assert_eq!(collecting.told("smart.passed", "sda"), "denied");
}

#[test]
fn a_drive_that_may_not_be_asked_is_denied() {
    let machine = Machine::new();
    machine.scan(&[("nvme0", "nvme"), ("nvme1", "nvme")]);
    machine.answer_as("nvme0", "permission-denied");
    machine.answer_as("nvme1", "nvme-no-privilege");
    let mut collecting = machine.collector();
    let complaint = collecting.complaint();
    assert!(complaint.contains("nvme0: ") && complaint.contains("nvme1: "), "{complaint}");
    for drive in ["nvme0", "nvme1"] {
        assert_eq!(collecting.told("smart.state", drive), "denied");
        assert_eq!(collecting.told("smart.wear", drive), "denied");
    }
    assert_eq!(collecting.told("smart.model", "nvme1"), "ORCHARD NV3 1TB", "that it told");
}

#[test]
fn what_has_no_figures_is_unsupported_and_no_failure() {
    let machine = Machine::new();
    machine.scan(&[("sda", "scsi"), ("sdf", "scsi")]);
    machine.answer_as("sda", "virtual-disk");
    machine.answer_as("sdf", "usb-bridge-unknown");
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    for drive in ["sda", "sdf"] {
        assert_eq!(collecting.told("smart.state", drive), "unsupported");
        assert_eq!(collecting.told("smart.passed", drive), "unsupported");
        assert_eq!(collecting.told("smart.temperature", drive), "unsupported", "0 degrees are none");
        assert_eq!(collecting.told("smart.power_on", drive), "", "nothing is promised");
    }
}

#[test]
fn drives_beyond_the_most_are_counted_only() {
    let machine = Machine::new();
    let names: Vec<String> = (0..70).map(|n| format!("sd{n:03}")).collect();
    machine.scan(&names.iter().map(|name| (name.as_str(), "sat")).collect::<Vec<_>>());
    for name in &names {
        machine.answer_as(name, "virtual-disk");
    }
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    assert_eq!((collecting.disks().len(), collecting.found()), (64, 70));
}

#[test]
fn drives_come_and_go_as_the_kernel_sees_them() {
    let machine = Machine::new();
    machine.scan(&[("sda", "sat")]);
    machine.has_disk("sda", false);
    machine.answer_as("sda", "sata-ssd");
    machine.answer_as("sdb", "sata-ssd-7.2");
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    machine.has_disk("sdb", false);
    machine.scan(&[("sda", "sat"), ("sdb", "sat")]);
    collecting.pass().unwrap();
    assert_eq!(collecting.disks(), ["sda", "sdb"]);
    std::fs::remove_dir_all(machine.path("sys/block/sda")).unwrap();
    machine.scan(&[("sdb", "sat")]);
    collecting.pass().unwrap();
    assert_eq!(collecting.disks(), ["sdb"]);
}

#[test]
fn drives_are_asked_where_that_is_allowed_and_else_read_from_files() {
    let mut machine = Machine::new();
    machine.settings.source = Source::Auto;
    machine.scan(&[("nvme0", "nvme")]);
    machine.answer_as("nvme0", "nvme-healthy");
    machine.write("files/nvme0.json", fixture_of("nvme-worn"));
    mode(&machine.path("files/nvme0.json"), 0o644);
    for (may_ask, wear, source) in [(true, "3", "smartctl"), (false, "130", "file")] {
        machine.may_ask(may_ask);
        let mut collecting = machine.collector();
        collecting.pass().unwrap();
        assert_eq!(collecting.told("smart.wear", "nvme0"), wear);
        assert_eq!(collecting.told("smart.source", "nvme0"), source);
    }
    machine.may_ask(true);
    machine.search_path = "/nowhere".to_owned();
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    assert_eq!(
        collecting.told("smart.wear", "nvme0"),
        "130",
        "where it is not installed, somebody else's may be"
    );
}
