//! Programs that use the most of the host.

use grapevine_proto::catalogue::process;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// Processes of a host.
    pub struct Processes<'a> {
        /// How many there are, threads of the kernel included.
        total: Figure = process::TOTAL,
    }
    with {
        /// The names that use most of the processors and of memory.
        list: List<Process<'a>>,
    }
}

figures! {
    /// All processes of one name.
    pub struct Process<'a> by {
        /// The name.
        name
    } {
        /// How many there are.
        count: Figure = process::COUNT,
        /// Processor time; 100 is one core.
        cpu_percent: Figure = process::CPU,
        /// Resident memory; what they share counts for each.
        memory_bytes: Figure = process::MEMORY,
    }
}
