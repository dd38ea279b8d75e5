//! The sources, a file or folder each, and what they share.

pub mod nvidia_smi;
pub mod nvml;
pub mod nvtop;

mod printed;
mod remembered;

use grapevine_collectors::gpu::{BusId, Roster};

use crate::source::SourceError;

/// A bus address as NVIDIA's driver writes it: `0000000F:01:00.0`.
fn bus_id(bus: BusId) -> String {
    let text = bus.to_string().to_uppercase();
    let (domain, rest) = text.split_once(':').unwrap_or(("", &text));
    format!("{domain:0>8}:{rest}")
}

/// Programs that look at all GPUs wake those that sleep.
fn check_that_all_are_awake(program: &'static str, roster: &Roster) -> Result<(), SourceError> {
    let sleeping = roster.0.iter().find(|place| place.is_suspended);
    sleeping.map_or(Ok(()), |place| Err(SourceError::WouldWake { program, gpu: place.label.clone() }))
}
