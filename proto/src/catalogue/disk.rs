//! Metrics of the `disk` collector. Numbers 160 to 191.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] =
    &[&SPACE_SIZE, &SPACE_USED, &SPACE_AVAILABLE, &SPACE_INODES_USED, &SPACE_READ_ONLY, &READ, &WRITE, &BUSY];

/// Size of a file system.
pub static SPACE_SIZE: Metric = space(160, "disk.space.size", "Size of a file system.");

/// Space in use.
pub static SPACE_USED: Metric = space(161, "disk.space.used", "Space of a file system in use.").deadband(1);

/// Space left for ordinary users.
pub static SPACE_AVAILABLE: Metric =
    space(162, "disk.space.available", "Space of a file system left for ordinary users.").deadband(1);

/// Inodes in use.
pub static SPACE_INODES_USED: Metric = of_mount(
    163,
    "disk.space.inodes_used",
    Unit::PERCENT,
    Scale::Whole,
    "Share of the files that a file system has room for; unsupported where it makes the room as it goes.",
);

/// Whether it cannot be written.
pub static SPACE_READ_ONLY: Metric = of_mount(
    164,
    "disk.space.read_only",
    Unit::BOOLEAN,
    Scale::Whole,
    "Whether a file system cannot be written; some turn so by themselves after errors.",
);

/// Data read from a disk.
pub static READ: Metric =
    of_disk(165, "disk.read", Unit::BYTES_PER_SECOND, Scale::Octaves, "Data read from a disk.")
        .deadband(RATE_STEPS);

/// Data written to a disk.
pub static WRITE: Metric =
    of_disk(166, "disk.write", Unit::BYTES_PER_SECOND, Scale::Octaves, "Data written to a disk.")
        .deadband(RATE_STEPS);

/// How busy a disk is.
pub static BUSY: Metric = of_disk(
    167,
    "disk.busy",
    Unit::PERCENT,
    Scale::Whole,
    "Share of time in which a disk had requests to serve; a disk that serves many at once can do more at 100.",
)
.deadband(2);

const fn space(id: u16, name: &'static str, help: &'static str) -> Metric {
    of_mount(id, name, Unit::BYTES, Scale::Multiple(16 << 20), help)
}

/// Read every 10 s.
const fn of_mount(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, scale, help).labelled(&["mount"]).max_age_ms(60_000)
}

const fn of_disk(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, scale, help).labelled(&["disk"])
}

/// A rate is sent when it has moved by more than some 10 %.
const RATE_STEPS: u16 = 3;
