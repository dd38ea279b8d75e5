//! Docker's and Podman's containers.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// All containers of a host.
    struct Containers(containers: panel::Containers<'_>) {
        /// How many run.
        running: u64,
        /// How many there are beyond those that are told.
        untold: u64,
    }
    with {
        /// Each container that is told.
        list: Vec<Container> = containers.list.iter().map(Container::of).collect(),
    }
}

shown! {
    /// A container.
    struct Container(container: panel::Container<'_>) by {
        /// The first twelve digits of its identifier.
        id,
    } {
        /// `docker` or `podman`.
        runtime: String,
        /// Its name, where the agent may ask for it.
        name: String,
        /// Processor time; 100 is one core.
        cpu_percent: f64,
        /// Most processor time.
        cpu_limit_percent: f64,
        /// Memory with its part of the page cache.
        memory_bytes: u64,
        /// Memory that no file backs.
        memory_anonymous_bytes: u64,
        /// Most memory.
        memory_limit_bytes: u64,
        /// Data read from disks.
        io_read_bytes_per_second: u64 = container.io_read,
        /// Data written to disks.
        io_write_bytes_per_second: u64 = container.io_write,
        /// Processes and threads.
        tasks: u64,
        /// Most of them.
        tasks_limit: u64,
        /// Share of the last 10 s in which some task waited for a core.
        pressure_cpu_percent: f64,
        /// The same for memory.
        pressure_memory_percent: f64,
        /// The same for I/O.
        pressure_io_percent: f64,
        /// Share of its memory in the most that it may have.
        memory_used_percent: f64 = container.memory_used_percent(),
    }
}
