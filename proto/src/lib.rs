//! Grapevine's protocol: the words, the metric catalogue, the frames and the gossip engine.

pub mod catalogue;
mod metric;
mod quantise;
mod reading;

pub use metric::{Kind, LabelKeys, Metric, MetricId, MetricRef, Unit};
pub use quantise::Scale;
pub use reading::{Absence, Labels, Reading, State, Value};
