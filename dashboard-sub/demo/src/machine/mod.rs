//! A machine that does not exist: what its parts do from second to second, and what an agent would read of them.

mod agent;
mod backup;
mod container;
mod cpu;
mod disk;
mod gpu;
mod memory;
mod network;
mod pressure;
mod process;
mod service;
mod smart;
mod work;

use grapevine_proto::Reading;
use grapevine_proto::catalogue::host;

pub(crate) use agent::Mesh;

use crate::random::Random;
use crate::scenario::Faults;
use crate::sheet::Sheet;
use crate::spec::Spec;
use agent::Agent;
use backup::Backups;
use container::Containers;
use cpu::Cpu;
use disk::Disks;
use gpu::Gpus;
use memory::Memory;
use network::Network;
use pressure::Pressure;
use process::Processes;
use service::Services;
use smart::Drives;
use work::{Activity, Work};

/// A machine of one kind, with its own past and faults.
#[derive(Debug)]
pub(crate) struct Machine {
    name: String,
    spec: &'static Spec,
    boot_s: f64,
    sheet: Sheet,
    work: Work,
    cpu: Cpu,
    memory: Memory,
    pressure: Pressure,
    disks: Disks,
    network: Network,
    agent: Agent,
    gpus: Gpus,
    drives: Drives,
    services: Services,
    containers: Containers,
    backups: Backups,
    processes: Processes,
}

/// What the parts of a machine are made from.
#[derive(Clone, Copy)]
struct Blueprint {
    spec: &'static Spec,
    faults: Faults,
    seed: u64,
    wall_s: f64,
}

impl Blueprint {
    fn random(&self, part: u64) -> Random {
        Random::of(self.seed, part)
    }
}

impl Machine {
    /// A machine as it is at `wall_s`, in seconds since 1970.
    pub(crate) fn new(name: &str, spec: &'static Spec, faults: Faults, seed: u64, wall_s: f64) -> Self {
        let blueprint = Blueprint { spec, faults, seed, wall_s };
        let up_s = blueprint.random(1).between(9e4, 9e6);
        Self {
            name: name.to_owned(),
            spec,
            boot_s: (wall_s - up_s).floor(),
            sheet: Sheet::default(),
            work: Work::new(&blueprint),
            cpu: Cpu::new(&blueprint),
            memory: Memory::new(&blueprint),
            pressure: Pressure::new(spec),
            disks: Disks::new(&blueprint),
            network: Network::new(&blueprint),
            agent: Agent::new(&blueprint),
            gpus: Gpus::new(&blueprint),
            drives: Drives::new(&blueprint),
            services: Services::new(&blueprint),
            containers: Containers::new(&blueprint),
            backups: Backups::new(&blueprint),
            processes: Processes::new(&blueprint),
        }
    }

    /// Starts the kernel anew at `wall_s`.
    pub(crate) fn boot(&mut self, wall_s: f64) {
        self.boot_s = wall_s.floor();
    }

    /// Lets a second pass, which ends at `wall_s`, and reads everything.
    pub(crate) fn step(&mut self, wall_s: f64, mesh: &Mesh) -> &[Reading] {
        self.pass(wall_s);
        self.read(wall_s, mesh);
        self.sheet.readings()
    }

    fn pass(&mut self, wall_s: f64) {
        let gpu = self.gpus.step();
        let activity: Activity = self.work.step(wall_s, gpu);
        self.cpu.step(&activity);
        self.memory.step(&activity, self.gpus.resident_mib());
        self.pressure.step(self.cpu.use_percent(), self.memory.used_share(), &activity);
        self.disks.step(&activity);
        self.network.step(&activity);
        self.drives.step(&self.disks);
        self.services.step(&activity, wall_s);
        self.containers.step(&activity);
        self.processes.step(&activity);
    }

    fn read(&mut self, wall_s: f64, mesh: &Mesh) {
        let sheet = &mut self.sheet;
        sheet.begin();
        let spec = self.spec;
        sheet.text(&host::NAME, &[], &self.name);
        sheet.text(&host::KERNEL, &[], spec.kernel);
        sheet.text(&host::DISTRIBUTION, &[], spec.distribution);
        sheet.text(&host::ARCHITECTURE, &[], spec.architecture);
        sheet.text(&host::PROCESSOR, &[], spec.processor);
        sheet.text(&host::PRODUCT, &[], spec.product);
        sheet.text(&host::VIRTUALISATION, &[], spec.virtualisation);
        sheet.number(&host::BOOT_TIME, &[], self.boot_s);
        self.cpu.tell(sheet);
        self.memory.tell(sheet);
        self.pressure.tell(sheet);
        self.disks.tell(sheet);
        self.network.tell(sheet);
        self.agent.tell(sheet, mesh);
        self.gpus.tell(sheet, &self.memory);
        self.drives.tell(sheet);
        self.services.tell(sheet, wall_s);
        self.containers.tell(sheet);
        self.backups.tell(sheet, wall_s);
        self.processes.tell(sheet);
    }
}

/// Bytes of so many MiB.
fn mib(mib: f64) -> f64 {
    mib * 1_048_576.0
}
