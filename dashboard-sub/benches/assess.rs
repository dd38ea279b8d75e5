//! What a host's summary and assessment cost, of which a dashboard makes one for each frame.
//!
//! `both` is what a dashboard does: all panels once, and from them summary and assessment, by default thresholds;
//! `both_with_overrides` with thresholds for some hosts. `filter` is one filter of four terms.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../tests/machine/mod.rs"]
mod machine;

use divan::{Bencher, black_box, counter::ItemsCount};
use grapevine_proto::Metric;
use grapevine_proto::catalogue::{
    agent, backup, cpu, disk, gpu, host, load, memory, network, pressure, service, smart,
};
use grapevine_sub::panel::Panels;
use grapevine_sub::{Filter, Summary, Thresholds};
use machine::{Machine, Seen, WALL_S};

fn main() {
    divan::main();
}

/// A server of 8 cores with a drive, a backup job and four services: 120 readings, all well.
fn server() -> Machine {
    let plain = [cpu::ROWS, memory::ROWS, pressure::ROWS, load::ROWS, agent::ROWS];
    let mut machine = all(Machine::new(), plain.into_iter().flatten().copied(), &[]);
    machine = all(machine, host::ROWS.iter().copied(), &[]);
    for core in 0..8 {
        machine = machine.number_of(&cpu::CORE_USE, &[&core.to_string()], 20.0);
    }
    for mount in ["/", "/boot", "/home", "/srv"] {
        machine = all(machine, disk::ROWS.iter().copied().filter(|row| is_by(row, "mount")), &[mount]);
    }
    machine = all(machine, disk::ROWS.iter().copied().filter(|row| is_by(row, "disk")), &["nvme0n1"]);
    machine = all(machine, network::ROWS.iter().copied().take(4), &["eth0"]);
    for row in [&smart::PASSED, &smart::TEMPERATURE, &smart::WEAR, &smart::POWER_ON, &smart::SPARE] {
        machine = machine.number_of(row, &["nvme0"], 1.0);
    }
    machine = machine.text_of(&smart::STATE, &["nvme0"], "ok");
    for name in ["cron.service", "nginx.service", "ssh.service", "sshd.service"] {
        machine = machine.text_of(&service::STATE, &[name], "active");
    }
    machine = machine.text_of(&backup::STATE, &["home"], "ok");
    machine.number_of(&backup::LAST_SUCCESS, &["home"], WALL_S - 3600.0)
}

/// The same with four GPUs of all figures each.
fn gpu_server() -> Machine {
    let of_gpu = || gpu::ROWS.iter().copied().filter(|row| row.labels.len() == 1);
    ["0", "1", "2", "3"].into_iter().fold(server(), |machine, gpu| all(machine, of_gpu(), &[gpu]))
}

fn is_by(row: &Metric, label: &str) -> bool {
    row.labels.iter().eq([label])
}

/// `machine` with all of `rows` that have as many labels.
fn all(machine: Machine, rows: impl Iterator<Item = &'static Metric>, labels: &[&str]) -> Machine {
    rows.filter(|row| row.labels.len() == labels.len()).fold(machine, |machine, row| {
        if row.unit.as_str() == "text" {
            return machine.text_of(row, labels, "none");
        }
        // Nothing of this is a matter of a finding: 1 % in use of 10 of whatever it is.
        let is_whole =
            row.name.ends_with("total") || row.name.ends_with("size") || row.name.ends_with("available");
        let is_trouble = ["read_only", "failed", "pending", "uncorrected", "xid"]
            .iter()
            .any(|end| row.name.ends_with(end));
        machine.number_of(
            row,
            labels,
            if is_whole {
                1e12
            } else if is_trouble {
                0.0
            } else {
                1.0
            },
        )
    })
}

fn both(seen: &Seen, thresholds: &Thresholds) {
    let panels = Panels::of(&seen.host, seen.now);
    black_box(Summary::of_panels(&seen.host, &panels, seen.now, WALL_S));
    black_box(thresholds.assess_panels(&seen.host, &panels, seen.now, WALL_S));
}

fn bench_both(bencher: Bencher<'_, '_>, machine: &Machine, thresholds: &Thresholds) {
    let seen = machine.host();
    assert_eq!(seen.assess(thresholds).findings, [], "{} readings", seen.host.readings().len());
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| both(black_box(&seen), thresholds));
}

#[divan::bench]
fn both_of_120_readings(bencher: Bencher<'_, '_>) {
    let machine = server();
    let readings = machine.host().host.readings().len();
    assert!((118..=122).contains(&readings), "{readings}");
    bench_both(bencher, &machine, &Thresholds::default());
}

#[divan::bench]
fn both_of_four_gpus(bencher: Bencher<'_, '_>) {
    bench_both(bencher, &gpu_server(), &Thresholds::default());
}

#[divan::bench]
fn both_with_overrides(bencher: Bencher<'_, '_>) {
    let thresholds = toml::from_str(
        "overrides = [{ hosts = [\"web*\", \"srv*\"], gpu_use = \"off\" }, { groups = [\"lab\"], disk_space = \"off\" }]",
    );
    bench_both(bencher, &server(), &thresholds.unwrap());
}

#[divan::bench]
fn panels(bencher: Bencher<'_, '_>) {
    let seen = server().host();
    bencher.bench_local(|| black_box(Panels::of(black_box(&seen.host), seen.now)).cpu.load1);
}

#[divan::bench]
fn filter(bencher: Bencher<'_, '_>) {
    let seen = server().host();
    let filter = Filter::parse("host=srv* group=lab status=ok smart.wear<80").unwrap();
    let (summary, assessment) = (seen.summary(), seen.assess(&Thresholds::default()));
    assert!(filter.matches(&seen.host, &summary, &assessment));
    bencher.bench_local(|| black_box(&filter).matches(&seen.host, &summary, &assessment));
}
