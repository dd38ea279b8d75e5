//! Health of drives.

use grapevine_proto::catalogue::smart;
use grapevine_proto::{Absence, Metric};

use super::Blueprint;
use super::disk::Disks;
use crate::random::Lagging;
use crate::sheet::Sheet;
use crate::spec::{DriveKind, DriveSpec};

#[derive(Debug)]
pub(super) struct Drives(Vec<Drive>);

#[derive(Debug)]
struct Drive {
    spec: &'static DriveSpec,
    serial: String,
    celsius: Lagging,
    hours: f64,
    cycles: f64,
    read: f64,
    written: f64,
    fails: bool,
    /// Seconds that it sleeps already.
    asleep_s: u32,
}

impl Drives {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let mut random = blueprint.random(70);
        let spec = blueprint.spec;
        // The drive that fails is an NVMe drive where there is one that wears.
        let worn = spec.drives.iter().position(|drive| drive.kind == DriveKind::Nvme).unwrap_or_default();
        let drives = spec.drives.iter().enumerate().map(|(at, spec)| {
            let celsius = random.between(28.0, 36.0);
            let writes = if spec.wear > 0.0 {
                spec.wear / 100.0 * spec.capacity_gb * 6e11
            } else {
                spec.capacity_gb * 9e9
            };
            Drive {
                spec,
                serial: format!("DEMO{:08X}", random.next() >> 32),
                celsius: Lagging::new(celsius, 240.0),
                hours: spec.hours,
                cycles: random.between(20.0, 400.0).floor(),
                read: writes * random.between(0.7, 2.4),
                written: writes,
                fails: blueprint.faults.drive && at == worn,
                asleep_s: 2400,
            }
        });
        Self(drives.collect())
    }

    pub(super) fn step(&mut self, disks: &Disks) {
        for (drive, disk) in self.0.iter_mut().zip(&disks.disks) {
            let rise = if drive.spec.kind == DriveKind::Nvme { 24.0 } else { 11.0 };
            let rest = if drive.fails { 71.0 } else { 31.0 };
            drive.celsius.follow(rest + rise * disk.busy.powf(0.7));
            drive.read += disk.read;
            drive.written += disk.written;
            drive.asleep_s = drive.asleep_s.saturating_add(1);
        }
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        let told = self.0.iter().filter(|drive| drive.spec.kind != DriveKind::Virtual);
        let count = u32::try_from(told.clone().count()).unwrap_or_default();
        sheet.number(&smart::DRIVES, &[], f64::from(count));
        for drive in told {
            drive.tell(sheet);
        }
    }
}

impl Drive {
    fn tell(&self, sheet: &mut Sheet) {
        let labels = &[self.spec.drive];
        let protocol = match self.spec.kind {
            DriveKind::Nvme => "nvme",
            DriveKind::Sas => "scsi",
            DriveKind::SataSsd | DriveKind::SataHdd | DriveKind::Virtual => "ata",
        };
        sheet.text(&smart::STATE, labels, if self.spec.sleeps { "asleep" } else { "ok" });
        sheet.text(&smart::SOURCE, labels, "file");
        sheet.text(&smart::PROTOCOL, labels, protocol);
        sheet.text(&smart::MODEL, labels, self.spec.model);
        sheet.text(&smart::SERIAL, labels, &self.serial);
        sheet.text(&smart::FIRMWARE, labels, self.spec.firmware);
        sheet.number(&smart::CAPACITY, labels, self.spec.capacity_gb * 1e9);
        let failing = f64::from(u8::from(self.fails));
        self.number(sheet, &smart::PASSED, 1.0 - failing);
        sheet.text(&smart::WARNINGS, labels, if self.fails { "failing errors_logged" } else { "none" });
        if self.spec.kind == DriveKind::Nvme {
            let warning = if self.fails { "spare reliability" } else { "none" };
            sheet.text(&smart::CRITICAL_WARNING, labels, warning);
        } else if protocol == "ata" {
            sheet.text(
                &smart::POWER_MODE,
                labels,
                if self.spec.sleeps { "standby" } else { "active or idle" },
            );
        }
        self.number(sheet, &smart::TEMPERATURE, self.celsius.value);
        self.number(sheet, &smart::POWER_ON, self.hours * 3600.0);
        self.number(sheet, &smart::POWER_CYCLES, self.cycles);
        self.number(sheet, &smart::READ, self.read);
        self.number(sheet, &smart::WRITTEN, self.written);
        match self.spec.kind {
            DriveKind::Nvme => self.tell_nvme(sheet),
            DriveKind::SataSsd => {
                self.number(sheet, &smart::WEAR, self.spec.wear);
                self.tell_sectors(sheet);
            }
            DriveKind::SataHdd => self.tell_sectors(sheet),
            DriveKind::Sas => {
                self.number(sheet, &smart::MEDIA_ERRORS, 0.0);
                self.number(sheet, &smart::PENDING, 0.0);
                self.number(sheet, &smart::GROWN_DEFECTS, 3.0);
            }
            DriveKind::Virtual => {}
        }
    }

    fn tell_nvme(&self, sheet: &mut Sheet) {
        let either = |failing: f64, well: f64| if self.fails { failing } else { well };
        self.number(sheet, &smart::UNSAFE_SHUTDOWNS, either(402.0, (self.cycles / 9.0).floor()));
        self.number(sheet, &smart::WEAR, either(97.0, self.spec.wear));
        self.number(sheet, &smart::SPARE, either(3.0, 100.0));
        self.number(sheet, &smart::SPARE_THRESHOLD, 10.0);
        self.number(sheet, &smart::MEDIA_ERRORS, either(3187.0, 0.0));
        self.number(sheet, &smart::ERROR_LOG, either(9911.0, 4.0));
        self.number(sheet, &smart::HOT_WARNING, either(86_400.0, 0.0));
        self.number(sheet, &smart::HOT_CRITICAL, either(720.0, 0.0));
    }

    fn tell_sectors(&self, sheet: &mut Sheet) {
        let either = |failing: f64| if self.fails { failing } else { 0.0 };
        self.number(sheet, &smart::REALLOCATED, either(1784.0));
        self.number(sheet, &smart::PENDING, either(168.0));
        self.number(sheet, &smart::UNCORRECTABLE, either(96.0));
        self.number(sheet, &smart::CRC_ERRORS, 0.0);
    }

    /// A number, kept from before where the drive sleeps.
    fn number(&self, sheet: &mut Sheet, metric: &'static Metric, number: f64) {
        let labels = &[self.spec.drive];
        if self.spec.sleeps {
            sheet.kept(metric, labels, number, Absence::Sleeping, self.asleep_s);
        } else {
            sheet.number(metric, labels, number);
        }
    }
}
