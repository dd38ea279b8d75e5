//! Memory with swap, zram, tmpfs and the kernel's settings.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// The machine's memory.
    struct Memory(memory: panel::Memory<'_>) {
        /// Memory that the kernel manages.
        total_bytes: u64,
        /// What programs can get without swapping.
        available_bytes: u64,
        /// What is not available.
        used_bytes: u64,
        /// Page cache and shared memory.
        cached_bytes: u64,
        /// Cache of block devices' own blocks.
        buffers_bytes: u64,
        /// What waits to be written to disks.
        dirty_bytes: u64,
        /// What is being written to disks.
        writeback_bytes: u64,
        /// Shared memory and the content of all tmpfs.
        shared_bytes: u64,
        /// Swap space.
        swap_total_bytes: u64,
        /// Swap space in use.
        swap_used_bytes: u64,
        /// Data that all zram devices can hold.
        zram_size_bytes: u64,
        /// Data that they hold, before compression.
        zram_original_bytes: u64,
        /// The same after compression.
        zram_compressed_bytes: u64,
        /// Memory that they take, with their bookkeeping.
        zram_used_bytes: u64,
        /// Data before compression over data after it.
        zram_ratio: f64,
        /// Setting `vm.dirty_ratio`; 0 where it is set in bytes.
        dirty_ratio_percent: f64,
        /// Setting `vm.dirty_background_ratio`; 0 where it is set in bytes.
        dirty_background_ratio_percent: f64,
        /// Setting `vm.swappiness`, 0 to 200.
        swappiness: u64,
        /// Setting `vm.overcommit_memory`: 0 within reason, 1 always, 2 never.
        overcommit: u64,
        /// Share of all memory that is not available.
        used_percent: f64 = memory.used_percent(),
        /// Share of the swap space in use; no value where there is none.
        swap_used_percent: f64 = memory.swap_used_percent(),
    }
    with {
        /// Each tmpfs.
        tmpfs: Vec<Tmpfs> = memory.tmpfs.iter().map(Tmpfs::of).collect(),
    }
}

shown! {
    /// A file system in memory.
    struct Tmpfs(tmpfs: panel::Tmpfs<'_>) by {
        /// Where it is mounted.
        mount,
    } {
        /// Most that it may hold.
        size_bytes: u64,
        /// Memory and swap that it holds.
        used_bytes: u64,
        /// Share in use of what it may hold.
        used_percent: f64 = tmpfs.used_percent(),
    }
}
