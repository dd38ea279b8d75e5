//! Metrics of the `container` collector. Numbers 448 to 479.
//!
//! The label `container` is the first twelve digits of its identifier, as `docker ps` and `podman ps` show it. What a
//! container has no limit of is left out.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &RUNTIME,
    &NAME,
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
    &COUNT,
    &UNTOLD,
];

/// Who runs it.
pub static RUNTIME: Metric = text(448, "container.runtime", "Who runs a container: docker or podman.");

/// Its name.
pub static NAME: Metric = text(
    449,
    "container.name",
    "Name of a container, where the agent is allowed to ask the runtime; left out where it is not.",
);

/// Processor time.
pub static CPU: Metric = of_container(
    450,
    "container.cpu",
    Unit::PERCENT,
    Scale::Fraction(10),
    "Processor time of a container; 100 is one core all the time.",
)
.deadband(10);

/// Most processor time.
pub static CPU_LIMIT: Metric = of_container(
    451,
    "container.cpu.limit",
    Unit::PERCENT,
    Scale::Whole,
    "Most processor time that a container may take; 100 is one core all the time.",
);

/// Memory with page cache.
pub static MEMORY: Metric = of_container(
    452,
    "container.memory",
    Unit::BYTES,
    Scale::Multiple(MIB),
    "Memory of a container with its part of the page cache.",
)
.deadband(4);

/// Memory without page cache.
pub static MEMORY_ANONYMOUS: Metric = of_container(
    453,
    "container.memory.anonymous",
    Unit::BYTES,
    Scale::Multiple(MIB),
    "Memory of a container that no file backs: what it holds on to under pressure.",
)
.deadband(4);

/// Most memory.
pub static MEMORY_LIMIT: Metric = of_container(
    454,
    "container.memory.limit",
    Unit::BYTES,
    Scale::Multiple(64 << 10),
    "Most memory that a container may have, page cache counted.",
);

/// Data read.
pub static IO_READ: Metric = rate(
    455,
    "container.io.read",
    "Data that a container reads from disks, what the page cache had left out.",
);

/// Data written.
pub static IO_WRITE: Metric = rate(456, "container.io.write", "Data that a container writes to disks.");

/// Processes and threads.
pub static TASKS: Metric =
    of_container(457, "container.tasks", Unit::COUNT, Scale::Whole, "Processes and threads of a container.")
        .deadband(3);

/// Most processes and threads.
pub static TASKS_LIMIT: Metric = of_container(
    458,
    "container.tasks.limit",
    Unit::COUNT,
    Scale::Whole,
    "Most processes and threads that a container may have.",
);

/// Waiting for a core.
pub static PRESSURE_CPU: Metric = share(
    459,
    "container.pressure.cpu",
    "Share of the last 10 s in which some task of a container waited for a core, or for its limit to let it go on.",
);

/// Waiting for memory.
pub static PRESSURE_MEMORY: Metric = share(
    460,
    "container.pressure.memory",
    "Share of the last 10 s in which some task of a container waited for memory.",
);

/// Waiting for I/O.
pub static PRESSURE_IO: Metric = share(
    461,
    "container.pressure.io",
    "Share of the last 10 s in which some task of a container waited for I/O.",
);

/// How many run.
pub static COUNT: Metric =
    Metric::gauge(462, "containers.running", Unit::COUNT, Scale::Whole, "Containers that run.");

/// How many there is no room for.
pub static UNTOLD: Metric = Metric::gauge(
    463,
    "containers.untold",
    Unit::COUNT,
    Scale::Whole,
    "Containers beyond those that one host tells of.",
);

const fn text(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::text(id, name, help).labelled(CONTAINER)
}

const fn of_container(id: u16, name: &'static str, unit: Unit, scale: Scale, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, scale, help).labelled(CONTAINER)
}

const fn rate(id: u16, name: &'static str, help: &'static str) -> Metric {
    of_container(id, name, Unit::BYTES_PER_SECOND, Scale::Octaves, help).deadband(8)
}

const fn share(id: u16, name: &'static str, help: &'static str) -> Metric {
    of_container(id, name, Unit::PERCENT, Scale::Whole, help).deadband(3)
}

const CONTAINER: &[&str] = &["container"];
const MIB: u32 = 1 << 20;
