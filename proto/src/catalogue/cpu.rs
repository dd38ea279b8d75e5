//! Metrics of the `cpu` collector. Numbers 32 to 63.
//!
//! Shares are whole percents, and small moves stay unsent: an idle machine's cores wander by two percent all the
//! time, and each move costs two bytes a second for every core.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &USE,
    &CORE_USE,
    &USER,
    &NICE,
    &SYSTEM,
    &IOWAIT,
    &IRQ,
    &STEAL,
    &CORES,
    &CLUSTER_USE,
    &FREQUENCY,
    &FREQUENCY_HIGHEST,
    &TEMPERATURE,
    &TEMPERATURE_SENSOR,
];

/// Time of all cores spent not idle.
pub static USE: Metric = Metric::gauge(
    32,
    "cpu.use",
    Unit::PERCENT,
    Scale::Whole,
    "Share of all cores' time not spent idle or waiting for I/O since the previous pass.",
)
.deadband(1);

/// Time of one core spent not idle.
pub static CORE_USE: Metric = Metric::gauge(
    33,
    "cpu.core.use",
    Unit::PERCENT,
    Scale::Whole,
    "Share of one core's time not spent idle or waiting for I/O since the previous pass.",
)
.labelled(&["core"])
.deadband(3);

/// Time of all cores spent in programs.
pub static USER: Metric = share(
    34,
    "cpu.user",
    "Share of all cores' time spent in programs of ordinary priority, guests included.",
);

/// Time of all cores spent in programs of low priority.
pub static NICE: Metric =
    share(35, "cpu.nice", "Share of all cores' time spent in programs of lowered priority, guests included.");

/// Time of all cores spent in the kernel.
pub static SYSTEM: Metric =
    share(36, "cpu.system", "Share of all cores' time spent in the kernel, interrupts not included.");

/// Time of all cores spent idle with I/O under way.
pub static IOWAIT: Metric =
    share(37, "cpu.iowait", "Share of all cores' time spent idle while a task waited for I/O.");

/// Time of all cores spent on interrupts.
pub static IRQ: Metric =
    share(38, "cpu.irq", "Share of all cores' time spent on interrupts, hardware and software ones.");

/// Time of all cores that the hypervisor kept.
pub static STEAL: Metric = share(
    39,
    "cpu.steal",
    "Share of all cores' time that the hypervisor gave to others though it was wanted.",
);

/// Cores at work.
pub static CORES: Metric =
    Metric::gauge(40, "cpu.cores", Unit::COUNT, Scale::Whole, "Logical processors that are online.");

/// Time of a group of like cores spent not idle.
pub static CLUSTER_USE: Metric = Metric::gauge(
    41,
    "cpu.cluster.use",
    Unit::PERCENT,
    Scale::Whole,
    "Share of time not spent idle of the cores of one capacity, where cores differ; the fastest core has 1024.",
)
.labelled(&["capacity"])
.deadband(2);

/// Mean clock rate.
pub static FREQUENCY: Metric = Metric::gauge(
    42,
    "cpu.frequency",
    Unit::HERTZ,
    Scale::Multiple(50_000_000),
    "Mean clock rate of all cores.",
)
.deadband(3);

/// Highest clock rate.
pub static FREQUENCY_HIGHEST: Metric = Metric::gauge(
    43,
    "cpu.frequency.highest",
    Unit::HERTZ,
    Scale::Multiple(50_000_000),
    "Clock rate of the core that is the fastest at present.",
)
.deadband(3);

/// Temperature of the processor.
pub static TEMPERATURE: Metric = Metric::gauge(
    44,
    "cpu.temperature",
    Unit::CELSIUS,
    Scale::Whole,
    "Temperature of the processor, of the hottest where there are several.",
)
.deadband(1);

/// Where the temperature comes from.
pub static TEMPERATURE_SENSOR: Metric = Metric::text(
    45,
    "cpu.temperature.sensor",
    "Driver and label of the sensor that gives the processor's temperature.",
);

const fn share(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::PERCENT, Scale::Whole, help).deadband(2)
}
