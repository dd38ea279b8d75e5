//! The driver's program `nvidia-smi`: what `nvidia-smi -q -x` prints.
//!
//! It tells most of what the driver's library does, in less detail: memory in MiB, the speed of the first fan, nothing
//! of energy, reported errors (XID), NVLink, or what the GPU does for each process. It looks at all GPUs, and so is not
//! run while one sleeps.

mod element;
mod failure;
mod gpu;
mod log;
mod processes;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{BusId, Gpu, Roster, Source as Origin};
use grapevine_collectors::process::{Job, RunError, Runner};

use super::remembered::Remembered;
use crate::source::{Source, SourceError};
use failure::{Failure, failure};

/// Reads GPUs by `nvidia-smi`.
pub struct NvidiaSmiSource {
    runner: Arc<Runner>,
    proc: PathBuf,
    remembered: Remembered,
}

impl NvidiaSmiSource {
    /// A source that starts the program by `runner`, and looks the machine's memory up below `proc`.
    pub fn new(runner: Arc<Runner>, proc: impl Into<PathBuf>) -> Self {
        Self { runner, proc: proc.into(), remembered: Remembered::new(Origin::NvidiaSmi) }
    }
}

impl Source for NvidiaSmiSource {
    fn read(&mut self, roster: &Roster) -> Result<Vec<Gpu>, SourceError> {
        super::check_that_all_are_awake(PROGRAM, roster)?;
        let until = Instant::now() + DEADLINE;
        let gpus = match self.run(&["-q", "-x"], roster, until)? {
            Ok(gpus) => gpus,
            Err(Failure::OfAll(error)) => return Err(error),
            Err(Failure::OfOneGpu) => self.read_one_by_one(roster, until)?,
        };
        Ok(self.remembered.complete(gpus, roster))
    }
}

/// What a run told, or why it told nothing.
type Told = Result<BTreeMap<BusId, Gpu>, Failure>;

impl NvidiaSmiSource {
    /// Asks for each GPU alone: the program ends at the first that does not answer.
    fn read_one_by_one(&self, roster: &Roster, until: Instant) -> Result<BTreeMap<BusId, Gpu>, SourceError> {
        let mut gpus = BTreeMap::new();
        for place in roster.awake() {
            let bus = super::bus_id(place.bus);
            match self.run(&["-q", "-x", "-i", &bus], roster, until)? {
                Ok(told) => gpus.extend(told.into_iter().filter(|(bus, _)| *bus == place.bus)),
                Err(Failure::OfAll(error)) => return Err(error),
                Err(Failure::OfOneGpu) => drop(gpus.insert(place.bus, self.remembered.lost(place))),
            }
        }
        Ok(gpus)
    }

    fn run(&self, arguments: &[&str], roster: &Roster, until: Instant) -> Result<Told, RunError> {
        let deadline = until.saturating_duration_since(Instant::now());
        let job = Job { program: PROGRAM, arguments, deadline, stdout_bytes_max: STDOUT_BYTES_MAX };
        let finished = self.runner.run(&job)?;
        let output = String::from_utf8_lossy(&finished.stdout);
        let Some(log) = log::cut_out(&output) else { return Ok(Err(failure(&finished))) };
        Ok(log::read(log, roster, &self.proc).map_err(|error| {
            Failure::OfAll(SourceError::Output { program: PROGRAM, reason: error.to_string() })
        }))
    }
}

const PROGRAM: &str = "nvidia-smi";

/// The longest that a pass may take: less than the agent waits.
const DEADLINE: Duration = Duration::from_secs(4);

/// Most that the program may print: some 120 KB for each GPU.
const STDOUT_BYTES_MAX: usize = 8 << 20;

#[cfg(test)]
mod tests;
