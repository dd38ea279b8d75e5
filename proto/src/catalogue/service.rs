//! Metrics of the `service` collector. Numbers 416 to 447.
//!
//! The label `service` is a unit of systemd (`sshd.service`), `timer` one of its timers (`fstrim.timer`). Services that
//! do nothing are left out: those of which systemd only knows that they exist. What a service has no limit of is left
//! out as well, and so are the figures of one that has no processes.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &STATE,
    &SUBSTATE,
    &RESULT,
    &STARTED,
    &RESTARTS,
    &CPU,
    &CPU_LIMIT,
    &MEMORY,
    &MEMORY_ANONYMOUS,
    &MEMORY_LIMIT,
    &IO_READ,
    &IO_WRITE,
    &TASKS,
    &TASKS_LIMIT,
    &PRESSURE_CPU,
    &PRESSURE_MEMORY,
    &PRESSURE_IO,
    &DISK_USED,
    &DISK_QUOTA,
    &HEALTHY,
    &DEGRADED,
    &FAILED,
    &UNTOLD,
    &TIMER_LAST,
    &TIMER_NEXT,
    &TIMER_RESULT,
];

/// How a service is.
pub static STATE: Metric = text(
    416,
    "service.state",
    "State of a service: active, reloading, inactive, failed, activating, deactivating or maintenance; of one that \
     cannot be started masked, not-found, bad-setting or error.",
);

/// How a service is, finer.
pub static SUBSTATE: Metric = text(
    417,
    "service.substate",
    "What kind of its state a service is in (exited, auto-restart, start-pre), where that says more than the state: not \
     if it is active and running, failed, or inactive and dead.",
);

/// How it ended.
pub static RESULT: Metric = text(
    418,
    "service.result",
    "How the last run of a service ended if not well: exit-code, signal, core-dump, oom-kill, timeout, watchdog, \
     start-limit-hit and other words of systemd's.",
);

/// Since when it is up. In steps that hide what the clock is set by.
pub static STARTED: Metric = of_service(
    419,
    "service.started",
    Unit::SECONDS,
    Scale::Whole,
    "Time from which on a service is active, in seconds since 1970-01-01T00:00:00Z, by the machine's own clock.",
)
.deadband(2);

/// How often systemd has restarted it.
pub static RESTARTS: Metric = Metric::counter(
    420,
    "service.restarts",
    Unit::COUNT,
    Scale::Whole,
    "Restarts of a service by systemd itself since somebody last started it.",
)
.labelled(SERVICE);

/// Processor time.
pub static CPU: Metric = of_service(
    421,
    "service.cpu",
    Unit::PERCENT,
    Scale::Fraction(10),
    "Processor time of a service; 100 is one core all the time.",
)
.deadband(10);

/// Most processor time.
pub static CPU_LIMIT: Metric = of_service(
    422,
    "service.cpu.limit",
    Unit::PERCENT,
    Scale::Whole,
    "Most processor time that a service may take; 100 is one core all the time.",
);

/// Memory with page cache.
pub static MEMORY: Metric =
    memory(423, "service.memory", "Memory of a service with its part of the page cache.").deadband(4);

/// Memory without page cache.
pub static MEMORY_ANONYMOUS: Metric = memory(
    424,
    "service.memory.anonymous",
    "Memory of a service that no file backs: what it holds on to under pressure.",
)
.deadband(4);

/// Most memory.
pub static MEMORY_LIMIT: Metric = of_service(
    425,
    "service.memory.limit",
    Unit::BYTES,
    Scale::Multiple(64 << 10),
    "Most memory that a service may have, page cache counted.",
);

/// Data read.
pub static IO_READ: Metric =
    rate(426, "service.io.read", "Data that a service reads from disks, what the page cache had left out.");

/// Data written.
pub static IO_WRITE: Metric = rate(427, "service.io.write", "Data that a service writes to disks.");

/// Processes and threads.
pub static TASKS: Metric =
    count(428, "service.tasks", "Processes and threads of a service.").labelled(SERVICE).deadband(3);

/// Most processes and threads.
pub static TASKS_LIMIT: Metric =
    count(429, "service.tasks.limit", "Most processes and threads that a service may have.")
        .labelled(SERVICE);

/// Waiting for a core.
pub static PRESSURE_CPU: Metric = share(
    430,
    "service.pressure.cpu",
    "Share of the last 10 s in which some task of a service waited for a core, or for its limit to let it go on.",
);

/// Waiting for memory.
pub static PRESSURE_MEMORY: Metric = share(
    431,
    "service.pressure.memory",
    "Share of the last 10 s in which some task of a service waited for memory.",
);

/// Waiting for I/O.
pub static PRESSURE_IO: Metric = share(
    432,
    "service.pressure.io",
    "Share of the last 10 s in which some task of a service waited for I/O.",
);

/// Space that its files take.
pub static DISK_USED: Metric = disk(
    433,
    "service.disk.used",
    "Space that the files of a service take, of the path that is configured for it.",
);

/// Space that its files may take.
pub static DISK_QUOTA: Metric =
    disk(434, "service.disk.quota", "Space that the files of a service may take, as configured.");

/// How many are well.
pub static HEALTHY: Metric = summary(435, "services.healthy", "Services that are up and well.");

/// How many are not quite well.
pub static DEGRADED: Metric = summary(
    436,
    "services.degraded",
    "Services that wait for a restart, were restarted within the last ten minutes, or want maintenance.",
);

/// How many are down.
pub static FAILED: Metric = summary(
    437,
    "services.failed",
    "Services that failed, or that systemd cannot load though they are wanted.",
);

/// How many there is no room for.
pub static UNTOLD: Metric = summary(
    438,
    "services.untold",
    "Services and timers beyond those that one host tells of: the summary counts such services, nothing else shows them.",
);

/// When it last elapsed.
pub static TIMER_LAST: Metric = of_timer(
    439,
    "timer.last",
    "Time at which a timer last elapsed, in seconds since 1970-01-01T00:00:00Z, by the machine's own clock.",
);

/// When it elapses.
pub static TIMER_NEXT: Metric = of_timer(
    440,
    "timer.next",
    "Time at which a timer elapses next, in seconds since 1970-01-01T00:00:00Z, by the machine's own clock; left out \
     where it is not to elapse.",
)
// One that counts from the last boot is told by a clock that drifts from the kernel's.
.deadband(2);

/// How what it starts went.
pub static TIMER_RESULT: Metric = Metric::text(
    441,
    "timer.result",
    "How the last run of the service that a timer starts ended: success, or as in service.result.",
)
.labelled(TIMER)
.max_age_ms(MAX_AGE_MS);

const fn text(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::text(id, name, help).labelled(SERVICE)
}

const fn of_service(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, scale, help).labelled(SERVICE)
}

const fn of_timer(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::SECONDS, Scale::Whole, help).labelled(TIMER).max_age_ms(MAX_AGE_MS)
}

const fn memory(id: u16, name: &'static str, help: &'static str) -> Metric {
    of_service(id, name, Unit::BYTES, Scale::Multiple(MIB), help)
}

const fn disk(id: u16, name: &'static str, help: &'static str) -> Metric {
    memory(id, name, help).max_age_ms(DISK_MAX_AGE_MS)
}

const fn rate(id: u16, name: &'static str, help: &'static str) -> Metric {
    of_service(id, name, Unit::BYTES_PER_SECOND, Scale::Octaves, help).deadband(8)
}

const fn count(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::COUNT, Scale::Whole, help)
}

const fn share(id: u16, name: &'static str, help: &'static str) -> Metric {
    of_service(id, name, Unit::PERCENT, Scale::Whole, help).deadband(3)
}

const fn summary(id: u16, name: &'static str, help: &'static str) -> Metric {
    count(id, name, help)
}

const SERVICE: &[&str] = &["service"];
const TIMER: &[&str] = &["timer"];
const MIB: u32 = 1 << 20;

/// Timers are told of by systemd when they change.
const MAX_AGE_MS: u32 = 60_000;

/// Files are counted every ten minutes.
const DISK_MAX_AGE_MS: u32 = 3_600_000;
