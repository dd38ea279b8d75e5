//! Files that somebody with the privilege leaves, and what may be wrong with them.

use std::fs::{self, File};
use std::os::unix::fs::{chown, symlink};
use std::time::{Duration, SystemTime};

use grapevine_collectors::smart::{REPORT_BYTES_MAX, Source};

use super::stand_in::{Collecting, Machine, fixture_of, mode};

fn machine() -> Machine {
    let mut machine = Machine::new();
    machine.settings.source = Source::Files;
    machine
}

fn put(machine: &Machine, name: &str, bytes: impl AsRef<[u8]>) {
    let path = machine.path("files").join(name);
    let new = path.with_extension("new");
    fs::write(&new, bytes).unwrap();
    mode(&new, 0o644);
    fs::rename(new, path).unwrap();
}

fn collecting(machine: &Machine) -> Collecting {
    let mut collecting = machine.collector();
    drop(collecting.pass());
    collecting
}

#[test]
fn a_file_for_each_drive_is_read_and_read_again_when_it_is_another_one() {
    let machine = machine();
    put(&machine, "nvme0.json", fixture_of("nvme-healthy"));
    put(&machine, "sda.json", fixture_of("sata-ssd"));
    put(&machine, "notes.txt", "nothing");
    put(&machine, ".hidden.json", "nothing");
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    assert_eq!(collecting.disks(), ["nvme0", "sda"]);
    assert_eq!(collecting.told("smart.wear", "nvme0"), "3");
    put(&machine, "nvme0.json", fixture_of("nvme-worn"));
    fs::remove_file(machine.path("files/sda.json")).unwrap();
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.wear", "nvme0"), "130");
    assert_eq!(collecting.disks(), ["nvme0"], "its drive is gone");
}

#[test]
fn a_drive_of_which_nothing_was_left_is_missing() {
    let machine = machine();
    machine.has_disk("sda", false);
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.state", "sda"), "missing");
}

#[test]
fn an_old_file_is_stale_and_its_figures_are_kept() {
    let machine = machine();
    put(&machine, "nvme0.json", fixture_of("nvme-healthy"));
    let mut collecting = machine.collector();
    collecting.pass().unwrap();
    let old = SystemTime::now() - Duration::from_secs(400);
    File::open(machine.path("files/nvme0.json")).unwrap().set_modified(old).unwrap();
    let complaint = collecting.complaint();
    let is_told = complaint.starts_with("nvme0: nvme0.json was written ") && complaint.ends_with(" s ago");
    assert!(is_told, "{complaint}");
    assert_eq!(collecting.told("smart.state", "nvme0"), "stale");
    assert_eq!(collecting.told("smart.wear", "nvme0"), "failed, 3");
    let ahead = SystemTime::now() + Duration::from_secs(400);
    File::open(machine.path("files/nvme0.json")).unwrap().set_modified(ahead).unwrap();
    collecting.pass().unwrap();
    assert_eq!(collecting.told("smart.wear", "nvme0"), "3", "a clock that was set back makes nothing old");
}

#[test]
fn a_stale_file_tells_no_figures_to_who_has_not_seen_them() {
    let machine = machine();
    put(&machine, "nvme0.json", fixture_of("nvme-healthy"));
    let old = SystemTime::now() - Duration::from_secs(400);
    File::open(machine.path("files/nvme0.json")).unwrap().set_modified(old).unwrap();
    let collecting = collecting(&machine);
    assert_eq!(collecting.told("smart.wear", "nvme0"), "failed");
}

#[test]
fn a_file_that_is_not_whole_costs_no_other() {
    let machine = machine();
    let whole = fixture_of("sata-ssd");
    put(&machine, "sda.json", &whole[..whole.len() / 2]);
    put(&machine, "sdb.json", "");
    put(&machine, "sdc.json", vec![b' '; REPORT_BYTES_MAX + 1]);
    put(&machine, "sdd.json", whole);
    let mut collecting = machine.collector();
    let complaint = collecting.complaint();
    for (drive, reason) in
        [("sda", "half of it"), ("sdb", "half of it"), ("sdc", "longer than 1048576 bytes")]
    {
        assert_eq!(collecting.told("smart.state", drive), "failed");
        assert!(complaint.contains(&format!("{drive}.json: ")) && complaint.contains(reason), "{complaint}");
    }
    assert_eq!(collecting.told("smart.wear", "sdd"), "6");
}

#[test]
fn what_others_can_have_written_is_not_believed() {
    let machine = machine();
    put(&machine, "sda.json", fixture_of("sata-ssd"));
    mode(&machine.path("files/sda.json"), 0o666);
    machine.write("elsewhere.json", fixture_of("sata-ssd"));
    symlink(machine.path("elsewhere.json"), machine.path("files/sdb.json")).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        machine.path("files/sdc.json"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    fs::create_dir(machine.path("files/sde.json")).unwrap();
    let mut believed = vec![];
    if rustix::process::geteuid().is_root() {
        put(&machine, "sdd.json", fixture_of("sata-ssd"));
        chown(machine.path("files/sdd.json"), Some(65_534), None).unwrap();
        believed.push("sdd");
    } else {
        println!("files of other users are not tried: only root can make them");
    }
    believed.extend(["sda", "sdb", "sdc", "sde"]);
    let mut collecting = machine.collector();
    assert!(!collecting.complaint().is_empty());
    for drive in believed {
        assert_ne!(collecting.told("smart.state", drive), "ok", "{drive}");
        assert_eq!(collecting.told("smart.model", drive), "", "{drive}");
    }
    assert_eq!(collecting.told("smart.state", "sda"), "denied");
    assert_eq!(collecting.told("smart.state", "sdc"), "denied", "and a pipe holds nobody up");
}

#[test]
fn a_directory_that_others_may_write_is_not_believed() {
    let machine = machine();
    machine.has_disk("sda", false);
    put(&machine, "sda.json", fixture_of("sata-ssd"));
    mode(&machine.path("files"), 0o777);
    let mut collecting = machine.collector();
    let complaint = collecting.complaint();
    assert!(complaint.starts_with("others than root and the agent's user may write "), "{complaint}");
    assert_eq!(collecting.told("smart.passed", "sda"), "denied");
}

#[test]
fn where_nobody_leaves_files_the_operator_is_told_what_to_do() {
    let mut machine = machine();
    machine.has_disk("sda", false);
    machine.settings.directory = machine.path("nowhere");
    let mut collecting = machine.collector();
    let complaint = collecting.complaint();
    assert!(
        complaint.contains("grapevine-smart.timer") && complaint.contains("CAP_SYS_RAWIO"),
        "{complaint}"
    );
    assert_eq!(collecting.told("smart.passed", "sda"), "denied");
    fs::create_dir(machine.path("nowhere")).unwrap();
    mode(&machine.path("nowhere"), 0o755);
    collecting.pass().unwrap();
}

#[test]
fn drives_beyond_the_most_are_counted_only() {
    let machine = machine();
    for n in 0..70 {
        put(&machine, &format!("sd{n:03}.json"), fixture_of("nvme-healthy"));
    }
    let collecting = collecting(&machine);
    assert_eq!(collecting.disks().len(), 64);
    assert_eq!(collecting.found(), 70);
}
