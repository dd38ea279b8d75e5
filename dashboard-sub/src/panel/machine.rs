//! What the host is.

use grapevine_proto::catalogue::host;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;

figures! {
    /// The machine and its system.
    pub struct Machine<'a> {
        /// Name that the machine gives itself.
        name: Figure<&'a str> = host::NAME,
        /// Release of the kernel.
        kernel: Figure<&'a str> = host::KERNEL,
        /// Distribution and its version.
        distribution: Figure<&'a str> = host::DISTRIBUTION,
        /// Processor architecture.
        architecture: Figure<&'a str> = host::ARCHITECTURE,
        /// Model of the processor.
        processor: Figure<&'a str> = host::PROCESSOR,
        /// Maker and model of the machine.
        product: Figure<&'a str> = host::PRODUCT,
        /// `none` for bare metal, `container`, or the name of a hypervisor.
        virtualisation: Figure<&'a str> = host::VIRTUALISATION,
        /// Start of the kernel in seconds since 1970, by the machine's own clock.
        boot_time_s: Figure = host::BOOT_TIME,
    }
}
