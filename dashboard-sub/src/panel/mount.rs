//! File systems.

use grapevine_proto::catalogue::disk;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;

figures! {
    /// A mounted file system.
    pub struct Mount<'a> by {
        /// Where it is mounted.
        point
    } {
        /// Its size.
        size_bytes: Figure = disk::SPACE_SIZE,
        /// Space in use.
        used_bytes: Figure = disk::SPACE_USED,
        /// Space left for ordinary users.
        available_bytes: Figure = disk::SPACE_AVAILABLE,
        /// Share of the files that it has room for.
        inodes_used_percent: Figure = disk::SPACE_INODES_USED,
        /// Whether it cannot be written: 1 or 0.
        read_only: Figure = disk::SPACE_READ_ONLY,
    }
}

impl Mount<'_> {
    /// What is in use of what ordinary users can use, as df(1) has it.
    pub fn used_percent(&self) -> Figure {
        let usable = self.used_bytes.value.zip(self.available_bytes.value);
        let usable_bytes =
            Figure { value: usable.map(|(used, available)| used + available), ..self.available_bytes };
        self.used_bytes.percent_of(usable_bytes)
    }

    /// Whether it is known that it cannot be written.
    pub fn is_read_only(&self) -> bool {
        self.read_only.value == Some(1.0)
    }
}
