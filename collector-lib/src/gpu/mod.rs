//! GPUs: what is known of one, how it is told, and which ones the machine has.
//!
//! [`Gpu`] is what every source of readings fills, whoever made the GPU, and [`tell`] turns GPUs into readings of the
//! catalogue: the only place that does, so that all sources give the same ones. A [`Roster`] says which GPUs the
//! machine has and how they are labelled.

mod bus;
mod model;
mod roster;
mod tell;

pub use bus::{BadBusId, BusId};
pub use model::{Figure, Gpu, Process, Source, Standing};
pub use roster::{BadRoster, Place, Roster};
pub use tell::{PROCESSES_PER_GPU_MAX, tell};
