//! Memory with swap, zram, tmpfs and the kernel's settings.

use grapevine_proto::catalogue::memory;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// The machine's memory.
    pub struct Memory<'a> {
        /// Memory that the kernel manages.
        total_bytes: Figure = memory::TOTAL,
        /// What programs can get without swapping.
        available_bytes: Figure = memory::AVAILABLE,
        /// What is not available.
        used_bytes: Figure = memory::USED,
        /// Page cache and shared memory.
        cached_bytes: Figure = memory::CACHED,
        /// Cache of block devices' own blocks.
        buffers_bytes: Figure = memory::BUFFERS,
        /// What waits to be written to disks.
        dirty_bytes: Figure = memory::DIRTY,
        /// What is being written to disks.
        writeback_bytes: Figure = memory::WRITEBACK,
        /// Shared memory and the content of all tmpfs.
        shared_bytes: Figure = memory::SHARED,
        /// Swap space.
        swap_total_bytes: Figure = memory::SWAP_TOTAL,
        /// Swap space in use.
        swap_used_bytes: Figure = memory::SWAP_USED,
        /// Data that all zram devices can hold.
        zram_size_bytes: Figure = memory::ZRAM_SIZE,
        /// Data that they hold, before compression.
        zram_original_bytes: Figure = memory::ZRAM_ORIGINAL,
        /// The same after compression.
        zram_compressed_bytes: Figure = memory::ZRAM_COMPRESSED,
        /// Memory that they take, with their bookkeeping.
        zram_used_bytes: Figure = memory::ZRAM_USED,
        /// Data before compression over data after it.
        zram_ratio: Figure = memory::ZRAM_RATIO,
        /// Setting `vm.dirty_ratio`; 0 where it is set in bytes.
        dirty_ratio_percent: Figure = memory::DIRTY_RATIO,
        /// Setting `vm.dirty_background_ratio`; 0 where it is set in bytes.
        dirty_background_ratio_percent: Figure = memory::DIRTY_BACKGROUND_RATIO,
        /// Setting `vm.swappiness`, 0 to 200.
        swappiness: Figure = memory::SWAPPINESS,
        /// Setting `vm.overcommit_memory`: 0 within reason, 1 always, 2 never.
        overcommit: Figure = memory::OVERCOMMIT,
    }
    with {
        /// Each tmpfs.
        tmpfs: List<Tmpfs<'a>>,
    }
}

impl Memory<'_> {
    /// The share of all memory that is not available.
    pub fn used_percent(&self) -> Figure {
        self.used_bytes.percent_of(self.total_bytes)
    }

    /// The share of the swap space in use; without a value where there is none.
    pub fn swap_used_percent(&self) -> Figure {
        self.swap_used_bytes.percent_of(self.swap_total_bytes)
    }
}

figures! {
    /// A file system in memory.
    pub struct Tmpfs<'a> by {
        /// Where it is mounted.
        mount
    } {
        /// Most that it may hold.
        size_bytes: Figure = memory::TMPFS_SIZE,
        /// Memory and swap that it holds.
        used_bytes: Figure = memory::TMPFS_USED,
    }
}

impl Tmpfs<'_> {
    /// The share in use of what it may hold.
    pub fn used_percent(&self) -> Figure {
        self.used_bytes.percent_of(self.size_bytes)
    }
}
