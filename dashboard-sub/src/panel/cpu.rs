//! The processor.

use grapevine_proto::catalogue::{cpu, load};

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// What the processor does, and how much waits for it. Shares are of all cores' time.
    pub struct Cpu<'a> {
        /// Share not spent idle or waiting for I/O.
        use_percent: Figure = cpu::USE,
        /// Share in programs of ordinary priority.
        user_percent: Figure = cpu::USER,
        /// Share in programs of lowered priority.
        nice_percent: Figure = cpu::NICE,
        /// Share in the kernel.
        system_percent: Figure = cpu::SYSTEM,
        /// Share spent idle while a task waited for I/O.
        iowait_percent: Figure = cpu::IOWAIT,
        /// Share spent on interrupts.
        irq_percent: Figure = cpu::IRQ,
        /// Share that the hypervisor gave to others.
        steal_percent: Figure = cpu::STEAL,
        /// Logical processors that are online.
        cores_online: Figure = cpu::CORES,
        /// Mean clock rate.
        frequency_hertz: Figure = cpu::FREQUENCY,
        /// Clock rate of the fastest core.
        frequency_highest_hertz: Figure = cpu::FREQUENCY_HIGHEST,
        /// Temperature, of the hottest of several processors.
        temperature_celsius: Figure = cpu::TEMPERATURE,
        /// Driver and label of the sensor of that temperature.
        temperature_sensor: Figure<&'a str> = cpu::TEMPERATURE_SENSOR,
        /// Tasks that ran or waited, averaged over a minute.
        load1: Figure = load::AVG1,
        /// The same over 5 minutes.
        load5: Figure = load::AVG5,
        /// The same over 15 minutes.
        load15: Figure = load::AVG15,
        /// Threads that run or wait for a core.
        tasks_running: Figure = load::TASKS_RUNNING,
        /// Threads that exist.
        tasks: Figure = load::TASKS_TOTAL,
    }
    with {
        /// Each core.
        cores: List<Core<'a>>,
        /// Cores of one capacity together, where cores differ.
        clusters: List<Cluster<'a>>,
    }
}

figures! {
    /// A core.
    pub struct Core<'a> by {
        /// Its number.
        core
    } {
        /// Share of its time not spent idle or waiting for I/O.
        use_percent: Figure = cpu::CORE_USE,
    }
}

figures! {
    /// The cores of one capacity.
    pub struct Cluster<'a> by {
        /// Their capacity; that of the fastest core is 1024.
        capacity
    } {
        /// Share of their time not spent idle.
        use_percent: Figure = cpu::CLUSTER_USE,
    }
}
