//! Metrics of the `cpu` collector. Numbers 32 to 63.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[&USE, &CORE_USE];

/// Time of all cores spent not idle.
pub static USE: Metric = Metric::gauge(
    32,
    "cpu.use",
    Unit::PERCENT,
    Scale::Whole,
    "Share of all cores' time not spent idle or waiting for I/O since the previous pass.",
);

/// Time of one core spent not idle.
pub static CORE_USE: Metric = Metric::gauge(
    33,
    "cpu.core.use",
    Unit::PERCENT,
    Scale::Whole,
    "Share of one core's time not spent idle or waiting for I/O since the previous pass.",
)
.labelled(&["core"])
.deadband(2);
