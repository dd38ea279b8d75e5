//! Drives: their health, and what is read from and written to them.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// A drive: its health, which smartctl tells, and its traffic, which the kernel tells. Where only one of them is
    /// known the figures of the other are not told. Counters are the drive's own, for its life.
    struct Drive(drive: panel::Drive<'_>) by {
        /// The kernel's name of the disk, such as `nvme0n1` or `sda`; of a drive without traffic that of its
        /// controller, `nvme0`, and of one behind a RAID controller both, `sda_megaraid,0`.
        name,
    } {
        /// Data read.
        read_bytes_per_second: u64 = drive.read,
        /// Data written.
        write_bytes_per_second: u64 = drive.write,
        /// Share of time in which it had requests to serve.
        busy_percent: f64,
        /// How the reading of its health goes: `ok`, `asleep`, `unsupported`, `denied`, `missing`, `stale` or `failed`.
        state: String,
        /// Where its health is read: `smartctl`, `file` or `none`.
        source: String,
        /// `nvme`, `ata` or `scsi`.
        protocol: String,
        /// Model.
        model: String,
        /// Serial number.
        serial: String,
        /// Version of the firmware.
        firmware: String,
        /// Capacity.
        capacity_bytes: u64,
        /// Whether it passes its own judgement.
        passed: bool,
        /// What smartctl warns of, with spaces between, or `none`.
        warnings: String,
        /// What an NVMe drive warns of, with spaces between, or `none`.
        critical_warning: String,
        /// Power mode in the drive's own words.
        power_mode: String,
        /// Temperature.
        temperature_celsius: f64,
        /// Time powered on.
        power_on_s: f64,
        /// How often it was switched on.
        power_cycles: u64,
        /// How often it lost its power without notice.
        unsafe_shutdowns: u64,
        /// Data read from it.
        read_bytes: u64,
        /// Data written to it.
        written_bytes: u64,
        /// How much of the promised endurance is used up; passes 100 when it lives longer.
        wear_percent: f64,
        /// Share of spare blocks that is left.
        spare_percent: f64,
        /// Share of spare blocks below which it warns.
        spare_threshold_percent: f64,
        /// Errors of the medium that were not corrected.
        media_errors: u64,
        /// Entries of its log of errors.
        error_log: u64,
        /// Sectors replaced.
        sectors_reallocated: u64,
        /// Sectors that wait to be replaced.
        sectors_pending: u64,
        /// Sectors found unreadable when it checked itself.
        sectors_uncorrectable: u64,
        /// Transfers that went wrong between drive and host.
        crc_errors: u64,
        /// Defects of a SCSI drive that came after it was made.
        grown_defects: u64,
        /// Time above the temperature from which on an NVMe drive warns.
        hot_warning_s: f64,
        /// Time above the temperature that an NVMe drive must not pass.
        hot_critical_s: f64,
    }
}
