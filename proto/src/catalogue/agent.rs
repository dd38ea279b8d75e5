//! The agent's own vitals. Numbers 224 to 255.

use crate::metric::Metric;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[];
