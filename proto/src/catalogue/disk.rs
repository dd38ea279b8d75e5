//! Metrics of the `disk` collector. Numbers 160 to 191.

use crate::metric::Metric;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[];
