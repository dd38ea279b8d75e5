//! Metrics of the `pressure` collector. Numbers 96 to 127.
//!
//! Pressure is the share of time in which tasks could not go on for want of a resource: `some` of them, or all that
//! were not idle (`full`). See the kernel's `Documentation/accounting/psi.rst`. There is no `full` of the cores,
//! for the kernel does not define it for a whole machine.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &CPU_SOME_AVG10,
    &CPU_SOME_AVG60,
    &MEMORY_SOME_AVG10,
    &MEMORY_SOME_AVG60,
    &MEMORY_FULL_AVG10,
    &MEMORY_FULL_AVG60,
    &IO_SOME_AVG10,
    &IO_SOME_AVG60,
    &IO_FULL_AVG10,
    &IO_FULL_AVG60,
];

/// Some tasks waited for a core, over 10 s.
pub static CPU_SOME_AVG10: Metric =
    share(96, "pressure.cpu.some.avg10", "Share of the last 10 s in which some task waited for a core.");

/// Some tasks waited for a core, over 60 s.
pub static CPU_SOME_AVG60: Metric =
    share(97, "pressure.cpu.some.avg60", "Share of the last 60 s in which some task waited for a core.");

/// Some tasks waited for memory, over 10 s.
pub static MEMORY_SOME_AVG10: Metric =
    share(98, "pressure.memory.some.avg10", "Share of the last 10 s in which some task waited for memory.");

/// Some tasks waited for memory, over 60 s.
pub static MEMORY_SOME_AVG60: Metric =
    share(99, "pressure.memory.some.avg60", "Share of the last 60 s in which some task waited for memory.");

/// All tasks waited for memory, over 10 s.
pub static MEMORY_FULL_AVG10: Metric =
    share(100, "pressure.memory.full.avg10", "Share of the last 10 s in which all tasks waited for memory.");

/// All tasks waited for memory, over 60 s.
pub static MEMORY_FULL_AVG60: Metric =
    share(101, "pressure.memory.full.avg60", "Share of the last 60 s in which all tasks waited for memory.");

/// Some tasks waited for I/O, over 10 s.
pub static IO_SOME_AVG10: Metric =
    share(102, "pressure.io.some.avg10", "Share of the last 10 s in which some task waited for I/O.");

/// Some tasks waited for I/O, over 60 s.
pub static IO_SOME_AVG60: Metric =
    share(103, "pressure.io.some.avg60", "Share of the last 60 s in which some task waited for I/O.");

/// All tasks waited for I/O, over 10 s.
pub static IO_FULL_AVG10: Metric =
    share(104, "pressure.io.full.avg10", "Share of the last 10 s in which all tasks waited for I/O.");

/// All tasks waited for I/O, over 60 s.
pub static IO_FULL_AVG60: Metric =
    share(105, "pressure.io.full.avg60", "Share of the last 60 s in which all tasks waited for I/O.");

/// In halves, so that nearly all changes take one byte; sent when it moved by a whole percent.
const fn share(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::PERCENT, Scale::Fraction(2), help).deadband(1)
}
