//! Metrics of the `network` collector. Numbers 192 to 223.

use crate::metric::Metric;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[];
