//! Metrics of the `memory` collector. Numbers 64 to 95.
//!
//! Amounts that move all the time are sent in steps of 4 MiB and only when they have moved by more than 16 MiB,
//! which is a thousandth of a common machine; amounts that are small by nature are sent in single MiB.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &TOTAL,
    &AVAILABLE,
    &USED,
    &CACHED,
    &BUFFERS,
    &DIRTY,
    &WRITEBACK,
    &SHARED,
    &SWAP_TOTAL,
    &SWAP_USED,
    &ZRAM_SIZE,
    &ZRAM_ORIGINAL,
    &ZRAM_COMPRESSED,
    &ZRAM_USED,
    &ZRAM_RATIO,
    &TMPFS_SIZE,
    &TMPFS_USED,
    &DIRTY_RATIO,
    &DIRTY_BACKGROUND_RATIO,
    &SWAPPINESS,
    &OVERCOMMIT,
];

/// All memory.
pub static TOTAL: Metric = fixed(64, "memory.total", "Memory that the kernel manages.");

/// What programs can still get.
pub static AVAILABLE: Metric = moving(
    65,
    "memory.available",
    "Memory that programs can get without swapping, as the kernel estimates it.",
);

/// What programs have.
pub static USED: Metric = moving(66, "memory.used", "Memory that is not available to programs.");

/// The page cache.
pub static CACHED: Metric = moving(67, "memory.cached", "Page cache and shared memory.");

/// The cache of block devices.
pub static BUFFERS: Metric = moving(68, "memory.buffers", "Cache of block devices' own blocks.");

/// Changes to be written.
pub static DIRTY: Metric = small(69, "memory.dirty", "Memory that waits to be written to disks.");

/// Changes being written.
pub static WRITEBACK: Metric = small(70, "memory.writeback", "Memory that is being written to disks.");

/// Shared memory and tmpfs.
pub static SHARED: Metric = moving(71, "memory.shared", "Shared memory and the content of all tmpfs.");

/// All swap space.
pub static SWAP_TOTAL: Metric = fixed(72, "memory.swap.total", "Swap space of all devices and files.");

/// Swap space in use.
pub static SWAP_USED: Metric = moving(73, "memory.swap.used", "Swap space in use.");

/// What zram devices can hold.
pub static ZRAM_SIZE: Metric = fixed(74, "memory.zram.size", "Data that all zram devices can hold.");

/// What zram devices hold.
pub static ZRAM_ORIGINAL: Metric =
    moving(75, "memory.zram.original", "Data that all zram devices hold, before compression.");

/// The same compressed.
pub static ZRAM_COMPRESSED: Metric =
    moving(76, "memory.zram.compressed", "Data that all zram devices hold, after compression.");

/// Memory that zram takes.
pub static ZRAM_USED: Metric =
    moving(77, "memory.zram.used", "Memory that all zram devices take, with their bookkeeping.");

/// Gain of the compression.
pub static ZRAM_RATIO: Metric = Metric::gauge(
    78,
    "memory.zram.ratio",
    Unit::NONE,
    Scale::Fraction(100),
    "Data before compression over data after it, of all zram devices.",
)
.deadband(5);

/// Room of a tmpfs.
pub static TMPFS_SIZE: Metric =
    fixed(79, "memory.tmpfs.size", "Most that a tmpfs may hold.").labelled(&["mount"]);

/// Content of a tmpfs.
pub static TMPFS_USED: Metric =
    small(80, "memory.tmpfs.used", "Memory and swap that a tmpfs holds.").labelled(&["mount"]);

/// Setting `vm.dirty_ratio`.
pub static DIRTY_RATIO: Metric = setting(
    81,
    "memory.setting.dirty_ratio",
    Unit::PERCENT,
    "Dirty share of available memory at which programs must write themselves; 0 where set in bytes.",
);

/// Setting `vm.dirty_background_ratio`.
pub static DIRTY_BACKGROUND_RATIO: Metric = setting(
    82,
    "memory.setting.dirty_background_ratio",
    Unit::PERCENT,
    "Dirty share of available memory at which the kernel starts to write; 0 where set in bytes.",
);

/// Setting `vm.swappiness`.
pub static SWAPPINESS: Metric = setting(
    83,
    "memory.setting.swappiness",
    Unit::NONE,
    "Cost of swapping against that of dropping page cache, 0 to 200; 100 is equal cost.",
);

/// Setting `vm.overcommit_memory`.
pub static OVERCOMMIT: Metric = setting(
    84,
    "memory.setting.overcommit",
    Unit::NONE,
    "Whether memory is promised beyond what there is: 0 within reason, 1 always, 2 never.",
);

/// An amount that changes only when the machine is set up anew.
const fn fixed(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::BYTES, Scale::Multiple(MIB), help)
}

const fn moving(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::BYTES, Scale::Multiple(4 * MIB), help).deadband(4)
}

const fn small(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::BYTES, Scale::Multiple(MIB), help).deadband(4)
}

const fn setting(id: u16, name: &'static str, unit: Unit, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, Scale::Whole, help)
}

const MIB: u32 = 1 << 20;
