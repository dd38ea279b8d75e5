//! Metrics of the `process` collector. Numbers 512 to 543.
//!
//! The label `name` is the name of programs, at most 15 bytes of it (proc_pid_comm(5)); processes of one name are told
//! together, so that those that come and go cost little. Only the ten names that use most of the processors and the ten
//! that use most memory are told of.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[&TOTAL, &COUNT, &CPU, &MEMORY];

/// How many processes there are.
pub static TOTAL: Metric = Metric::gauge(
    512,
    "process.total",
    Unit::COUNT,
    Scale::Whole,
    "Processes of the host, threads of the kernel included.",
)
.deadband(10)
.max_age_ms(MAX_AGE_MS);

/// How many have this name.
pub static COUNT: Metric =
    gauge(513, "process.count", Unit::COUNT, Scale::Whole, "Processes with this name.");

/// Processor time.
pub static CPU: Metric = gauge(
    514,
    "process.cpu",
    Unit::PERCENT,
    Scale::Whole,
    "Processor time of the processes with this name; 100 is one core.",
)
.deadband(2);

/// Memory.
pub static MEMORY: Metric = gauge(
    515,
    "process.memory",
    Unit::BYTES,
    Scale::Multiple(4 << 20),
    "Resident memory of the processes with this name; what they share counts for each.",
)
.deadband(2);

const fn gauge(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, scale, help).labelled(&["name"]).max_age_ms(MAX_AGE_MS)
}

/// Six intervals of the collector.
const MAX_AGE_MS: u32 = 60_000;
