//! What an operator can say about the reading of drives.

use std::path::PathBuf;

/// How drives are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where from.
    pub source: Source,
    /// The program smartctl: its name, or its path.
    pub smartctl: String,
    /// Where another program leaves smartctl's JSON, a file for each drive.
    pub directory: PathBuf,
    /// A file older than this is stale, in milliseconds.
    pub max_age_ms: u64,
}

/// Where the readings of drives come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From smartctl where this program may talk to drives, else from files.
    Auto,
    /// From smartctl.
    Smartctl,
    /// From files.
    Files,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            source: Source::Auto,
            smartctl: "smartctl".to_owned(),
            directory: DIRECTORY.into(),
            max_age_ms: MAX_AGE_MS,
        }
    }
}

/// Not below the agent's own `/run/grapevine`, which goes with the agent, and in which root must not trust a path.
const DIRECTORY: &str = "/run/grapevine-smart";

/// Five times the interval of the timer that writes the files.
const MAX_AGE_MS: u64 = 300_000;
