//! The kinds of hosts, and how many of each a fleet has.

mod backup;
mod laptop;
mod server;
mod spark;
mod storage;
mod turing;
mod virtual_machine;
mod workstation;

use crate::spec::Spec;

/// A kind of host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// NVIDIA DGX Spark: a GB10, whose GPU shares the memory of the processor.
    Spark,
    /// Two GeForce cards, with programs on them.
    Workstation,
    /// Eight H200, one of them split into MIG instances.
    Server,
    /// Six drives that turn, two NVMe drives, zram.
    Storage,
    /// Takes the backups of the others with borg and restic.
    Backup,
    /// A virtual machine with a T4.
    Turing,
    /// A small virtual machine without a GPU.
    VirtualMachine,
    /// A laptop on a radio link.
    Laptop,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Spark,
        Self::Workstation,
        Self::Server,
        Self::Storage,
        Self::Backup,
        Self::Turing,
        Self::VirtualMachine,
        Self::Laptop,
    ];

    /// The kind of the host at this place of a fleet: first one of each, then mostly virtual machines.
    pub(crate) fn at(index: usize) -> Self {
        let later = index.saturating_sub(Self::ALL.len()) % REPEATING.len();
        let kind = Self::ALL.get(index).or_else(|| REPEATING.get(later));
        kind.copied().unwrap_or(Self::VirtualMachine)
    }

    pub(crate) fn has_gpu(self) -> bool {
        !self.spec().gpus.is_empty()
    }

    pub(crate) fn spec(self) -> &'static Spec {
        match self {
            Self::Spark => &spark::SPEC,
            Self::Workstation => &workstation::SPEC,
            Self::Server => &server::SPEC,
            Self::Storage => &storage::SPEC,
            Self::Backup => &backup::SPEC,
            Self::Turing => &turing::SPEC,
            Self::VirtualMachine => &virtual_machine::SPEC,
            Self::Laptop => &laptop::SPEC,
        }
    }
}

/// Of 20 further hosts 11 are small virtual machines.
const REPEATING: [Kind; 20] = {
    use Kind::{Laptop, Spark, Storage, Turing, VirtualMachine as Vm, Workstation};
    [
        Vm,
        Workstation,
        Vm,
        Spark,
        Vm,
        Turing,
        Vm,
        Laptop,
        Vm,
        Vm,
        Storage,
        Vm,
        Turing,
        Vm,
        Workstation,
        Vm,
        Laptop,
        Vm,
        Spark,
        Vm,
    ]
};
