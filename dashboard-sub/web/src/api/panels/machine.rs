//! What the host is.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// The machine and its system.
    struct Machine(machine: panel::Machine<'_>) {
        /// Name that the machine gives itself.
        name: String,
        /// Release of the kernel.
        kernel: String,
        /// Distribution and its version.
        distribution: String,
        /// Processor architecture.
        architecture: String,
        /// Model of the processor.
        processor: String,
        /// Maker and model of the machine.
        product: String,
        /// `none` for bare metal, `container`, or the name of a hypervisor.
        virtualisation: String,
        /// Start of the kernel in seconds since 1970, by the machine's own clock.
        boot_time_s: u64,
    }
}
