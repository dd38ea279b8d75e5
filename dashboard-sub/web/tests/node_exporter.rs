//! Our names of node_exporter beside those of the real one, which reads a machine made of files beside `/proc`.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod program;
mod strict;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use grapevine_web::metrics::{FamilyKind, Format, Naming};

/// What the real one tells only where systemd runs: names and labels are those of its source
/// (`collector/systemd_linux.go`), and so are the kinds, which are counters where the name ends with `_total`.
const OF_SYSTEMD: [&str; 6] = [
    "node_systemd_service_restart_total",
    "node_systemd_timer_last_trigger_seconds",
    "node_systemd_unit_start_time_seconds",
    "node_systemd_unit_state",
    "node_systemd_unit_tasks_current",
    "node_systemd_unit_tasks_max",
];

/// What the kernel must have been built with.
const OF_SOME_KERNELS: [&str; 2] = ["node_pressure_", "node_disk_"];

#[test]
fn names_kinds_and_labels_are_those_of_the_real_one() {
    let folder = tempfile::tempdir().unwrap();
    make_machine(&folder.path().join("sys"));
    let Some(real) = real_families(folder.path()) else { return };
    let mut missing = BTreeSet::new();
    for family in Naming::Node.families() {
        let Some((kind, labels)) = real.get(&*family.name) else {
            missing.insert(family.name.to_string());
            continue;
        };
        let ours = if family.kind == FamilyKind::Counter { "counter" } else { "gauge" };
        assert_eq!(ours, kind, "{}", family.name);
        for label in &family.labels {
            assert!(labels.contains(&**label), "{}: {label} is not among {labels:?}", family.name);
        }
    }
    missing.retain(|name| !OF_SOME_KERNELS.iter().any(|start| name.starts_with(start)));
    let expected: BTreeSet<String> = OF_SYSTEMD.map(str::to_owned).into();
    assert_eq!(missing, expected, "node_exporter has no such names");
}

/// Kind and labels of what the real one tells of that machine.
fn real_families(folder: &Path) -> Option<BTreeMap<String, (String, BTreeSet<String>)>> {
    let log = folder.join("log");
    let sysfs = format!("--path.sysfs={}", folder.join("sys").display());
    let arguments = ["--web.listen-address=127.0.0.1:0", "--collector.processes", &sysfs];
    let errors = File::create(&log).unwrap();
    let _running = program::start("GRAPEVINE_NODE_EXPORTER", "prometheus-node-exporter", &arguments, errors)?;
    let text = ask(&program::address(&log));
    // It says more than the strict parser takes, such as summaries of itself.
    let is_of_nodes = |line: &&str| line.split([' ', '{']).any(|word| word.starts_with("node_"));
    let mut families: BTreeMap<String, (String, BTreeSet<String>)> = BTreeMap::new();
    for line in text.lines().filter(is_of_nodes) {
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|line| line.split_once(' ')) {
            families.entry(name.to_owned()).or_default().0 = kind.to_owned();
        } else if !line.starts_with('#') {
            // Its numbers have exponents, which the strict parser takes.
            let head = format!(
                "# HELP x x\n# TYPE x gauge\n{}\n",
                line.replacen(line.split(['{', ' ']).next().unwrap(), "x", 1)
            );
            let told = strict::parse(&head, Format::Prometheus).unwrap();
            let name = line.split(['{', ' ']).next().unwrap();
            let labels = told[0].samples[0].labels.keys().cloned();
            families.entry(name.to_owned()).or_default().1.extend(labels);
        }
    }
    Some(families)
}

fn ask(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn make_machine(sys: &Path) {
    let files = [
        ("dmi/id/product_name", "Virtual Machine"),
        ("hwmon/hwmon0/name", "k10temp"),
        ("hwmon/hwmon0/temp1_input", "61000"),
        ("infiniband/mlx5_0/fw_ver", "16.35.2000"),
        ("infiniband/mlx5_0/hca_type", "MT4119"),
        ("infiniband/mlx5_0/board_id", "MT_0000000008"),
        ("infiniband/mlx5_0/ports/1/state", "4: ACTIVE"),
        ("infiniband/mlx5_0/ports/1/phys_state", "5: LinkUp"),
        ("infiniband/mlx5_0/ports/1/rate", "100 Gb/sec (4X EDR)"),
        ("infiniband/mlx5_0/ports/1/counters/port_rcv_data", "4"),
        ("infiniband/mlx5_0/ports/1/counters/port_xmit_data", "4"),
        ("net/eth0/carrier", "1"),
        ("net/eth0/operstate", "up"),
        ("net/eth0/speed", "1000"),
        ("nvme/nvme0/firmware_rev", "1B2QEXP7"),
        ("nvme/nvme0/model", "Samsung SSD 970 PRO 512GB"),
        ("nvme/nvme0/serial", "S463NF0M126227F"),
        ("nvme/nvme0/state", "live"),
    ];
    for (path, content) in files {
        let path = sys.join("class").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{content}\n")).unwrap();
    }
}
