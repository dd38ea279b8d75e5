//! Drives: their health, and what is read from and written to them.

use grapevine_proto::catalogue::{disk, smart};

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// All drives of a host.
    pub struct Drives<'a> {
        /// Drives whose health was looked for, those not told included.
        found: Figure = smart::DRIVES,
    }
    with {
        /// Each drive.
        list: List<Drive<'a>>,
    }
}

figures! {
    /// A drive: its health, which smartctl tells, and its traffic, which the kernel tells. Where only one of them is
    /// known the figures of the other are not told. Counters are the drive's own, for its life.
    pub struct Drive<'a> by {
        /// The kernel's name of the disk, such as `nvme0n1` or `sda`; of a drive without traffic that of its
        /// controller, `nvme0`, and of one behind a RAID controller both, `sda_megaraid,0`.
        name key controller
    } {
        /// Data read, in bytes a second.
        read: Figure = disk::READ,
        /// Data written, in bytes a second.
        write: Figure = disk::WRITE,
        /// Share of time in which it had requests to serve.
        busy_percent: Figure = disk::BUSY,
        /// How the reading of its health goes: `ok`, `asleep`, `unsupported`, `denied`, `missing`, `stale` or `failed`.
        state: Figure<&'a str> = smart::STATE,
        /// Where its health is read: `smartctl`, `file` or `none`.
        source: Figure<&'a str> = smart::SOURCE,
        /// `nvme`, `ata` or `scsi`.
        protocol: Figure<&'a str> = smart::PROTOCOL,
        /// Model.
        model: Figure<&'a str> = smart::MODEL,
        /// Serial number.
        serial: Figure<&'a str> = smart::SERIAL,
        /// Version of the firmware.
        firmware: Figure<&'a str> = smart::FIRMWARE,
        /// Capacity.
        capacity_bytes: Figure = smart::CAPACITY,
        /// Whether it passes its own judgement: 1 or 0.
        passed: Figure = smart::PASSED,
        /// What smartctl warns of, with spaces between, or `none`.
        warnings: Figure<&'a str> = smart::WARNINGS,
        /// What an NVMe drive warns of, with spaces between, or `none`.
        critical_warning: Figure<&'a str> = smart::CRITICAL_WARNING,
        /// Power mode in the drive's own words.
        power_mode: Figure<&'a str> = smart::POWER_MODE,
        /// Temperature.
        temperature_celsius: Figure = smart::TEMPERATURE,
        /// Time powered on.
        power_on_s: Figure = smart::POWER_ON,
        /// How often it was switched on.
        power_cycles: Figure = smart::POWER_CYCLES,
        /// How often it lost its power without notice.
        unsafe_shutdowns: Figure = smart::UNSAFE_SHUTDOWNS,
        /// Data read from it.
        read_bytes: Figure = smart::READ,
        /// Data written to it.
        written_bytes: Figure = smart::WRITTEN,
        /// How much of the promised endurance is used up; passes 100 when it lives longer.
        wear_percent: Figure = smart::WEAR,
        /// Share of spare blocks that is left.
        spare_percent: Figure = smart::SPARE,
        /// Share of spare blocks below which it warns.
        spare_threshold_percent: Figure = smart::SPARE_THRESHOLD,
        /// Errors of the medium that were not corrected.
        media_errors: Figure = smart::MEDIA_ERRORS,
        /// Entries of its log of errors.
        error_log: Figure = smart::ERROR_LOG,
        /// Sectors replaced.
        sectors_reallocated: Figure = smart::REALLOCATED,
        /// Sectors that wait to be replaced.
        sectors_pending: Figure = smart::PENDING,
        /// Sectors found unreadable when it checked itself.
        sectors_uncorrectable: Figure = smart::UNCORRECTABLE,
        /// Transfers that went wrong between drive and host.
        crc_errors: Figure = smart::CRC_ERRORS,
        /// Defects of a SCSI drive that came after it was made.
        grown_defects: Figure = smart::GROWN_DEFECTS,
        /// Time above the temperature from which on an NVMe drive warns.
        hot_warning_s: Figure = smart::HOT_WARNING,
        /// Time above the temperature that an NVMe drive must not pass.
        hot_critical_s: Figure = smart::HOT_CRITICAL,
    }
}

impl Drive<'_> {
    /// Whether anything is told of its health, if only why there is nothing.
    pub fn has_health(&self) -> bool {
        let figures = [self.passed, self.wear_percent, self.temperature_celsius];
        self.state.is_told() || figures.iter().any(Figure::is_told)
    }

    /// Whether it sleeps and was not woken; its figures are then those of before.
    pub fn is_asleep(&self) -> bool {
        self.state.value == Some("asleep")
    }
}

/// The traffic of an NVMe drive is told of its namespace `nvme0n1`, its health of its controller `nvme0`. Further
/// namespaces have traffic of their own and stay by themselves.
fn controller(disk: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match disk.strip_suffix("n1") {
        Some(drive) if drive.strip_prefix("nvme").is_some_and(is_number) => drive,
        _ => disk,
    }
}
