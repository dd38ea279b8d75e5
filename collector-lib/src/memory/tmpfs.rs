//! File systems in memory, which take what programs then lack.

use std::fmt;
use std::path::PathBuf;

use grapevine_proto::catalogue::memory as rows;

use crate::collector::absence_of;
use crate::context::SpaceProbe;
use crate::mounts::{self, Mount};
use crate::rate::float;
use crate::sample::Sample;

/// The tmpfs mounts that people fill.
///
/// Left out are those of sessions, containers and the system's own locks, of which there may be hundreds.
pub(super) struct Tmpfs {
    space: SpaceProbe,
    mounts: Vec<(String, PathBuf)>,
}

impl Tmpfs {
    pub(super) fn new(space: SpaceProbe) -> Self {
        Self { space, mounts: Vec::new() }
    }

    /// Takes the mounts from the content of `/proc/self/mountinfo`.
    pub(super) fn scan(&mut self, mountinfo: &[u8]) {
        let mut seen = Vec::new();
        self.mounts.clear();
        for mount in mounts::visible(mountinfo).into_iter().filter(is_shown) {
            // A tmpfs that is mounted in several places is one.
            if seen.len() < MOUNTS_MAX && !seen.contains(&mount.device) {
                seen.push(mount.device);
                self.mounts.push((mount.point.to_string_lossy().into_owned(), mount.point));
            }
        }
    }

    pub(super) fn collect(&mut self, sample: &mut Sample) {
        for (label, point) in &self.mounts {
            let labels = &[label.as_str()];
            match (self.space)(point) {
                Ok(space) => {
                    let used = space.size_bytes.saturating_sub(space.free_bytes);
                    sample.number(&rows::TMPFS_SIZE, labels, float(space.size_bytes));
                    sample.number(&rows::TMPFS_USED, labels, float(used));
                }
                Err(error) => {
                    sample.absent(&rows::TMPFS_SIZE, labels, absence_of(&error));
                    sample.absent(&rows::TMPFS_USED, labels, absence_of(&error));
                }
            }
        }
    }
}

impl fmt::Debug for Tmpfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tmpfs").field("mounts", &self.mounts).finish_non_exhaustive()
    }
}

fn is_shown(mount: &Mount) -> bool {
    mount.kind == "tmpfs"
        && !mount.read_only
        && !HIDDEN.iter().any(|directory| mount.point.starts_with(directory))
}

const HIDDEN: [&str; 12] = [
    "/dev/termination-log",
    "/proc",
    "/run/credentials",
    "/run/docker",
    "/run/lock",
    "/run/user",
    "/run/secrets",
    "/sys",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/lib/kubelet",
    "/var/lib/lxcfs",
];

const MOUNTS_MAX: usize = 8;
