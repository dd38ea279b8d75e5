//! systemd's services and timers.

use grapevine_proto::catalogue::service;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// All services of a host.
    pub struct Services<'a> {
        /// How many are up and well.
        healthy: Figure = service::HEALTHY,
        /// How many wait for a restart, were restarted lately, or want maintenance.
        degraded: Figure = service::DEGRADED,
        /// How many failed.
        failed: Figure = service::FAILED,
        /// How many services and timers there are beyond those that are told.
        untold: Figure = service::UNTOLD,
    }
    with {
        /// Each service that is told.
        list: List<Service<'a>>,
    }
}

impl Services<'_> {
    /// How many services there are that do something, or are to.
    pub fn total(&self) -> Figure {
        let [healthy, degraded, failed] = [self.healthy, self.degraded, self.failed];
        let value = healthy.value.zip(degraded.value).zip(failed.value);
        Figure {
            value: value.map(|((healthy, degraded), failed)| healthy + degraded + failed),
            absence: healthy.absence.or(degraded.absence).or(failed.absence),
            stale: healthy.stale || degraded.stale || failed.stale,
        }
    }
}

figures! {
    /// A systemd service.
    pub struct Service<'a> by {
        /// Name of its unit, such as `nginx.service`.
        name
    } {
        /// `active`, `reloading`, `inactive`, `failed`, `activating`, `deactivating` or `maintenance`; `masked`,
        /// `not-found`, `bad-setting` or `error` if it cannot be started.
        state: Figure<&'a str> = service::STATE,
        /// What kind of its state it is in, where that says more.
        substate: Figure<&'a str> = service::SUBSTATE,
        /// How its last run ended, if not well.
        result: Figure<&'a str> = service::RESULT,
        /// Since when it is active, in seconds since 1970 by the machine's own clock.
        started_s: Figure = service::STARTED,
        /// Restarts by systemd since somebody last started it.
        restarts: Figure = service::RESTARTS,
        /// Processor time; 100 is one core.
        cpu_percent: Figure = service::CPU,
        /// Most processor time.
        cpu_limit_percent: Figure = service::CPU_LIMIT,
        /// Memory with its part of the page cache.
        memory_bytes: Figure = service::MEMORY,
        /// Memory that no file backs.
        memory_anonymous_bytes: Figure = service::MEMORY_ANONYMOUS,
        /// Most memory.
        memory_limit_bytes: Figure = service::MEMORY_LIMIT,
        /// Data read from disks, in bytes a second.
        io_read: Figure = service::IO_READ,
        /// Data written to disks, in bytes a second.
        io_write: Figure = service::IO_WRITE,
        /// Processes and threads.
        tasks: Figure = service::TASKS,
        /// Most of them.
        tasks_limit: Figure = service::TASKS_LIMIT,
        /// Share of the last 10 s in which some task waited for a core.
        pressure_cpu_percent: Figure = service::PRESSURE_CPU,
        /// The same for memory.
        pressure_memory_percent: Figure = service::PRESSURE_MEMORY,
        /// The same for I/O.
        pressure_io_percent: Figure = service::PRESSURE_IO,
        /// Space that its files take.
        disk_used_bytes: Figure = service::DISK_USED,
        /// Space that its files may take.
        disk_quota_bytes: Figure = service::DISK_QUOTA,
    }
}

impl<'a> Service<'a> {
    /// Its name as people call it, without `.service`.
    pub fn short_name(&self) -> &'a str {
        self.name.strip_suffix(".service").unwrap_or(self.name)
    }

    /// The share of its memory in the most that it may have; without a value where there is no limit.
    pub fn memory_used_percent(&self) -> Figure {
        self.memory_bytes.percent_of(self.memory_limit_bytes)
    }

    /// The share of its files in the space that they may take; without a value where there is no quota.
    pub fn disk_used_percent(&self) -> Figure {
        self.disk_used_bytes.percent_of(self.disk_quota_bytes)
    }

    /// Whether it failed, or cannot be loaded though it is wanted.
    pub fn has_failed(&self) -> bool {
        matches!(self.state.value, Some("failed" | "bad-setting" | "error"))
    }

    /// Whether it waits for a restart or wants maintenance. That it was restarted lately only the host knows, which
    /// counts it in [`Services::degraded`].
    pub fn is_degraded(&self) -> bool {
        self.state.value == Some("maintenance")
            || (!self.has_failed()
                && self.substate.value.is_some_and(|state| state.starts_with("auto-restart")))
    }
}

figures! {
    /// A systemd timer.
    pub struct Timer<'a> by {
        /// Name of its unit, such as `fstrim.timer`.
        name
    } {
        /// When it last elapsed, in seconds since 1970 by the machine's own clock.
        last_s: Figure = service::TIMER_LAST,
        /// When it elapses next, likewise.
        next_s: Figure = service::TIMER_NEXT,
        /// How the last run of what it starts ended: `success`, or as in [`Service::result`].
        result: Figure<&'a str> = service::TIMER_RESULT,
    }
}
