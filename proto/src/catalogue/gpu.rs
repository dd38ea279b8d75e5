//! Metrics of the `gpu` collector. Numbers 256 to 351.
//!
//! The label `gpu` is the place of an NVIDIA GPU among the machine's in the order of their bus addresses, as the driver
//! counts them (`0`), of another maker's GPU the name of its card (`card1`), and of a MIG instance the GPU and the
//! place of the instance on it (`0/1`).
//!
//! Every GPU tells all rows that have just this label, absent where it has none of that; only a GPU that shares the
//! machine's memory tells those of the pool, and only a GPU with a graphics translation table those of that. Steps
//! are what the driver gives, deadbands what a GPU at rest or under a steady load wanders by.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &STATE,
    &NAME,
    &UUID,
    &DRIVER,
    &CUDA,
    &BUS,
    &ARCHITECTURE,
    &MEMORY_KIND,
    &SOURCE,
    &USE,
    &MEMORY_USE,
    &ENCODER_USE,
    &DECODER_USE,
    &MEMORY_TOTAL,
    &MEMORY_USED,
    &MEMORY_FREE,
    &MEMORY_RESERVED,
    &POOL_TOTAL,
    &POOL_AVAILABLE,
    &POOL_CACHED,
    &POOL_RESIDENT,
    &GTT_TOTAL,
    &GTT_USED,
    &TEMPERATURE,
    &TEMPERATURE_MEMORY,
    &TEMPERATURE_HOTSPOT,
    &TEMPERATURE_SLOWDOWN,
    &POWER,
    &POWER_LIMIT,
    &ENERGY,
    &FAN,
    &CLOCK_GRAPHICS,
    &CLOCK_SM,
    &CLOCK_MEMORY,
    &PERFORMANCE_STATE,
    &THROTTLE,
    &THROTTLE_POWER,
    &THROTTLE_THERMAL,
    &PCIE_RECEIVE,
    &PCIE_TRANSMIT,
    &PCIE_GENERATION,
    &PCIE_WIDTH,
    &PCIE_GENERATION_MAX,
    &PCIE_WIDTH_MAX,
    &ECC_ENABLED,
    &ECC_CORRECTED,
    &ECC_UNCORRECTED,
    &ECC_CORRECTED_EVER,
    &ECC_UNCORRECTED_EVER,
    &PAGES_RETIRED,
    &PAGES_PENDING,
    &ROWS_REMAPPED,
    &ROWS_PENDING,
    &ROWS_FAILED,
    &XID,
    &XID_COUNT,
    &NVLINK_ACTIVE,
    &NVLINK_ERRORS,
    &MIG,
    &PROCESSES,
    &PROCESS_NAME,
    &PROCESS_USER,
    &PROCESS_SERVICE,
    &PROCESS_MEMORY,
    &PROCESS_USE,
];

/// Whether the GPU is there.
pub static STATE: Metric = text(
    256,
    "gpu.state",
    "How a GPU is: ok; lost, it was there and answers no more; suspended, it sleeps and was not woken; unread, no \
     source tells of it.",
);

/// Model of the GPU.
pub static NAME: Metric = text(257, "gpu.name", "Model of a GPU, or profile of a MIG instance.");

/// The GPU's own name.
pub static UUID: Metric = text(258, "gpu.uuid", "Identifier of a GPU or MIG instance that no other has.");

/// The driver.
pub static DRIVER: Metric =
    text(259, "gpu.driver", "Version of a GPU's driver, after its name if it is one of the kernel's.");

/// What CUDA the driver can do.
pub static CUDA: Metric = text(260, "gpu.cuda", "Highest version of CUDA that a GPU's driver supports.");

/// Where the GPU is plugged in.
pub static BUS: Metric = text(261, "gpu.bus", "PCI address of a GPU, as the kernel writes it.");

/// Generation of the GPU.
pub static ARCHITECTURE: Metric = text(262, "gpu.architecture", "Architecture of a GPU.");

/// Whose memory the GPU uses.
pub static MEMORY_KIND: Metric = text(
    263,
    "gpu.memory.kind",
    "Memory of a GPU: dedicated, its own; unified, the machine's, which the gpu.pool metrics tell of.",
);

/// Where the readings come from.
pub static SOURCE: Metric =
    text(264, "gpu.source", "Where the readings of a GPU come from: nvml, nvidia-smi, nvtop or sysfs.");

/// Time in which the GPU computed.
pub static USE: Metric =
    share(265, "gpu.use", "Share of time in which a GPU ran at least one kernel, as its driver samples it.");

/// Time in which the GPU's memory was read or written.
pub static MEMORY_USE: Metric = share(
    266,
    "gpu.memory.use",
    "Share of time in which a GPU's memory was read or written; not how full it is.",
);

/// Use of the video encoder.
pub static ENCODER_USE: Metric = share(267, "gpu.encoder.use", "Share of time in which a GPU encoded video.");

/// Use of the video decoder.
pub static DECODER_USE: Metric = share(268, "gpu.decoder.use", "Share of time in which a GPU decoded video.");

/// All of the GPU's own memory.
pub static MEMORY_TOTAL: Metric = memory(269, "gpu.memory.total", "Memory of a GPU or MIG instance.");

/// What is in use of it.
pub static MEMORY_USED: Metric =
    memory(270, "gpu.memory.used", "Memory of a GPU or MIG instance that programs have.").deadband(4);

/// What is free of it.
pub static MEMORY_FREE: Metric =
    memory(271, "gpu.memory.free", "Memory of a GPU or MIG instance that programs can get.").deadband(4);

/// What the driver keeps of it.
pub static MEMORY_RESERVED: Metric =
    memory(272, "gpu.memory.reserved", "Memory of a GPU that its driver and firmware keep for themselves.")
        .deadband(4);

/// The machine's memory, for a GPU that shares it.
pub static POOL_TOTAL: Metric = memory(
    273,
    "gpu.pool.total",
    "Memory that a GPU shares with the processor: the kernel's MemTotal, all that the machine has.",
);

/// What is available of the machine's memory.
pub static POOL_AVAILABLE: Metric = pool(
    274,
    "gpu.pool.available",
    "What is available of the memory that a GPU shares: the kernel's MemAvailable, page cache counted as available.",
);

/// The page cache in the machine's memory.
pub static POOL_CACHED: Metric = pool(
    275,
    "gpu.pool.cached",
    "Page cache in the memory that a GPU shares: the kernel's Cached, which CUDA may fail to get back.",
);

/// What the GPU's programs have of the machine's memory.
pub static POOL_RESIDENT: Metric = memory(
    276,
    "gpu.pool.resident",
    "GPU memory of all processes in the memory that a GPU shares, each process counted once.",
)
.deadband(4);

/// System memory that the GPU may map.
pub static GTT_TOTAL: Metric = memory(277, "gpu.gtt.total", "System memory that a GPU can map.");

/// System memory that the GPU maps.
pub static GTT_USED: Metric = memory(278, "gpu.gtt.used", "System memory that a GPU has mapped.").deadband(4);

/// Temperature of the GPU.
pub static TEMPERATURE: Metric = celsius(279, "gpu.temperature", "Temperature of a GPU.").deadband(1);

/// Temperature of its memory.
pub static TEMPERATURE_MEMORY: Metric =
    celsius(280, "gpu.temperature.memory", "Temperature of a GPU's memory.").deadband(1);

/// Temperature of its hottest place.
pub static TEMPERATURE_HOTSPOT: Metric =
    celsius(281, "gpu.temperature.hotspot", "Temperature of the hottest place of a GPU.").deadband(1);

/// Where the GPU slows down.
pub static TEMPERATURE_SLOWDOWN: Metric =
    celsius(282, "gpu.temperature.slowdown", "Temperature from which on a GPU slows itself down.");

/// Power of the GPU.
pub static POWER: Metric = watts(283, "gpu.power", "Power that a GPU draws.").deadband(10);

/// Most that it may draw.
pub static POWER_LIMIT: Metric =
    watts(284, "gpu.power.limit", "Most power that a GPU may draw, as enforced.");

/// Energy that the GPU has drawn.
pub static ENERGY: Metric = Metric::counter(
    285,
    "gpu.energy",
    Unit::JOULES,
    Scale::Whole,
    "Energy that a GPU has drawn since its driver was loaded.",
)
.labelled(GPU)
.deadband(100);

/// Speed of the fan.
pub static FAN: Metric = share(286, "gpu.fan", "Speed that a GPU's fastest fan is to have, of its highest.");

/// Clock of the graphics engine.
pub static CLOCK_GRAPHICS: Metric =
    hertz(287, "gpu.clock.graphics", "Clock rate of a GPU's graphics engine.");

/// Clock of the multiprocessors.
pub static CLOCK_SM: Metric = hertz(288, "gpu.clock.sm", "Clock rate of a GPU's streaming multiprocessors.");

/// Clock of the memory.
pub static CLOCK_MEMORY: Metric = hertz(289, "gpu.clock.memory", "Clock rate of a GPU's memory.");

/// Performance state.
pub static PERFORMANCE_STATE: Metric = whole(
    290,
    "gpu.performance_state",
    Unit::NONE,
    "Performance state that a GPU is in, from 0, the highest, to 15, the lowest.",
);

/// Why the GPU does not run faster.
pub static THROTTLE: Metric = text(
    291,
    "gpu.throttle",
    "Why a GPU does not run faster, with spaces between: idle, clocks_setting, sw_power_cap, hw_slowdown, sync_boost, \
     sw_thermal, hw_thermal, hw_power_brake, display_setting; or none.",
);

/// Time slowed down for power.
pub static THROTTLE_POWER: Metric =
    throttled(292, "gpu.throttle.power", "Time that a GPU was slowed down to keep to its power limit.");

/// Time slowed down for heat.
pub static THROTTLE_THERMAL: Metric =
    throttled(293, "gpu.throttle.thermal", "Time that a GPU was slowed down because it was hot.");

/// Data to the GPU.
pub static PCIE_RECEIVE: Metric = rate(294, "gpu.pcie.receive", "Data that a GPU received over PCI Express.");

/// Data from the GPU.
pub static PCIE_TRANSMIT: Metric = rate(295, "gpu.pcie.transmit", "Data that a GPU sent over PCI Express.");

/// Generation of the link.
pub static PCIE_GENERATION: Metric =
    whole(296, "gpu.pcie.generation", Unit::NONE, "Generation of a GPU's PCI Express link at present.");

/// Width of the link.
pub static PCIE_WIDTH: Metric =
    whole(297, "gpu.pcie.width", Unit::COUNT, "Lanes of a GPU's PCI Express link at present.");

/// Highest generation of the link.
pub static PCIE_GENERATION_MAX: Metric = whole(
    298,
    "gpu.pcie.generation.max",
    Unit::NONE,
    "Highest generation that a GPU's PCI Express link can have in this machine.",
);

/// Most lanes of the link.
pub static PCIE_WIDTH_MAX: Metric = whole(
    299,
    "gpu.pcie.width.max",
    Unit::COUNT,
    "Most lanes that a GPU's PCI Express link can have in this machine.",
);

/// Whether memory errors are corrected.
pub static ECC_ENABLED: Metric =
    whole(300, "gpu.ecc.enabled", Unit::BOOLEAN, "Whether a GPU corrects errors of its memory (ECC).");

/// Errors that were corrected.
pub static ECC_CORRECTED: Metric = errors(
    301,
    "gpu.ecc.corrected",
    "Errors of a GPU's memory that were corrected since its driver was loaded.",
);

/// Errors that could not be corrected.
pub static ECC_UNCORRECTED: Metric = errors(
    302,
    "gpu.ecc.uncorrected",
    "Errors of a GPU's memory that could not be corrected since its driver was loaded.",
);

/// Errors that were ever corrected.
pub static ECC_CORRECTED_EVER: Metric =
    errors(303, "gpu.ecc.corrected.ever", "Errors of a GPU's memory that were corrected in its life.");

/// Errors that could ever not be corrected.
pub static ECC_UNCORRECTED_EVER: Metric = errors(
    304,
    "gpu.ecc.uncorrected.ever",
    "Errors of a GPU's memory that could not be corrected in its life.",
);

/// Pages that are out of use.
pub static PAGES_RETIRED: Metric =
    errors(305, "gpu.pages.retired", "Pages of a GPU's memory that are out of use after errors.");

/// Pages that will be out of use.
pub static PAGES_PENDING: Metric = whole(
    306,
    "gpu.pages.pending",
    Unit::BOOLEAN,
    "Whether pages of a GPU's memory wait for a restart to be taken out of use.",
);

/// Rows that were replaced.
pub static ROWS_REMAPPED: Metric =
    errors(307, "gpu.rows.remapped", "Rows of a GPU's memory that were replaced by spare ones after errors.");

/// Rows that will be replaced.
pub static ROWS_PENDING: Metric = whole(
    308,
    "gpu.rows.pending",
    Unit::BOOLEAN,
    "Whether rows of a GPU's memory wait for a restart to be replaced.",
);

/// Rows that could not be replaced.
pub static ROWS_FAILED: Metric = whole(
    309,
    "gpu.rows.failed",
    Unit::BOOLEAN,
    "Whether a row of a GPU's memory could not be replaced, as no spare one was left.",
);

/// The latest error that the driver reported.
pub static XID: Metric = whole(
    310,
    "gpu.xid",
    Unit::NONE,
    "Number of the latest error (XID) that the driver reported of a GPU while it was watched; 0 if there was none.",
);

/// Errors that the driver reported.
pub static XID_COUNT: Metric =
    errors(311, "gpu.xid.count", "Errors (XID) that the driver reported of a GPU while it was watched.");

/// Links to other GPUs.
pub static NVLINK_ACTIVE: Metric =
    whole(312, "gpu.nvlink.active", Unit::COUNT, "NVLink links of a GPU that are up.");

/// Errors on links to other GPUs.
pub static NVLINK_ERRORS: Metric = errors(
    315,
    "gpu.nvlink.errors",
    "Replays, recoveries and failed checks of all NVLink links of a GPU, since its driver was loaded.",
);

/// Whether the GPU is split up.
pub static MIG: Metric = whole(
    316,
    "gpu.mig",
    Unit::BOOLEAN,
    "Whether a GPU is split up into MIG instances, which tell their own.",
);

/// Processes on the GPU.
pub static PROCESSES: Metric =
    whole(317, "gpu.processes", Unit::COUNT, "Processes that use a GPU, those not shown included.");

/// The process's name.
pub static PROCESS_NAME: Metric = process_text(
    320,
    "gpu.process.name",
    "Name of a process that uses a GPU; denied where it is of another pid namespace.",
);

/// Whose process it is.
pub static PROCESS_USER: Metric =
    process_text(321, "gpu.process.user", "User of a process that uses a GPU, by number if it has no name.");

/// The process's service.
pub static PROCESS_SERVICE: Metric = process_text(
    322,
    "gpu.process.service",
    "systemd service, or else scope, that a process belongs to; unsupported if it belongs to none.",
);

/// GPU memory of the process.
pub static PROCESS_MEMORY: Metric = Metric::gauge(
    323,
    "gpu.process.memory",
    Unit::BYTES,
    Scale::Multiple(MIB),
    "Memory of a GPU that a process has.",
)
.labelled(PROCESS)
.deadband(4);

/// Use of the GPU by the process.
pub static PROCESS_USE: Metric = Metric::gauge(
    324,
    "gpu.process.use",
    Unit::PERCENT,
    Scale::Whole,
    "Share of time in which a GPU's multiprocessors worked for a process.",
)
.labelled(PROCESS)
.deadband(3);

const fn text(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::text(id, name, help).labelled(GPU)
}

const fn process_text(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::text(id, name, help).labelled(PROCESS)
}

const fn whole(id: u16, name: &'static str, unit: Unit, help: &'static str) -> Metric {
    Metric::gauge(id, name, unit, Scale::Whole, help).labelled(GPU)
}

const fn share(id: u16, name: &'static str, help: &'static str) -> Metric {
    whole(id, name, Unit::PERCENT, help).deadband(2)
}

const fn celsius(id: u16, name: &'static str, help: &'static str) -> Metric {
    whole(id, name, Unit::CELSIUS, help)
}

const fn watts(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::WATTS, Scale::Fraction(10), help).labelled(GPU)
}

/// Drivers count in megahertz; a step of 15 is one of NVIDIA's.
const fn hertz(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::HERTZ, Scale::Multiple(1_000_000), help).labelled(GPU).deadband(15)
}

const fn memory(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::BYTES, Scale::Multiple(MIB), help).labelled(GPU)
}

/// As coarse as the `memory` collector's own.
const fn pool(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::BYTES, Scale::Multiple(4 * MIB), help).labelled(GPU).deadband(4)
}

const fn rate(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::BYTES_PER_SECOND, Scale::Octaves, help).labelled(GPU).deadband(5)
}

const fn throttled(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::counter(id, name, Unit::SECONDS, Scale::Fraction(10), help).labelled(GPU).deadband(10)
}

const fn errors(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::counter(id, name, Unit::COUNT, Scale::Whole, help).labelled(GPU)
}

const GPU: &[&str] = &["gpu"];
const PROCESS: &[&str] = &["gpu", "pid"];
const MIB: u32 = 1 << 20;
