//! Counters of node_exporter that are sums of rates: `meters` makes them.

use grapevine_proto::catalogue::{cpu, disk, network, pressure};
use grapevine_proto::{Labels, Metric};

use super::Head;
use crate::metrics::family::{Family, FamilyKind};
use crate::metrics::meters::{HostMeters, MODES};
use crate::metrics::samples::Samples;
use crate::metrics::scrape::{Scrape, Seen};

pub(super) fn families() -> Vec<Family> {
    let processor = head(
        "node_cpu_seconds_total",
        &cpu::CORE_USE,
        &["cpu", "mode"],
        "Seconds the CPUs spent in each mode.",
    );
    std::iter::once(processor.family(Box::new(tell_cores))).chain(RATES.iter().map(of_rate)).collect()
}

fn of_rate(&(name, metric, keys, help): &'static Row) -> Family {
    let steps = if metric.unit.as_str() == "percent" { MILLISECONDS } else { 1.0 };
    head(name, metric, keys, help).family(Box::new(
        move |scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>| {
            for (labels, sum) in meters(scrape, seen).into_iter().flat_map(|meters| meters.rates(metric)) {
                if is_told(metric, labels, scrape, seen) {
                    samples.put(keys.iter().copied().zip(labels.iter()), (sum * steps).floor() / steps);
                }
            }
        },
    ))
}

fn tell_cores(scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    for (labels, seconds) in meters(scrape, seen).into_iter().flat_map(HostMeters::cores) {
        if !is_told(&cpu::CORE_USE, labels, scrape, seen) {
            continue;
        }
        for (mode, seconds) in MODES.into_iter().zip(seconds) {
            let core = labels.iter().map(|core| ("cpu", core));
            samples.put(core.chain([("mode", mode)]), (seconds * MILLISECONDS).floor() / MILLISECONDS);
        }
    }
}

fn meters<'s>(scrape: &'s Scrape, seen: &Seen) -> Option<&'s HostMeters> {
    scrape.meters.as_ref()?.host(seen.host.origin())
}

/// Whether the rate is current: the sum of one that is not would look as if nothing happened.
fn is_told(metric: &Metric, labels: &Labels, scrape: &Scrape, seen: &Seen) -> bool {
    seen.current(metric, scrape).any(|reading| reading.labels.iter().eq(labels.iter()))
}

fn head(
    name: &'static str,
    metric: &'static Metric,
    labels: &'static [&'static str],
    help: &'static str,
) -> Head {
    Head { name, kind: FamilyKind::Counter, labels, origin: &metric.name, help }
}

/// Steps in which seconds are told.
const MILLISECONDS: f64 = 1000.0;

type Row = (&'static str, &'static Metric, &'static [&'static str], &'static str);

static RATES: [Row; 12] = [
    ("node_disk_read_bytes_total", &disk::READ, DEVICE, "The total number of bytes read successfully."),
    (
        "node_disk_written_bytes_total",
        &disk::WRITE,
        DEVICE,
        "The total number of bytes written successfully.",
    ),
    ("node_disk_io_time_seconds_total", &disk::BUSY, DEVICE, "Total seconds spent doing I/Os."),
    (
        "node_network_receive_bytes_total",
        &network::RECEIVE,
        DEVICE,
        "Network device statistic receive_bytes.",
    ),
    (
        "node_network_transmit_bytes_total",
        &network::TRANSMIT,
        DEVICE,
        "Network device statistic transmit_bytes.",
    ),
    (
        "node_infiniband_port_data_received_bytes_total",
        &network::RDMA_RECEIVE,
        PORT,
        "Number of data octets received on all links.",
    ),
    (
        "node_infiniband_port_data_transmitted_bytes_total",
        &network::RDMA_TRANSMIT,
        PORT,
        "Number of data octets transmitted on all links.",
    ),
    (
        "node_pressure_cpu_waiting_seconds_total",
        &pressure::CPU_SOME_AVG10,
        &[],
        "Total time in seconds that processes have waited for CPU time.",
    ),
    (
        "node_pressure_memory_waiting_seconds_total",
        &pressure::MEMORY_SOME_AVG10,
        &[],
        "Total time in seconds that processes have waited for memory.",
    ),
    (
        "node_pressure_memory_stalled_seconds_total",
        &pressure::MEMORY_FULL_AVG10,
        &[],
        "Total time in seconds no process could make progress due to memory congestion.",
    ),
    (
        "node_pressure_io_waiting_seconds_total",
        &pressure::IO_SOME_AVG10,
        &[],
        "Total time in seconds that processes have waited due to IO congestion.",
    ),
    (
        "node_pressure_io_stalled_seconds_total",
        &pressure::IO_FULL_AVG10,
        &[],
        "Total time in seconds no process could make progress due to IO congestion.",
    ),
];

const DEVICE: &[&str] = &["device"];
const PORT: &[&str] = &["device", "port"];
