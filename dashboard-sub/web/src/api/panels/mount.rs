//! File systems.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// A mounted file system.
    struct Mount(mount: panel::Mount<'_>) by {
        /// Where it is mounted.
        point,
    } {
        /// Its size.
        size_bytes: u64,
        /// Space in use.
        used_bytes: u64,
        /// Space left for ordinary users.
        available_bytes: u64,
        /// Share of the files that it has room for.
        inodes_used_percent: f64,
        /// Whether it cannot be written.
        read_only: bool,
        /// Share in use of what ordinary users can use, as df(1) has it.
        used_percent: f64 = mount.used_percent(),
    }
}
