//! What an operator can say about the reading of services.

use std::path::PathBuf;

use super::pattern::Pattern;

/// Which services are told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Only services and timers that one of these matches; all if there are none. A service that is named in full is told
    /// of even while it does nothing.
    pub include: Vec<Pattern>,
    /// Not those that one of these matches, whatever includes them.
    pub exclude: Vec<Pattern>,
    /// Folders of services whose files are counted.
    pub folders: Vec<Folder>,
}

/// Where a service keeps its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Full name of the service.
    pub service: String,
    /// The folder, on a disk of this machine.
    pub path: PathBuf,
    /// Space that the files may take in bytes, if that is limited.
    pub quota_bytes: Option<u64>,
}

/// Most folders whose files are counted.
pub const FOLDERS_MAX: usize = 32;

impl Settings {
    pub(super) fn admits(&self, unit: &str) -> bool {
        let is_included = self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(unit));
        is_included && !self.exclude.iter().any(|pattern| pattern.matches(unit))
    }

    /// Whether `unit` is to be told of even while it does nothing.
    pub(super) fn names(&self, unit: &str) -> bool {
        self.named().any(|name| name == unit)
    }

    /// What is included by its full name.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.include.iter().filter_map(Pattern::name)
    }
}
