//! systemd's services and timers.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// All services of a host.
    struct Services(services: panel::Services<'_>) {
        /// How many are up and well.
        healthy: u64,
        /// How many wait for a restart, were restarted lately, or want maintenance.
        degraded: u64,
        /// How many failed.
        failed: u64,
        /// How many services and timers there are beyond those that are told.
        untold: u64,
        /// All of these services.
        total: u64 = services.total(),
    }
    with {
        /// Each service that is told.
        list: Vec<Service> = services.list.iter().map(Service::of).collect(),
    }
}

shown! {
    /// A systemd service.
    struct Service(service: panel::Service<'_>) by {
        /// Name of its unit, such as `nginx.service`.
        name,
    } {
        /// `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating` or `maintenance`; `masked`,
        /// `not-found`, `bad-setting` or `error` if it cannot be started.
        state: String,
        /// What kind of its state it is in, where that says more.
        substate: String,
        /// How its last run ended, if not well.
        result: String,
        /// Since when it is active, in seconds since 1970 by the machine's own clock.
        started_s: u64,
        /// Restarts by systemd since somebody last started it.
        restarts: u64,
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
        io_read_bytes_per_second: u64 = service.io_read,
        /// Data written to disks.
        io_write_bytes_per_second: u64 = service.io_write,
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
        /// Space that its files take.
        disk_used_bytes: u64,
        /// Space that its files may take.
        disk_quota_bytes: u64,
        /// Share of its memory in the most that it may have.
        memory_used_percent: f64 = service.memory_used_percent(),
        /// Share of the space that its files take in its quota.
        disk_used_percent: f64 = service.disk_used_percent(),
    }
}

shown! {
    /// A systemd timer.
    struct Timer(timer: panel::Timer<'_>) by {
        /// Name of its unit, such as `fstrim.timer`.
        name,
    } {
        /// When it last elapsed, in seconds since 1970 by the machine's own clock.
        last_s: u64,
        /// When it elapses next, likewise.
        next_s: u64,
        /// How the last run of what it starts ended: `success`, or as in [`Service::result`].
        result: String,
    }
}
