//! Disks that are made of others, such as those of the device mapper: what goes to them is counted twice.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is known of the machine's disks.
#[derive(Debug)]
pub(super) struct Stacked {
    /// `/sys/dev/block`
    devices: PathBuf,
    known: BTreeMap<String, bool>,
}

impl Stacked {
    pub(super) fn new(sys: &Path) -> Self {
        Self { devices: sys.join("dev/block"), known: BTreeMap::new() }
    }

    /// Whether the disk with these numbers, such as `253:0`, is made of others.
    pub(super) fn contains(&mut self, device: &str) -> bool {
        if let Some(known) = self.known.get(device) {
            return *known;
        }
        // Numbers are given anew when disks come and go; what is known is then wrong for a while at most.
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        let parts = std::fs::read_dir(self.devices.join(device).join("slaves"));
        let is_stacked = parts.is_ok_and(|mut parts| parts.next().is_some());
        self.known.insert(device.to_owned(), is_stacked);
        is_stacked
    }
}

const KNOWN_MAX: usize = 256;
