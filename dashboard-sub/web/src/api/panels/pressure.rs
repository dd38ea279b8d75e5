//! Pressure: how long tasks wait (`Documentation/accounting/psi.rst` of the kernel).

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// Shares of time in which some task waited, or all of them.
    struct Pressure(pressure: panel::Pressure) {
        /// Some task waited for a core, of the last 10 s.
        cpu_some_avg10_percent: f64,
        /// The same of the last 60 s.
        cpu_some_avg60_percent: f64,
        /// Some task waited for memory, of the last 10 s.
        memory_some_avg10_percent: f64,
        /// The same of the last 60 s.
        memory_some_avg60_percent: f64,
        /// All tasks waited for memory, of the last 10 s.
        memory_full_avg10_percent: f64,
        /// The same of the last 60 s.
        memory_full_avg60_percent: f64,
        /// Some task waited for I/O, of the last 10 s.
        io_some_avg10_percent: f64,
        /// The same of the last 60 s.
        io_some_avg60_percent: f64,
        /// All tasks waited for I/O, of the last 10 s.
        io_full_avg10_percent: f64,
        /// The same of the last 60 s.
        io_full_avg60_percent: f64,
    }
}
