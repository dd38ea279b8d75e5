//! File systems, and what goes to and from disks.

use grapevine_proto::Absence;
use grapevine_proto::catalogue::disk;

use super::Blueprint;
use super::work::Activity;
use crate::random::Wander;
use crate::sheet::Sheet;
use crate::spec::{DriveKind, DriveSpec, MountSpec};

#[derive(Debug)]
pub(super) struct Disks {
    mounts: Vec<Mount>,
    pub(super) disks: Vec<Disk>,
    rate: f64,
}

#[derive(Debug)]
struct Mount {
    spec: &'static MountSpec,
    used_bytes: f64,
    read_only: bool,
}

/// A disk as the kernel counts on it.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) spec: &'static DriveSpec,
    weight: Wander,
    /// Bytes of the last second.
    pub(super) read: f64,
    pub(super) written: f64,
    /// Share of the last second, from 0 to 1.
    pub(super) busy: f64,
}

impl Disks {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let mut random = blueprint.random(30);
        let mounts = blueprint.spec.mounts.iter().enumerate().map(|(at, spec)| {
            let is_full = blueprint.faults.disk && at == blueprint.spec.mounts.len() - 1;
            let used = if is_full { 0.931 } else { (spec.used * random.between(0.8, 1.08)).min(0.77) };
            Mount { spec, used_bytes: spec.size_gb * 1e9 * used, read_only: false }
        });
        let disks = blueprint.spec.drives.iter().zip(0..).map(|(spec, at)| {
            let weight = Wander::new(blueprint.random(3000 + at), 0.05);
            Disk { spec, weight, read: 0.0, written: 0.0, busy: 0.0 }
        });
        Self { mounts: mounts.collect(), disks: disks.collect(), rate: blueprint.spec.rhythm.disk_rate }
    }

    pub(super) fn step(&mut self, activity: &Activity) {
        let count = f64::from(u32::try_from(self.disks.len().max(1)).unwrap_or(u32::MAX));
        let mut written = 0.0;
        for disk in &mut self.disks {
            let weight = 2.0 * disk.weight.next() / count;
            // A drive that sleeps is for what is rarely needed.
            let weight = if disk.spec.sleeps { 0.0 } else { weight };
            let (fastest, slowest_write) = disk.spec.kind.bytes_per_second_max();
            disk.read = (self.rate * activity.read * weight).min(fastest);
            disk.written = (self.rate * activity.write * weight).min(slowest_write);
            if disk.read < 40e3 {
                disk.read = 0.0;
            }
            disk.busy = (disk.read / fastest + disk.written / slowest_write).min(1.0);
            written += disk.written;
        }
        // Most of what is written replaces something.
        if let Some(mount) = self.mounts.last_mut() {
            let growth = written * 0.002;
            mount.used_bytes = (mount.used_bytes + growth).min(mount.spec.size_gb * 0.97e9);
        }
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        for Mount { spec, used_bytes, read_only } in &self.mounts {
            let (labels, size) = (&[spec.mount], spec.size_gb * 1e9);
            sheet.number(&disk::SPACE_SIZE, labels, size);
            sheet.number(&disk::SPACE_USED, labels, *used_bytes);
            sheet.number(&disk::SPACE_AVAILABLE, labels, (size * 0.98 - used_bytes).max(0.0));
            sheet.told(&disk::SPACE_INODES_USED, labels, spec.inodes.ok_or(Absence::Unsupported));
            sheet.flag(&disk::SPACE_READ_ONLY, labels, *read_only);
        }
        for disk in &self.disks {
            let labels = &[disk.spec.disk];
            sheet.number(&disk::READ, labels, disk.read);
            sheet.number(&disk::WRITE, labels, disk.written);
            sheet.number(&disk::BUSY, labels, 100.0 * disk.busy);
        }
    }
}

impl DriveKind {
    /// Most that such a drive reads and writes.
    fn bytes_per_second_max(self) -> (f64, f64) {
        match self {
            Self::Nvme => (6.8e9, 5.1e9),
            Self::SataSsd => (540e6, 500e6),
            Self::SataHdd => (255e6, 240e6),
            Self::Sas => (245e6, 230e6),
            Self::Virtual => (240e6, 180e6),
        }
    }
}
