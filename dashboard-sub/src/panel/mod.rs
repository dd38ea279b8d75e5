//! A host's readings as plain structures, one for each panel of a dashboard.
//!
//! Each figure keeps why it has no value, and whether it is stale. [`Panels`] has all of them from one pass over the
//! readings; the accessors of [`Host`] read one block of the catalogue each.

mod agent;
mod backup;
mod container;
mod cpu;
mod drive;
mod figure;
mod figures;
mod gpu;
mod judged;
mod list;
mod machine;
mod memory;
mod mount;
mod network;
mod pressure;
mod process;
mod service;

use std::ops::Range;
use std::time::Instant;

pub use agent::{Agent, Collector};
pub use backup::{Backup, BackupState, Backups};
pub use container::{Container, Containers};
pub use cpu::{Cluster, Core, Cpu};
pub use drive::{Drive, Drives};
pub use figure::Figure;
pub use gpu::{Gpu, GpuProcess, Gpus};
pub use list::{Labelled, List};
pub use machine::Machine;
pub use memory::{Memory, Tmpfs};
pub use mount::Mount;
pub use network::{Interface, Network, RdmaPort};
pub use pressure::Pressure;
pub use process::{Process, Processes};
pub use service::{Service, Services, Timer};

use crate::host::{Host, HostReading};
use figure::Pass;
use judged::JUDGED;
use list::Take;

/// All panels of a host at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panels<'a> {
    /// The machine and its system.
    pub machine: Machine<'a>,
    /// Processor and load.
    pub cpu: Cpu<'a>,
    /// Memory, swap, zram and tmpfs.
    pub memory: Memory<'a>,
    /// Pressure.
    pub pressure: Pressure,
    /// GPUs and their processes.
    pub gpus: Gpus<'a>,
    /// Drives with health and traffic.
    pub drives: Drives<'a>,
    /// File systems.
    pub mounts: List<Mount<'a>>,
    /// Services.
    pub services: Services<'a>,
    /// Timers.
    pub timers: List<Timer<'a>>,
    /// Containers.
    pub containers: Containers<'a>,
    /// Backup jobs.
    pub backups: Backups<'a>,
    /// Interfaces.
    pub network: Network<'a>,
    /// Processes.
    pub processes: Processes<'a>,
    /// The agent.
    pub agent: Agent<'a>,
}

impl<'a> Panels<'a> {
    /// Those of `host` at `now`.
    pub fn of(host: &'a Host, now: Instant) -> Self {
        let mut panels = Self::default();
        let pass = Pass::of(host, now);
        for reading in host.readings() {
            panels.take(&reading, &pass);
        }
        panels
    }

    /// Those of `host` at `now`, with no more than [`Summary`](crate::Summary) and
    /// [`Assessment`](crate::Assessment) are made of: a third of what a server tells.
    pub(crate) fn judged(host: &'a Host, now: Instant) -> Self {
        let mut panels = Self::default();
        let pass = Pass::of(host, now);
        for reading in host.readings_of_those(|metric| JUDGED.has(metric)) {
            panels.take(&reading, &pass);
        }
        panels
    }

    fn take(&mut self, reading: &HostReading<'a>, pass: &Pass) {
        match reading.metric.id.0 {
            0..32 => self.machine.take(reading, pass),
            32..64 | 128..160 => self.cpu.take(reading, pass),
            64..96 => self.memory.take(reading, pass),
            96..128 => self.pressure.take(reading, pass),
            160..165 => self.mounts.take(reading, pass),
            165..192 | 352..416 => self.drives.take(reading, pass),
            192..224 => self.network.take(reading, pass),
            224..256 => self.agent.take(reading, pass),
            256..352 => self.gpus.take(reading, pass),
            416..439 => self.services.take(reading, pass),
            439..448 => self.timers.take(reading, pass),
            448..480 => self.containers.take(reading, pass),
            480..512 => self.backups.take(reading, pass),
            512..544 => self.processes.take(reading, pass),
            _ => {}
        }
    }
}

impl Host {
    /// The machine and its system at `now`.
    pub fn machine(&self, now: Instant) -> Machine<'_> {
        panel(self, now, 0..32)
    }

    /// Processor and load at `now`.
    pub fn cpu(&self, now: Instant) -> Cpu<'_> {
        panel(self, now, 32..160)
    }

    /// Memory, swap, zram and tmpfs at `now`.
    pub fn memory(&self, now: Instant) -> Memory<'_> {
        panel(self, now, 64..96)
    }

    /// Pressure at `now`.
    pub fn pressure(&self, now: Instant) -> Pressure {
        panel(self, now, 96..128)
    }

    /// GPUs with their instances and processes at `now`.
    pub fn gpus(&self, now: Instant) -> Gpus<'_> {
        panel(self, now, 256..352)
    }

    /// Drives with health and traffic at `now`.
    pub fn drives(&self, now: Instant) -> Drives<'_> {
        panel(self, now, 165..416)
    }

    /// File systems at `now`.
    pub fn mounts(&self, now: Instant) -> List<Mount<'_>> {
        panel(self, now, 160..165)
    }

    /// Services at `now`.
    pub fn services(&self, now: Instant) -> Services<'_> {
        panel(self, now, 416..439)
    }

    /// Timers at `now`.
    pub fn timers(&self, now: Instant) -> List<Timer<'_>> {
        panel(self, now, 439..448)
    }

    /// Containers at `now`.
    pub fn containers(&self, now: Instant) -> Containers<'_> {
        panel(self, now, 448..480)
    }

    /// Backup jobs at `now`.
    pub fn backups(&self, now: Instant) -> Backups<'_> {
        panel(self, now, 480..512)
    }

    /// Interfaces at `now`.
    pub fn network(&self, now: Instant) -> Network<'_> {
        panel(self, now, 192..224)
    }

    /// Processes at `now`.
    pub fn processes(&self, now: Instant) -> Processes<'_> {
        panel(self, now, 512..544)
    }

    /// The agent's vitals at `now`.
    pub fn agent(&self, now: Instant) -> Agent<'_> {
        panel(self, now, 224..256)
    }
}

/// What the readings say at `now` whose numbers are in `block`; those that are of other panels are left out.
fn panel<'a, P: Take<'a>>(host: &'a Host, now: Instant, block: Range<u16>) -> P {
    let mut panel = P::default();
    let pass = Pass::of(host, now);
    let readings = host.readings().skip_while(|reading| reading.metric.id.0 < block.start);
    for reading in readings.take_while(|reading| reading.metric.id.0 < block.end) {
        panel.take(&reading, &pass);
    }
    panel
}
