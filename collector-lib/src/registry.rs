//! The list of all collectors.

use grapevine_proto::{Metric, catalogue};

use crate::collector::Collector;
use crate::context::Context;
use crate::{
    backup, container, cpu, disk, gpu, host, load, memory, network, pressure, processes, service, smart,
};

/// All collectors. A new one is a file of its own, its rows in the catalogue, and an entry here.
pub static REGISTRY: &[Entry] = &[
    Entry {
        name: "host",
        table: "host_metrics",
        interval_ms: 60_000,
        is_opt_in: false,
        cost: Cost::Cheap,
        rows: catalogue::host::ROWS,
        build: |context| Box::new(host::Host::new(context)),
    },
    Entry {
        name: "cpu",
        table: "cpu_metrics",
        interval_ms: 1000,
        is_opt_in: false,
        cost: Cost::Cheap,
        rows: catalogue::cpu::ROWS,
        build: |context| Box::new(cpu::Cpu::new(context)),
    },
    Entry {
        name: "memory",
        table: "memory_metrics",
        interval_ms: 1000,
        is_opt_in: false,
        cost: Cost::Cheap,
        rows: catalogue::memory::ROWS,
        build: |context| Box::new(memory::Memory::new(context)),
    },
    Entry {
        name: "pressure",
        table: "pressure_metrics",
        interval_ms: 1000,
        is_opt_in: false,
        cost: Cost::Cheap,
        rows: catalogue::pressure::ROWS,
        build: |context| Box::new(pressure::Pressure::new(context)),
    },
    Entry {
        name: "load",
        table: "load_metrics",
        interval_ms: 5000,
        is_opt_in: false,
        cost: Cost::Cheap,
        rows: catalogue::load::ROWS,
        build: |context| Box::new(load::Load::new(context)),
    },
    Entry {
        name: "disk",
        table: "disk_metrics",
        interval_ms: 2000,
        is_opt_in: false,
        cost: Cost::Slow,
        rows: catalogue::disk::ROWS,
        build: |context| Box::new(disk::Disk::new(context)),
    },
    Entry {
        name: "network",
        table: "network_metrics",
        interval_ms: 1000,
        is_opt_in: false,
        cost: Cost::Cheap,
        rows: catalogue::network::ROWS,
        build: |context| Box::new(network::Network::new(context)),
    },
    Entry {
        name: "gpu",
        table: "gpu_metrics",
        interval_ms: 1000,
        is_opt_in: false,
        cost: Cost::Slow,
        rows: catalogue::gpu::ROWS,
        build: |context| Box::new(gpu::Gpus::new(context)),
    },
    Entry {
        name: "smart",
        table: "smart_metrics",
        interval_ms: 60_000,
        is_opt_in: false,
        cost: Cost::Slow,
        rows: catalogue::smart::ROWS,
        build: |context| Box::new(smart::Smart::new(context)),
    },
    Entry {
        name: "backup",
        table: "backup_metrics",
        interval_ms: 10_000,
        is_opt_in: false,
        cost: Cost::Slow,
        rows: catalogue::backup::ROWS,
        build: |context| Box::new(backup::Backups::new(context)),
    },
    Entry {
        name: "process",
        table: "process_metrics",
        interval_ms: 10_000,
        is_opt_in: true,
        cost: Cost::Slow,
        rows: catalogue::process::ROWS,
        build: |context| Box::new(processes::Processes::new(context)),
    },
    Entry {
        name: "service",
        table: "service_metrics",
        interval_ms: 1000,
        is_opt_in: false,
        cost: Cost::Slow,
        rows: catalogue::service::ROWS,
        build: |context| Box::new(service::Services::new(context)),
    },
    Entry {
        name: "container",
        table: "container_metrics",
        interval_ms: 2000,
        is_opt_in: false,
        cost: Cost::Slow,
        rows: catalogue::container::ROWS,
        build: |context| Box::new(container::Containers::new(context)),
    },
];

/// What the owner of the collectors needs to know of one.
#[derive(Debug)]
pub struct Entry {
    /// The collector's name.
    pub name: &'static str,
    /// Its table in the configuration file.
    pub table: &'static str,
    /// Time between its passes unless configured otherwise, in milliseconds.
    pub interval_ms: u32,
    /// Whether it runs only where the operator says so.
    pub is_opt_in: bool,
    /// Whether its passes may share a thread.
    pub cost: Cost,
    /// The metrics it gives.
    pub rows: &'static [&'static Metric],
    /// Makes one; touches the machine only so far as to find out what is there.
    pub build: fn(&Context) -> Box<dyn Collector>,
}

/// How long a pass may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Reads only what the kernel has at hand; all such collectors share one thread.
    Cheap,
    /// May wait for a device, a server or a process, without end; owns a thread.
    Slow,
}
