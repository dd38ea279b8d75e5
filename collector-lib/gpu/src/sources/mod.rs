//! The sources, a file or folder each.

pub mod nvml;
