//! What an operator can say about the reading of GPUs.

use std::path::PathBuf;

use super::Source;

/// How NVIDIA GPUs are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where to read from, the best source first.
    pub sources: Vec<Source>,
    /// Whether GPUs that sleep are woken to be read.
    pub wakes_suspended: bool,
    /// The driver's library, if not where it usually is.
    pub nvml_library: Option<PathBuf>,
    /// The program that reads, if not beside this one or where packages put it.
    pub reader: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sources: vec![Source::Nvml, Source::NvidiaSmi, Source::Nvtop],
            wakes_suspended: false,
            nvml_library: None,
            reader: None,
        }
    }
}

impl Settings {
    /// The program that reads: as set, or the first one that is there. Where there is none, where it should be.
    pub(super) fn reader(&self) -> PathBuf {
        if let Some(reader) = &self.reader {
            return reader.clone();
        }
        let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(READER)));
        let packaged =
            ["/usr/libexec/grapevine", "/usr/lib/grapevine"].map(|folder| PathBuf::from(folder).join(READER));
        let places: Vec<PathBuf> = beside.into_iter().chain(packaged).collect();
        let there = places.iter().find(|place| place.exists()).or(places.first());
        there.cloned().unwrap_or_else(|| READER.into())
    }
}

/// The program's name.
const READER: &str = "grapevine-gpu";
