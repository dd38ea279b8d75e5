//! Pressure: how long tasks wait (`Documentation/accounting/psi.rst` of the kernel).

use grapevine_proto::catalogue::pressure;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;

figures! {
    /// Shares of time in which some task waited, or all of them.
    pub struct Pressure {
        /// Some task waited for a core, of the last 10 s.
        cpu_some_avg10_percent: Figure = pressure::CPU_SOME_AVG10,
        /// The same of the last 60 s.
        cpu_some_avg60_percent: Figure = pressure::CPU_SOME_AVG60,
        /// Some task waited for memory, of the last 10 s.
        memory_some_avg10_percent: Figure = pressure::MEMORY_SOME_AVG10,
        /// The same of the last 60 s.
        memory_some_avg60_percent: Figure = pressure::MEMORY_SOME_AVG60,
        /// All tasks waited for memory, of the last 10 s.
        memory_full_avg10_percent: Figure = pressure::MEMORY_FULL_AVG10,
        /// The same of the last 60 s.
        memory_full_avg60_percent: Figure = pressure::MEMORY_FULL_AVG60,
        /// Some task waited for I/O, of the last 10 s.
        io_some_avg10_percent: Figure = pressure::IO_SOME_AVG10,
        /// The same of the last 60 s.
        io_some_avg60_percent: Figure = pressure::IO_SOME_AVG60,
        /// All tasks waited for I/O, of the last 10 s.
        io_full_avg10_percent: Figure = pressure::IO_FULL_AVG10,
        /// The same of the last 60 s.
        io_full_avg60_percent: Figure = pressure::IO_FULL_AVG60,
    }
}
