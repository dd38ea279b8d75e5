//! Families of node_exporter that are readings under another name.

use grapevine_proto::catalogue::{disk, host, load, memory, network, service};
use grapevine_proto::{Kind, Metric};

use super::Head;
use crate::metrics::family::{Family, FamilyKind};
use crate::metrics::samples::Samples;
use crate::metrics::scrape::{Scrape, Seen};

/// The readings of `metric` over `over`, with these keys for its labels.
struct Plain {
    name: &'static str,
    metric: &'static Metric,
    keys: &'static [&'static str],
    over: f64,
    help: &'static str,
}

pub(super) fn families() -> Vec<Family> {
    TABLE.iter().map(Plain::family).collect()
}

impl Plain {
    fn family(&'static self) -> Family {
        let kind = match self.metric.kind {
            Kind::Counter => FamilyKind::Counter,
            Kind::Gauge | Kind::Text => FamilyKind::Gauge,
        };
        let head =
            Head { name: self.name, kind, labels: self.keys, origin: &self.metric.name, help: self.help };
        head.family(Box::new(|scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>| {
            for reading in seen.current(self.metric, scrape) {
                if let Some(number) = reading.state.number() {
                    samples.put(self.keys.iter().copied().zip(reading.labels.iter()), number / self.over);
                }
            }
        }))
    }
}

const fn row(
    name: &'static str,
    metric: &'static Metric,
    keys: &'static [&'static str],
    help: &'static str,
) -> Plain {
    Plain { name, metric, keys, over: 1.0, help }
}

static TABLE: [Plain; 25] = [
    row("node_boot_time_seconds", &host::BOOT_TIME, &[], "Node boot time, in unixtime."),
    row("node_load1", &load::AVG1, &[], "1m load average."),
    row("node_load5", &load::AVG5, &[], "5m load average."),
    row("node_load15", &load::AVG15, &[], "15m load average."),
    row("node_procs_running", &load::TASKS_RUNNING, &[], "Number of processes in runnable state."),
    row("node_processes_threads", &load::TASKS_TOTAL, &[], "Allocated threads in system."),
    row("node_memory_MemTotal_bytes", &memory::TOTAL, &[], "Memory information field MemTotal_bytes."),
    row(
        "node_memory_MemAvailable_bytes",
        &memory::AVAILABLE,
        &[],
        "Memory information field MemAvailable_bytes.",
    ),
    row("node_memory_Cached_bytes", &memory::CACHED, &[], "Memory information field Cached_bytes."),
    row("node_memory_Buffers_bytes", &memory::BUFFERS, &[], "Memory information field Buffers_bytes."),
    row("node_memory_Dirty_bytes", &memory::DIRTY, &[], "Memory information field Dirty_bytes."),
    row("node_memory_Writeback_bytes", &memory::WRITEBACK, &[], "Memory information field Writeback_bytes."),
    row("node_memory_Shmem_bytes", &memory::SHARED, &[], "Memory information field Shmem_bytes."),
    row("node_memory_SwapTotal_bytes", &memory::SWAP_TOTAL, &[], "Memory information field SwapTotal_bytes."),
    row("node_filesystem_size_bytes", &disk::SPACE_SIZE, MOUNT, "Filesystem size in bytes."),
    row(
        "node_filesystem_avail_bytes",
        &disk::SPACE_AVAILABLE,
        MOUNT,
        "Filesystem space available to non-root users in bytes.",
    ),
    row("node_filesystem_readonly", &disk::SPACE_READ_ONLY, MOUNT, "Filesystem read-only status."),
    row("node_network_carrier", &network::CARRIER, DEVICE, "Whether an interface has a link."),
    Plain {
        name: "node_network_speed_bytes",
        metric: &network::SPEED,
        keys: DEVICE,
        over: 8.0,
        help: "Speed of an interface in bytes per second.",
    },
    row(
        "node_systemd_service_restart_total",
        &service::RESTARTS,
        UNIT,
        "Service unit count of Restart triggers.",
    ),
    row(
        "node_systemd_unit_start_time_seconds",
        &service::STARTED,
        UNIT,
        "Start time of the unit since unix epoch in seconds.",
    ),
    row(
        "node_systemd_unit_tasks_current",
        &service::TASKS,
        UNIT,
        "Current number of tasks per systemd unit.",
    ),
    row(
        "node_systemd_unit_tasks_max",
        &service::TASKS_LIMIT,
        UNIT,
        "Maximum number of tasks per systemd unit.",
    ),
    row(
        "node_systemd_timer_last_trigger_seconds",
        &service::TIMER_LAST,
        UNIT,
        "Seconds since epoch of last trigger.",
    ),
    row("node_processes_pids", &grapevine_proto::catalogue::process::TOTAL, &[], "Number of PIDs."),
];

const MOUNT: &[&str] = &["mountpoint"];
const DEVICE: &[&str] = &["device"];
const UNIT: &[&str] = &["name"];
