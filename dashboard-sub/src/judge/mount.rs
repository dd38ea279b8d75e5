//! File systems.

use super::Look;
use super::words::percent;
use crate::panel::{List, Mount};
use crate::thresholds::{Levels, Rule};

/// Nothing can be written to a file system that is read-only, so it cannot become too full.
pub(super) fn judge(mounts: &List<Mount<'_>>, levels: &Levels, look: &mut Look<'_>) {
    for mount in mounts {
        let point = mount.point;
        if mount.is_read_only() {
            look.see(mount.read_only);
            look.case(Rule::DiskReadOnly, levels.disk_read_only, point, || format!("{point} is read-only"));
            continue;
        }
        look.bound(Rule::DiskSpace, levels.disk_space, mount.used_percent(), point, |used| {
            format!("{point} is {} full", percent(used))
        });
        look.bound(Rule::DiskInodes, levels.disk_inodes, mount.inodes_used_percent, point, |used| {
            format!("{point} has {} of the files that it has room for", percent(used))
        });
    }
}
