//! The figures by which a host is judged at a glance: a row of a table of hosts, or a card.

use std::time::Instant;

use grapevine_proto::Unit;

use crate::freshness::Freshness;
use crate::host::Host;
use crate::panel::{BackupState, Figure, Panels};

/// Declares the measures with their fields, names and units.
macro_rules! measures {
    ($($(#[$doc:meta])* $measure:ident $field:ident $name:literal $unit:ident,)*) => {
        /// A host's figures at one moment. What it does not tell of is absent, never 0.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Summary {
            /// How current the host's state is.
            pub freshness: Freshness,
            /// The state of its worst backup job; none without jobs.
            pub backup: Option<BackupState>,
            $($(#[$doc])* pub $field: Figure,)*
        }

        /// Which of the figures of a [`Summary`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Measure {
            $($(#[$doc])* $measure,)*
        }

        impl Measure {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$measure),*];

            /// Its name in filters and orders.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$measure => $name,)*
                }
            }

            /// The unit of its values.
            pub fn unit(self) -> Unit {
                match self {
                    $(Self::$measure => Unit::$unit,)*
                }
            }
        }

        impl Summary {
            /// One of its figures.
            pub fn figure(&self, measure: Measure) -> Figure {
                match measure {
                    $(Measure::$measure => self.$field,)*
                }
            }
        }
    };
}

measures! {
    /// How many GPUs it has, MIG instances not counted.
    GpuCount gpu_count "gpus" COUNT,
    /// Use of the busiest GPU.
    GpuUse gpu_use_percent "gpu.use" PERCENT,
    /// Share in use of the fullest GPU's memory.
    GpuMemory gpu_memory_percent "gpu.memory" PERCENT,
    /// Temperature of the hottest GPU.
    GpuTemperature gpu_temperature_celsius "gpu.temp" CELSIUS,
    /// Power that all GPUs draw.
    GpuPower gpu_power_watts "gpu.power" WATTS,
    /// Use of all cores.
    Cpu cpu_percent "cpu" PERCENT,
    /// Temperature of the processor.
    CpuTemperature cpu_temperature_celsius "cpu.temp" CELSIUS,
    /// Tasks that ran or waited, averaged over a minute.
    Load load "load" NONE,
    /// Share of memory that is not available.
    Memory memory_percent "mem" PERCENT,
    /// Memory that the kernel manages.
    MemoryTotal memory_total_bytes "mem.total" BYTES,
    /// Share of the swap space in use.
    Swap swap_percent "swap" PERCENT,
    /// Wear of the drive that is worn the most.
    Wear wear_percent "wear" PERCENT,
    /// Temperature of the hottest drive.
    DriveTemperature drive_temperature_celsius "drive.temp" CELSIUS,
    /// The highest of the temperatures of processor, GPUs and drives.
    Temperature temperature_celsius "temp" CELSIUS,
    /// Share in use of the fullest file system that can be written.
    Disk disk_percent "disk" PERCENT,
    /// Services that are up and well.
    ServicesHealthy services_healthy "services.healthy" COUNT,
    /// Services that are not quite well.
    ServicesDegraded services_degraded "services.degraded" COUNT,
    /// Services that failed.
    ServicesFailed services_failed "services.failed" COUNT,
    /// All of these services.
    Services services_total "services" COUNT,
    /// Time since the last success of the backup job whose last success is the longest ago.
    BackupAge backup_age_s "backup.age" SECONDS,
    /// Data received by the interface that receives the most: a sum would count bridged traffic twice.
    Receive receive "receive" BYTES_PER_SECOND,
    /// Data sent by the interface that sends the most.
    Transmit transmit "transmit" BYTES_PER_SECOND,
    /// Time since the kernel started.
    Uptime uptime_s "uptime" SECONDS,
    /// Age of the host's newest frame.
    Age age_s "age" SECONDS,
}

impl Summary {
    /// Of `host` at `now`, when the clock on the wall shows `wall_s` seconds since 1970.
    pub fn of(host: &Host, now: Instant, wall_s: f64) -> Self {
        Self::of_panels(host, &Panels::judged(host, now), now, wall_s)
    }

    /// The same from all panels of the host at that moment, where they are known already.
    pub fn of_panels(host: &Host, panels: &Panels<'_>, now: Instant, wall_s: f64) -> Self {
        let Panels { cpu, memory, gpus, drives, mounts, services, backups, network, machine, .. } = panels;
        let gpu_temperature_celsius = Figure::greatest(gpus.whole().map(|gpu| gpu.temperature_celsius));
        let drive_temperature_celsius =
            Figure::greatest(drives.list.iter().map(|drive| drive.temperature_celsius));
        let temperatures = [cpu.temperature_celsius, gpu_temperature_celsius, drive_temperature_celsius];
        let writable = mounts.iter().filter(|mount| !mount.is_read_only());
        Self {
            freshness: host.freshness(now),
            backup: backups.list.iter().map(|job| job.state()).max(),
            gpu_count: count(gpus.whole().count()),
            gpu_use_percent: Figure::greatest(gpus.list.iter().map(|gpu| gpu.use_percent)),
            gpu_memory_percent: Figure::greatest(gpus.list.iter().map(|gpu| gpu.memory_used_percent())),
            gpu_temperature_celsius,
            gpu_power_watts: Figure::sum(gpus.whole().map(|gpu| gpu.power_watts)),
            cpu_percent: cpu.use_percent,
            cpu_temperature_celsius: cpu.temperature_celsius,
            load: cpu.load1,
            memory_percent: memory.used_percent(),
            memory_total_bytes: memory.total_bytes,
            swap_percent: memory.swap_used_percent(),
            wear_percent: Figure::greatest(drives.list.iter().map(|drive| drive.wear_percent)),
            drive_temperature_celsius,
            temperature_celsius: Figure::greatest(temperatures),
            disk_percent: Figure::greatest(writable.map(|mount| mount.used_percent())),
            services_healthy: services.healthy,
            services_degraded: services.degraded,
            services_failed: services.failed,
            services_total: services.total(),
            backup_age_s: Figure::greatest(backups.list.iter().map(|job| job.last_success_age_s(wall_s))),
            receive: Figure::greatest(network.interfaces.iter().map(|interface| interface.receive)),
            transmit: Figure::greatest(network.interfaces.iter().map(|interface| interface.transmit)),
            uptime_s: machine.boot_time_s.map(|boot_s| (wall_s - boot_s).max(0.0)),
            age_s: Figure::of(seconds(host.age_ms(now))),
        }
    }
}

/// None is no count: a host without GPUs and one that does not tell of them look alike.
fn count(things: usize) -> Figure {
    match u32::try_from(things) {
        Ok(0) | Err(_) => Figure::default(),
        Ok(things) => Figure::of(f64::from(things)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "no frame is 2^53 ms old")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
