//! The panels of a host.

mod agent;
mod backup;
mod container;
mod cpu;
mod disks;
mod drive;
mod gpu;
mod machine;
mod memory;
mod mount;
mod network;
mod pressure;
mod process;
mod service;

use grapevine_sub::panel;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use agent::Agent;
pub(crate) use backup::Backups;
pub(crate) use container::Containers;
pub(crate) use cpu::Cpu;
pub(crate) use disks::{Disks, Parts};
pub(crate) use gpu::Gpus;
pub(crate) use machine::Machine;
pub(crate) use memory::Memory;
pub(crate) use network::Network;
pub(crate) use pressure::Pressure;
pub(crate) use process::Processes;
pub(crate) use service::{Services, Timer};

/// All panels of a host.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Panels {
    machine: Machine,
    cpu: Cpu,
    memory: Memory,
    pressure: Pressure,
    gpu: Gpus,
    disks: Disks,
    services: Services,
    /// systemd's timers.
    timers: Vec<Timer>,
    containers: Containers,
    backups: Backups,
    network: Network,
    processes: Processes,
    agent: Agent,
}

impl Panels {
    pub(crate) fn of(panels: &panel::Panels<'_>) -> Self {
        Self {
            machine: Machine::of(&panels.machine),
            cpu: Cpu::of(&panels.cpu),
            memory: Memory::of(&panels.memory),
            pressure: Pressure::of(&panels.pressure),
            gpu: Gpus::of(&panels.gpus),
            disks: Disks::of(&Parts::of(panels)),
            services: Services::of(&panels.services),
            timers: panels.timers.iter().map(Timer::of).collect(),
            containers: Containers::of(&panels.containers),
            backups: Backups::of(&panels.backups),
            network: Network::of(&panels.network),
            processes: Processes::of(&panels.processes),
            agent: Agent::of(&panels.agent),
        }
    }
}
