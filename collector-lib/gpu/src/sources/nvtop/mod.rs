//! The program `nvtop`: what `nvtop -s` prints.
//!
//! It tells the least: of the GPU its name, clocks, temperature, power and use, since version 3.3 its memory and the
//! processes. It looks at all GPUs of the machine, whoever made them, and so is not run while one of NVIDIA's sleeps.

mod json;
mod snapshot;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use grapevine_collectors::gpu::{Gpu, Roster, Source as Origin};
use grapevine_collectors::process::{Job, Runner};

use super::remembered::Remembered;
use crate::source::{Source, SourceError};

/// Reads GPUs by `nvtop`.
pub struct NvtopSource {
    runner: Arc<Runner>,
    proc: PathBuf,
    remembered: Remembered,
}

impl NvtopSource {
    /// A source that starts the program by `runner`, and looks the machine's memory up below `proc`.
    pub fn new(runner: Arc<Runner>, proc: impl Into<PathBuf>) -> Self {
        Self { runner, proc: proc.into(), remembered: Remembered::new(Origin::Nvtop) }
    }
}

impl Source for NvtopSource {
    fn read(&mut self, roster: &Roster) -> Result<Vec<Gpu>, SourceError> {
        super::check_that_all_are_awake(PROGRAM, roster)?;
        let job = Job {
            program: PROGRAM,
            arguments: &["-s"],
            deadline: DEADLINE,
            stdout_bytes_max: STDOUT_BYTES_MAX,
        };
        let output = self.runner.run(&job)?.success()?;
        let gpus = json::parse(&String::from_utf8_lossy(&output))
            .map_err(|error| error.to_string())
            .and_then(|entries| snapshot::read(&entries, roster, &self.proc))
            .map_err(|reason| SourceError::Output { program: PROGRAM, reason })?;
        Ok(self.remembered.complete(gpus, roster))
    }
}

const PROGRAM: &str = "nvtop";

/// The longest that a pass may take: less than the agent waits. Versions from 3.3 measure for a second.
const DEADLINE: Duration = Duration::from_secs(4);

/// Most that the program may print: some 300 bytes for each process, and the length of its command line.
const STDOUT_BYTES_MAX: usize = 4 << 20;

#[cfg(test)]
mod tests;
