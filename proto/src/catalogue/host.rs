//! Metrics of the `host` collector. Numbers 0 to 31. They say what the machine is and hardly ever change.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] =
    &[&NAME, &KERNEL, &DISTRIBUTION, &ARCHITECTURE, &PROCESSOR, &PRODUCT, &VIRTUALISATION, &BOOT_TIME];

/// The host's own name.
pub static NAME: Metric = text(0, "host.name", "Name that the machine gives itself.");

/// The kernel's release.
pub static KERNEL: Metric = text(1, "host.kernel", "Release of the kernel.");

/// The distribution.
pub static DISTRIBUTION: Metric = text(2, "host.distribution", "Distribution and its version.");

/// The instruction set.
pub static ARCHITECTURE: Metric =
    text(3, "host.architecture", "Processor architecture of the agent's program.");

/// The processor's model.
pub static PROCESSOR: Metric = text(4, "host.processor", "Model of the processor, or kinds of its cores.");

/// The machine's model.
pub static PRODUCT: Metric = text(5, "host.product", "Maker and model of the machine.");

/// What the machine runs in.
pub static VIRTUALISATION: Metric = text(
    6,
    "host.virtualisation",
    "What the system runs in: none for bare metal, container, or the name of a hypervisor.",
);

/// When the kernel started. In minutes, and not sent at the change of one, because the kernel derives it from a
/// clock that is adjusted. An uptime would change in every frame.
pub static BOOT_TIME: Metric = Metric::gauge(
    7,
    "host.boot_time",
    Unit::SECONDS,
    Scale::Multiple(60),
    "Start of the kernel in seconds since 1970-01-01T00:00:00Z, by the machine's own clock.",
)
.deadband(1)
.max_age_ms(MAX_AGE_MS);

const fn text(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::text(id, name, help).max_age_ms(MAX_AGE_MS)
}

/// Ten intervals of the collector.
const MAX_AGE_MS: u32 = 600_000;
