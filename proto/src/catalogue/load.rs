//! Metrics of the `load` collector. Numbers 128 to 159.

use crate::metric::Metric;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[];
