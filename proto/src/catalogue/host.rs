//! Metrics of the `host` collector. Numbers 0 to 31.

use crate::metric::Metric;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[];
