//! The text of a small fleet, whole. `GRAPEVINE_BLESS=1 cargo test -p grapevine-web --test golden` writes it anew: read
//! the difference before it is committed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod fleet;
mod strict;

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use fleet::origin::Origin;
use fleet::{Fleet, absent, kept, number, text};
use grapevine_proto::catalogue::{
    agent, backup, cpu, disk, gpu, host, load, memory, network, process, service, smart,
};
use grapevine_proto::{Absence, Reading};
use grapevine_web::metrics::{Format, Naming};

#[test]
fn our_own_names() {
    check("own.prom", &small_fleet().text(Naming::Own, Format::Prometheus), Format::Prometheus);
}

#[test]
fn our_own_names_in_open_metrics() {
    check("own.openmetrics", &small_fleet().text(Naming::Own, Format::OpenMetrics), Format::OpenMetrics);
}

#[test]
fn names_of_node_exporter() {
    check("node.prom", &small_fleet().text(Naming::Node, Format::Prometheus), Format::Prometheus);
}

#[test]
fn names_of_dcgm_exporter() {
    check("dcgm.prom", &small_fleet().text(Naming::Dcgm, Format::Prometheus), Format::Prometheus);
}

/// A server with a GPU, two machines that claim one name, and one that is silent.
fn small_fleet() -> Fleet {
    let mut fleet = Fleet::new();
    let mut quiet = Origin::new("quiet", 4);
    fleet.hear(&mut quiet, &[number(&cpu::USE, &[], 3.0), text(&smart::MODEL, &["sda"], "WDC WD40EFRX")]);
    fleet.later(Duration::from_secs(20));
    let mut server = Origin::new("srv-01", 1);
    let [mut one, mut other] = [2, 3].map(|key| Origin::new("twin", key));
    for _ in 0..3 {
        fleet.hear(&mut server, &server_readings());
        fleet.hear(&mut one, &[number(&cpu::USE, &[], 10.0)]);
        fleet.hear(&mut other, &[number(&cpu::USE, &[], 20.0)]);
        fleet.advance_meters().later(Duration::from_millis(1000));
    }
    fleet
}

fn server_readings() -> Vec<Reading> {
    let mut readings = vec![
        text(&host::NAME, &[], "srv-01.example"),
        text(&host::KERNEL, &[], "6.12.0"),
        text(&host::ARCHITECTURE, &[], "x86_64"),
        number(&host::BOOT_TIME, &[], 1_699_000_020.0),
        number(&cpu::USE, &[], 25.0),
        number(&cpu::CORE_USE, &["0"], 40.0),
        number(&cpu::CORE_USE, &["1"], 10.0),
        number(&cpu::USER, &[], 20.0),
        number(&cpu::SYSTEM, &[], 5.0),
        number(&cpu::IOWAIT, &[], 1.0),
        number(&cpu::TEMPERATURE, &[], 61.0),
        text(&cpu::TEMPERATURE_SENSOR, &[], "k10temp Tctl"),
        number(&load::AVG1, &[], 1.5),
        number(&load::TASKS_TOTAL, &[], 400.0),
        number(&memory::TOTAL, &[], gib(64.0)),
        number(&memory::SWAP_TOTAL, &[], gib(8.0)),
        number(&memory::SWAP_USED, &[], gib(1.0)),
        number(&disk::SPACE_SIZE, &["/"], gib(100.0)),
        number(&disk::SPACE_USED, &["/"], gib(95.0)),
        kept(&disk::SPACE_INODES_USED, &["/"], 12.0, Duration::from_secs(30)),
        kept(&disk::SPACE_INODES_USED, &["/old"], 12.0, Duration::from_secs(90)),
        number(&disk::READ, &["nvme0n1"], 1024.0),
        number(&disk::BUSY, &["nvme0n1"], 50.0),
        number(&network::RECEIVE, &["enp1s0"], 2048.0),
        number(&network::ERRORS, &["enp1s0"], 7.0),
        number(&network::SPEED, &["enp1s0"], 1e9),
        absent(&network::SPEED, &["wlan0"], Absence::Unsupported),
        number(&process::TOTAL, &[], 312.0),
        number(&process::COUNT, &["py\"th\\on\n3"], 3.0),
        number(&agent::COLLECTOR_PASS, &["cpu"], 31.0),
    ];
    readings.extend(of_things());
    readings
}

fn of_things() -> Vec<Reading> {
    vec![
        text(&gpu::STATE, &["0"], "ok"),
        text(&gpu::NAME, &["0"], "NVIDIA H200"),
        text(&gpu::UUID, &["0"], "GPU-1111"),
        text(&gpu::BUS, &["0"], "0000:07:00.0"),
        text(&gpu::DRIVER, &["0"], "570.86.15"),
        number(&gpu::USE, &["0"], 97.0),
        number(&gpu::USE, &["card1"], 5.0),
        number(&gpu::MEMORY_USED, &["0"], gib(3.0)),
        number(&gpu::ENERGY, &["0"], 123.0),
        number(&gpu::CLOCK_SM, &["0"], 1.98e9),
        text(&gpu::THROTTLE, &["0"], "sw_power_cap sw_thermal"),
        number(&gpu::THROTTLE_THERMAL, &["0"], 1.5),
        text(&gpu::NAME, &["0/1"], "1g.18gb"),
        number(&gpu::MEMORY_USED, &["0/1"], gib(1.0)),
        text(&smart::STATE, &["nvme0"], "ok"),
        text(&smart::PROTOCOL, &["nvme0"], "nvme"),
        text(&smart::MODEL, &["nvme0"], "Samsung SSD 990 PRO"),
        text(&smart::WARNINGS, &["nvme0"], "none"),
        number(&smart::WEAR, &["nvme0"], 104.0),
        number(&smart::POWER_ON, &["nvme0"], 7200.0),
        text(&service::STATE, &["sshd.service"], "active"),
        text(&service::STATE, &["web.service"], "failed"),
        number(&service::RESTARTS, &["sshd.service"], 2.0),
        text(&backup::STATE, &["home"], "stale"),
        number(&backup::LAST_SUCCESS, &["home"], 1_699_900_000.0),
        text(&backup::MESSAGE, &["home"], "größer als \"gestern\""),
    ]
}

fn gib(count: f64) -> f64 {
    count * f64::from(1 << 30)
}

fn check(name: &str, text: &str, format: Format) {
    strict::parse(text, format).unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if let Some((found, wanted)) = text.lines().zip(expected.lines()).find(|(found, wanted)| found != wanted)
    {
        panic!("{name} is another now: {found}\ninstead of: {wanted}");
    }
    assert!(
        text == expected,
        "{name} is longer or shorter now: GRAPEVINE_BLESS=1 cargo test -p grapevine-web"
    );
}
