//! Every bound of the subscriber, with its arithmetic. Those of frames and links are in the crates that own them.

/// Most readings of all hosts in a view. At some 200 B each (metric, labels, state and the mirror's copy) that is
/// 200 MiB at the very most; 1,000 hosts of 100 readings are a tenth of it.
pub const VIEW_READINGS_MAX: usize = 1 << 20;
