//! The processor.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// What the processor does, and how much waits for it. Shares are of all cores' time.
    struct Cpu(cpu: panel::Cpu<'_>) {
        /// Share not spent idle or waiting for I/O.
        use_percent: f64,
        /// Share in programs of ordinary priority.
        user_percent: f64,
        /// Share in programs of lowered priority.
        nice_percent: f64,
        /// Share in the kernel.
        system_percent: f64,
        /// Share spent idle while a task waited for I/O.
        iowait_percent: f64,
        /// Share spent on interrupts.
        irq_percent: f64,
        /// Share that the hypervisor gave to others.
        steal_percent: f64,
        /// Logical processors that are online.
        cores_online: u64,
        /// Mean clock rate.
        frequency_hertz: u64,
        /// Clock rate of the fastest core.
        frequency_highest_hertz: u64,
        /// Temperature, of the hottest of several processors.
        temperature_celsius: f64,
        /// Driver and label of the sensor of that temperature.
        temperature_sensor: String,
        /// Tasks that ran or waited, averaged over a minute.
        load1: f64,
        /// The same over 5 minutes.
        load5: f64,
        /// The same over 15 minutes.
        load15: f64,
        /// Threads that run or wait for a core.
        tasks_running: u64,
        /// Threads that exist.
        tasks: u64,
    }
    with {
        /// Each core.
        cores: Vec<Core> = cpu.cores.iter().map(Core::of).collect(),
        /// Cores of one capacity together, where cores differ.
        clusters: Vec<Cluster> = cpu.clusters.iter().map(Cluster::of).collect(),
    }
}

shown! {
    /// A core.
    struct Core(core: panel::Core<'_>) by {
        /// Its number.
        core,
    } {
        /// Share of its time not spent idle or waiting for I/O.
        use_percent: f64,
    }
}

shown! {
    /// The cores of one capacity.
    struct Cluster(cluster: panel::Cluster<'_>) by {
        /// Their capacity; that of the fastest core is 1024.
        capacity,
    } {
        /// Share of their time not spent idle.
        use_percent: f64,
    }
}
