//! Metrics of the `pressure` collector. Numbers 96 to 127.

use crate::metric::Metric;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[];
