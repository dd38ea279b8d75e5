//! A Grapevine network for Prometheus, scripts and browsers.
//!
//! - [`metrics`]: all hosts in the text formats of Prometheus and OpenMetrics. Pure: the clock is handed in.

pub mod metrics;
