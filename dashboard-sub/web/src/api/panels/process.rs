//! Programs that use the most of the host.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// Processes of a host.
    struct Processes(processes: panel::Processes<'_>) {
        /// How many there are, threads of the kernel included.
        total: u64,
    }
    with {
        /// The names that use most of the processors and of memory.
        list: Vec<Process> = processes.list.iter().map(Process::of).collect(),
    }
}

shown! {
    /// All processes of one name.
    struct Process(process: panel::Process<'_>) by {
        /// The name.
        name,
    } {
        /// How many there are.
        count: u64,
        /// Processor time; 100 is one core.
        cpu_percent: f64,
        /// Resident memory; what they share counts for each.
        memory_bytes: u64,
    }
}
