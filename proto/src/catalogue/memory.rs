//! Metrics of the `memory` collector. Numbers 64 to 95.

use crate::metric::Metric;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[];
