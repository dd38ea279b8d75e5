//! What a kind of host is made of, as data: see `kind/` for the kinds.

/// A kind of host.
#[derive(Debug)]
pub(crate) struct Spec {
    /// What the names of such hosts start with.
    pub(crate) prefix: &'static str,
    /// The group beside `demo` that such hosts belong to.
    pub(crate) group: &'static str,
    pub(crate) product: &'static str,
    pub(crate) processor: &'static str,
    pub(crate) architecture: &'static str,
    pub(crate) kernel: &'static str,
    pub(crate) distribution: &'static str,
    pub(crate) virtualisation: &'static str,
    pub(crate) cpu: CpuSpec,
    pub(crate) memory: MemorySpec,
    pub(crate) gpus: &'static [GpuSpec],
    pub(crate) drives: &'static [DriveSpec],
    pub(crate) mounts: &'static [MountSpec],
    pub(crate) interfaces: &'static [InterfaceSpec],
    pub(crate) services: &'static [ServiceSpec],
    pub(crate) timers: &'static [TimerSpec],
    pub(crate) containers: &'static [ContainerSpec],
    pub(crate) backups: &'static [BackupSpec],
    pub(crate) processes: &'static [ProcessSpec],
    pub(crate) rhythm: Rhythm,
}

#[derive(Debug)]
pub(crate) struct CpuSpec {
    pub(crate) cores: u32,
    /// Capacity and count of like cores, where cores differ. Cores take their places in this order.
    pub(crate) clusters: &'static [(&'static str, u32)],
    pub(crate) idle_mhz: f64,
    pub(crate) boost_mhz: f64,
    /// Driver and label of the sensor; a virtual machine has none.
    pub(crate) sensor: Option<&'static str>,
    pub(crate) idle_celsius: f64,
    pub(crate) full_celsius: f64,
}

#[derive(Debug)]
pub(crate) struct MemorySpec {
    pub(crate) total_mib: f64,
    /// Share that is used when there is nothing to do, and when there is most.
    pub(crate) used: (f64, f64),
    pub(crate) swap_mib: f64,
    /// Size of the zram devices, which are part of the swap.
    pub(crate) zram_mib: f64,
    pub(crate) tmpfs: &'static [(&'static str, f64, f64)],
    pub(crate) swappiness: f64,
    pub(crate) dirty_ratio: (f64, f64),
}

/// A model of GPU.
#[derive(Debug)]
pub(crate) struct GpuModel {
    pub(crate) name: &'static str,
    pub(crate) architecture: &'static str,
    pub(crate) driver: &'static str,
    pub(crate) cuda: &'static str,
    /// Its own memory; none where it shares the machine's.
    pub(crate) memory_mib: Option<f64>,
    pub(crate) reserved_mib: f64,
    pub(crate) idle_watts: f64,
    pub(crate) full_watts: f64,
    pub(crate) limit_watts: Option<f64>,
    pub(crate) idle_mhz: f64,
    pub(crate) boost_mhz: f64,
    pub(crate) memory_mhz: Option<(f64, f64)>,
    pub(crate) idle_celsius: f64,
    pub(crate) full_celsius: f64,
    pub(crate) slowdown_celsius: Option<f64>,
    pub(crate) has_fan: bool,
    /// Generation and lanes.
    pub(crate) pcie: Option<(f64, f64)>,
    pub(crate) has_ecc: bool,
    pub(crate) nvlinks: Option<f64>,
}

/// A GPU of a host.
#[derive(Debug)]
pub(crate) struct GpuSpec {
    pub(crate) model: &'static GpuModel,
    pub(crate) bus: &'static str,
    /// MIG instances: profile, memory in MiB.
    pub(crate) instances: &'static [(&'static str, f64)],
    /// Programs that may be at work on it, one at a time.
    pub(crate) programs: &'static [GpuProgram],
    /// Programs that are always there: name, user, service, MiB.
    pub(crate) residents: &'static [GpuProgram],
}

/// A program that uses a GPU.
#[derive(Debug)]
pub(crate) struct GpuProgram {
    pub(crate) name: &'static str,
    pub(crate) user: &'static str,
    pub(crate) service: Option<&'static str>,
    /// Share of the GPU's memory, or of the machine's where the GPU has none of its own.
    pub(crate) memory: f64,
    /// How much of the GPU's time it takes.
    pub(crate) intensity: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DriveKind {
    Nvme,
    SataSsd,
    SataHdd,
    Sas,
    /// A disk of a virtual machine, which has no health to tell.
    Virtual,
}

#[derive(Debug)]
pub(crate) struct DriveSpec {
    /// The controller that smartctl asks, such as `nvme0`, and the disk that the kernel counts on, such as `nvme0n1`.
    pub(crate) drive: &'static str,
    pub(crate) disk: &'static str,
    pub(crate) kind: DriveKind,
    pub(crate) model: &'static str,
    pub(crate) firmware: &'static str,
    pub(crate) capacity_gb: f64,
    pub(crate) wear: f64,
    pub(crate) hours: f64,
    /// Whether it sleeps when there is nothing to do.
    pub(crate) sleeps: bool,
}

#[derive(Debug)]
pub(crate) struct MountSpec {
    pub(crate) mount: &'static str,
    pub(crate) size_gb: f64,
    pub(crate) used: f64,
    /// Share of its files in use; none where it makes room for files as it goes.
    pub(crate) inodes: Option<f64>,
}

#[derive(Debug)]
pub(crate) struct InterfaceSpec {
    pub(crate) name: &'static str,
    /// None of a radio or a tunnel.
    pub(crate) speed_mbit: Option<f64>,
    pub(crate) has_carrier: bool,
    /// Share of the host's traffic that goes over it.
    pub(crate) share: f64,
    /// RDMA device on the same port.
    pub(crate) rdma: Option<&'static str>,
}

#[derive(Debug)]
pub(crate) struct ServiceSpec {
    pub(crate) name: &'static str,
    /// Processor time at rest and at most; 100 is one core.
    pub(crate) cpu: (f64, f64),
    pub(crate) memory_mib: (f64, f64),
    pub(crate) memory_limit_mib: Option<f64>,
    /// Space of its files and what it may take, in GB.
    pub(crate) disk_gb: Option<(f64, f64)>,
    pub(crate) tasks: f64,
}

#[derive(Debug)]
pub(crate) struct TimerSpec {
    pub(crate) name: &'static str,
    pub(crate) interval_s: f64,
    /// When in its interval it elapses.
    pub(crate) offset_s: f64,
}

#[derive(Debug)]
pub(crate) struct ContainerSpec {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) runtime: &'static str,
    pub(crate) cpu: (f64, f64),
    pub(crate) cpu_limit: Option<f64>,
    pub(crate) memory_mib: (f64, f64),
    pub(crate) memory_limit_mib: Option<f64>,
}

#[derive(Debug)]
pub(crate) struct BackupSpec {
    pub(crate) job: &'static str,
    pub(crate) tool: &'static str,
    pub(crate) repository: &'static str,
    pub(crate) interval_s: f64,
    /// When in its interval it starts.
    pub(crate) offset_s: f64,
    pub(crate) duration_s: f64,
    pub(crate) read_gb: f64,
    pub(crate) stored_gb: f64,
    pub(crate) files: f64,
    pub(crate) snapshots: f64,
}

#[derive(Debug)]
pub(crate) struct ProcessSpec {
    pub(crate) name: &'static str,
    pub(crate) count: f64,
    pub(crate) cpu: (f64, f64),
    pub(crate) memory_mib: f64,
}

/// How a kind of host works.
#[derive(Debug)]
pub(crate) struct Rhythm {
    /// Processor use at rest, in percent.
    pub(crate) rest: f64,
    /// How much the hour of the day adds at most, in percent.
    pub(crate) day: f64,
    /// What a job adds, in percent, from and to.
    pub(crate) job: (f64, f64),
    /// Seconds without a job and with one, from and to.
    pub(crate) idle_s: (f64, f64),
    pub(crate) busy_s: (f64, f64),
    /// Data of disks and network when a job is at its most, in bytes a second.
    pub(crate) disk_rate: f64,
    pub(crate) network_rate: f64,
}
