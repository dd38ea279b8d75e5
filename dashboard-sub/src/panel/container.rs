//! Docker's and Podman's containers.

use grapevine_proto::catalogue::container;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// All containers of a host.
    pub struct Containers<'a> {
        /// How many run.
        running: Figure = container::COUNT,
        /// How many there are beyond those that are told.
        untold: Figure = container::UNTOLD,
    }
    with {
        /// Each container that is told.
        list: List<Container<'a>>,
    }
}

figures! {
    /// A container.
    pub struct Container<'a> by {
        /// The first twelve digits of its identifier.
        id
    } {
        /// `docker` or `podman`.
        runtime: Figure<&'a str> = container::RUNTIME,
        /// Its name, where the agent may ask for it.
        name: Figure<&'a str> = container::NAME,
        /// Processor time; 100 is one core.
        cpu_percent: Figure = container::CPU,
        /// Most processor time.
        cpu_limit_percent: Figure = container::CPU_LIMIT,
        /// Memory with its part of the page cache.
        memory_bytes: Figure = container::MEMORY,
        /// Memory that no file backs.
        memory_anonymous_bytes: Figure = container::MEMORY_ANONYMOUS,
        /// Most memory.
        memory_limit_bytes: Figure = container::MEMORY_LIMIT,
        /// Data read from disks, in bytes a second.
        io_read: Figure = container::IO_READ,
        /// Data written to disks, in bytes a second.
        io_write: Figure = container::IO_WRITE,
        /// Processes and threads.
        tasks: Figure = container::TASKS,
        /// Most of them.
        tasks_limit: Figure = container::TASKS_LIMIT,
        /// Share of the last 10 s in which some task waited for a core.
        pressure_cpu_percent: Figure = container::PRESSURE_CPU,
        /// The same for memory.
        pressure_memory_percent: Figure = container::PRESSURE_MEMORY,
        /// The same for I/O.
        pressure_io_percent: Figure = container::PRESSURE_IO,
    }
}

impl Container<'_> {
    /// The share of its memory in the most that it may have; without a value where there is no limit.
    pub fn memory_used_percent(&self) -> Figure {
        self.memory_bytes.percent_of(self.memory_limit_bytes)
    }
}
