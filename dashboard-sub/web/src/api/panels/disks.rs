//! Drives and file systems.

use grapevine_sub::panel::{self, Panels};

use super::drive::Drive;
use super::mount::Mount;
use crate::api::shown::shown;

/// Drives and file systems of one host.
pub(crate) struct Parts<'p, 'h> {
    drives: &'p panel::Drives<'h>,
    mounts: &'p panel::List<panel::Mount<'h>>,
}

impl<'p, 'h> Parts<'p, 'h> {
    pub(crate) fn of(panels: &'p Panels<'h>) -> Self {
        Self { drives: &panels.drives, mounts: &panels.mounts }
    }
}

shown! {
    /// All drives and file systems of a host.
    struct Disks(disks: Parts<'_, '_>) {
        /// Drives whose health was looked for, those not told included.
        found: u64 = disks.drives.found,
    }
    with {
        /// Each drive.
        drives: Vec<Drive> = disks.drives.list.iter().map(Drive::of).collect(),
        /// Each mounted file system.
        mounts: Vec<Mount> = disks.mounts.iter().map(Mount::of).collect(),
    }
}
