//! Metrics of the `smart` collector. Numbers 352 to 383.
//!
//! The label `disk` is the kernel's name of a drive (`sda`), of an NVMe drive that of its controller (`nvme0`), and of a
//! drive behind a RAID controller both (`sda_megaraid,0`).
//!
//! Every drive that is read tells the rows of all drives and those of its protocol, absent where it has none of that; a
//! drive that was never read tells how it is, and why there is no more. Counters are the drive's own, for its life.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &DRIVES,
    &STATE,
    &SOURCE,
    &PROTOCOL,
    &MODEL,
    &SERIAL,
    &FIRMWARE,
    &CAPACITY,
    &PASSED,
    &WARNINGS,
    &CRITICAL_WARNING,
    &POWER_MODE,
    &TEMPERATURE,
    &POWER_ON,
    &POWER_CYCLES,
    &UNSAFE_SHUTDOWNS,
    &READ,
    &WRITTEN,
    &WEAR,
    &SPARE,
    &SPARE_THRESHOLD,
    &MEDIA_ERRORS,
    &ERROR_LOG,
    &REALLOCATED,
    &PENDING,
    &UNCORRECTABLE,
    &CRC_ERRORS,
    &GROWN_DEFECTS,
    &HOT_WARNING,
    &HOT_CRITICAL,
];

/// How many drives there are.
pub static DRIVES: Metric = Metric::gauge(
    352,
    "smart.drives",
    Unit::COUNT,
    Scale::Whole,
    "Drives that were found, those not told included.",
)
.max_age_ms(MAX_AGE_MS);

/// How the reading of a drive went.
pub static STATE: Metric = text(
    353,
    "smart.state",
    "How the reading of a drive goes: ok; asleep, it was not woken; unsupported, it tells nothing; denied; missing, \
     nothing reads it; stale, it was read too long ago; failed.",
);

/// Where the readings come from.
pub static SOURCE: Metric =
    text(354, "smart.source", "Where the readings of a drive come from: smartctl, file or none.");

/// What the drive speaks.
pub static PROTOCOL: Metric = text(355, "smart.protocol", "Protocol of a drive: nvme, ata or scsi.");

/// Model of the drive.
pub static MODEL: Metric = text(356, "smart.model", "Model of a drive.");

/// Serial number.
pub static SERIAL: Metric = text(357, "smart.serial", "Serial number of a drive.");

/// Firmware.
pub static FIRMWARE: Metric = text(358, "smart.firmware", "Version of a drive's firmware.");

/// Size of the drive.
pub static CAPACITY: Metric =
    gauge(359, "smart.capacity", Unit::BYTES, Scale::Multiple(1 << 30), "Capacity of a drive.");

/// The drive's own verdict.
pub static PASSED: Metric = gauge(
    360,
    "smart.passed",
    Unit::BOOLEAN,
    Scale::Whole,
    "Whether a drive passes its own judgement of its health; one that does not is about to fail.",
);

/// What smartctl warns of.
pub static WARNINGS: Metric = text(
    361,
    "smart.warnings",
    "What smartctl warns of, with spaces between: command_failed, failing, prefail, prefail_past, errors_logged, \
     self_test_failed; or none.",
);

/// What an NVMe drive warns of.
pub static CRITICAL_WARNING: Metric = text(
    362,
    "smart.critical_warning",
    "What an NVMe drive warns of, with spaces between: spare, temperature, reliability, read_only, backup, \
     persistent_memory; or none.",
);

/// Power mode.
pub static POWER_MODE: Metric =
    text(363, "smart.power_mode", "Power mode of a drive in its own words, such as active or idle.");

/// Temperature.
pub static TEMPERATURE: Metric =
    gauge(364, "smart.temperature", Unit::CELSIUS, Scale::Whole, "Temperature of a drive.").deadband(1);

/// Time that the drive was on.
pub static POWER_ON: Metric = counter(
    365,
    "smart.power_on",
    Unit::SECONDS,
    Scale::Multiple(3600),
    "Time that a drive was powered on, in whole hours.",
);

/// How often it was switched on.
pub static POWER_CYCLES: Metric = count(366, "smart.power_cycles", "How often a drive was switched on.");

/// How often it lost its power.
pub static UNSAFE_SHUTDOWNS: Metric =
    count(367, "smart.unsafe_shutdowns", "How often a drive lost its power without notice.");

/// Data read in the drive's life.
pub static READ: Metric = counter(
    368,
    "smart.read",
    Unit::BYTES,
    Scale::Multiple(1 << 30),
    "Data that the host has read from a drive in its life.",
);

/// Data written in the drive's life.
pub static WRITTEN: Metric = counter(
    369,
    "smart.written",
    Unit::BYTES,
    Scale::Multiple(1 << 30),
    "Data that the host has written to a drive in its life.",
);

/// Wear.
pub static WEAR: Metric = gauge(
    370,
    "smart.wear",
    Unit::PERCENT,
    Scale::Whole,
    "How much of the endurance that a drive's maker promises is used up; passes 100 when it lives longer.",
);

/// Spare blocks left.
pub static SPARE: Metric =
    gauge(371, "smart.spare", Unit::PERCENT, Scale::Whole, "Share of a drive's spare blocks that is left.");

/// The least of spare blocks.
pub static SPARE_THRESHOLD: Metric = gauge(
    372,
    "smart.spare.threshold",
    Unit::PERCENT,
    Scale::Whole,
    "Share of spare blocks below which a drive warns.",
);

/// Data that could not be read back.
pub static MEDIA_ERRORS: Metric =
    count(373, "smart.media_errors", "Errors of a drive's medium that it could not correct.");

/// Entries of the error log.
pub static ERROR_LOG: Metric =
    count(374, "smart.error_log", "Entries that a drive has made in its log of errors.");

/// Sectors replaced.
pub static REALLOCATED: Metric =
    count(375, "smart.sectors.reallocated", "Sectors that a drive has replaced by spare ones.");

/// Sectors that wait for a verdict.
pub static PENDING: Metric = gauge(
    376,
    "smart.sectors.pending",
    Unit::COUNT,
    Scale::Whole,
    "Sectors that a drive could not read, and replaces when they are written.",
);

/// Sectors given up.
pub static UNCORRECTABLE: Metric = count(
    377,
    "smart.sectors.uncorrectable",
    "Sectors that a drive found unreadable when it checked itself.",
);

/// Errors of the cable.
pub static CRC_ERRORS: Metric = count(
    378,
    "smart.crc_errors",
    "Transfers that went wrong between a drive and the host; a bad cable, mostly.",
);

/// Defects since the drive was made.
pub static GROWN_DEFECTS: Metric =
    count(379, "smart.grown_defects", "Defects of a SCSI drive's medium that came after it was made.");

/// Time spent hot.
pub static HOT_WARNING: Metric = counter(
    380,
    "smart.hot.warning",
    Unit::SECONDS,
    Scale::Multiple(60),
    "Time that an NVMe drive was above the temperature from which on it warns.",
);

/// Time spent far too hot.
pub static HOT_CRITICAL: Metric = counter(
    381,
    "smart.hot.critical",
    Unit::SECONDS,
    Scale::Multiple(60),
    "Time that an NVMe drive was above the temperature that it must not pass.",
);

const fn text(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::text(id, name, help).labelled(&["disk"]).max_age_ms(MAX_AGE_MS)
}

const fn gauge(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, scale, help).labelled(&["disk"]).max_age_ms(MAX_AGE_MS)
}

const fn counter(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::counter(id, name, unit, scale, help).labelled(&["disk"]).max_age_ms(MAX_AGE_MS)
}

const fn count(id: u16, name: &'static str, help: &'static str) -> Metric {
    counter(id, name, Unit::COUNT, Scale::Whole, help)
}

/// Drives are read once a minute, and a machine with many of them in several turns.
const MAX_AGE_MS: u32 = 300_000;
