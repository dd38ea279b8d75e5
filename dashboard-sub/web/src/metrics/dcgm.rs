//! The names of NVIDIA's dcgm-exporter: the fields of DCGM, in its units, with the labels of dcgm-exporter 3 and 4.
//!
//! Only NVIDIA's GPUs go by these names. `instance` says which host, as Prometheus does where each host has an exporter.

use std::borrow::Cow;

use grapevine_proto::Metric;
use grapevine_proto::catalogue::gpu;
use grapevine_sub::HostReading;

use super::family::{Family, FamilyKind, Source};
use super::samples::Samples;
use super::scrape::{Scrape, Seen};

/// A field of DCGM: the readings of `metric` times `times` over `over`.
struct Field {
    name: &'static str,
    kind: FamilyKind,
    metric: &'static Metric,
    times: f64,
    over: f64,
    help: &'static str,
}

pub(super) fn families() -> Vec<Family> {
    FIELDS.iter().map(Field::family).collect()
}

impl Field {
    const fn gauge(name: &'static str, metric: &'static Metric, over: f64, help: &'static str) -> Self {
        Self { name, kind: FamilyKind::Gauge, metric, times: 1.0, over, help }
    }

    const fn counter(name: &'static str, metric: &'static Metric, times: f64, help: &'static str) -> Self {
        Self { name, kind: FamilyKind::Counter, metric, times, over: 1.0, help }
    }

    fn family(&'static self) -> Family {
        let tell = |scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>| self.tell(scrape, seen, samples);
        Family {
            name: self.name.into(),
            kind: self.kind,
            unit: "".into(),
            labels: LABELS.map(Cow::Borrowed).to_vec(),
            help: self.help.into(),
            origin: self.metric.name.clone(),
            source: Source::Hosts(Box::new(tell)),
        }
    }

    fn tell(&self, scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
        for reading in seen.current(self.metric, scrape) {
            if let Some((gpu, number)) = nvidia(&reading).zip(reading.state.number()) {
                let labels = Labels::of(gpu, scrape, seen);
                samples.put(labels.iter(), number * self.times / self.over);
            }
        }
    }
}

/// The label of the GPU, if it is one of NVIDIA's: those of others are named after their cards.
fn nvidia<'h>(reading: &HostReading<'h>) -> Option<&'h str> {
    reading.label("gpu").filter(|gpu| gpu.starts_with(|c: char| c.is_ascii_digit()))
}

/// The values of [`LABELS`], those of a MIG instance last.
struct Labels<'s>([Cow<'s, str>; LABELS.len()]);

impl<'s> Labels<'s> {
    /// Those of a GPU, or of a MIG instance such as `0/1`.
    fn of(label: &'s str, scrape: &Scrape, seen: &'s Seen) -> Self {
        let text = |metric: &Metric, of: &str| {
            let mut readings = seen.current(metric, scrape);
            let reading = readings.find(|reading| reading.label("gpu") == Some(of));
            reading.and_then(|reading| reading.state.text()).unwrap_or_default()
        };
        let (gpu, instance) = label.split_once('/').unwrap_or((label, ""));
        let profile = if instance.is_empty() { "" } else { text(&gpu::NAME, label) };
        Self([
            gpu.into(),
            text(&gpu::UUID, gpu).into(),
            bus_id(text(&gpu::BUS, gpu)),
            format!("nvidia{gpu}").into(),
            text(&gpu::NAME, gpu).into(),
            seen.host.name().as_str().into(),
            text(&gpu::DRIVER, gpu).into(),
            profile.into(),
            instance.into(),
        ])
    }

    /// Those that have a value.
    fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        LABELS.into_iter().zip(self.0.iter().map(|value| &**value)).filter(|(_, value)| !value.is_empty())
    }
}

/// The PCI address `0000:07:00.0` as NVIDIA writes it: `00000000:07:00.0`.
fn bus_id(bus: &str) -> Cow<'_, str> {
    match bus.split_once(':') {
        Some((domain, rest)) => format!("{domain:0>8}:{rest}").to_ascii_uppercase().into(),
        None => bus.into(),
    }
}

const LABELS: [&str; 9] = [
    "gpu",
    "UUID",
    "pci_bus_id",
    "device",
    "modelName",
    "Hostname",
    "DCGM_FI_DRIVER_VERSION",
    "GPU_I_PROFILE",
    "GPU_I_ID",
];

const MIB: f64 = 1_048_576.0;
const MEGA: f64 = 1e6;

static FIELDS: [Field; 34] = [
    Field::gauge("DCGM_FI_DEV_SM_CLOCK", &gpu::CLOCK_SM, MEGA, "SM clock frequency (in MHz)."),
    Field::gauge("DCGM_FI_DEV_MEM_CLOCK", &gpu::CLOCK_MEMORY, MEGA, "Memory clock frequency (in MHz)."),
    Field::gauge("DCGM_FI_DEV_MEMORY_TEMP", &gpu::TEMPERATURE_MEMORY, 1.0, "Memory temperature (in C)."),
    Field::gauge("DCGM_FI_DEV_GPU_TEMP", &gpu::TEMPERATURE, 1.0, "GPU temperature (in C)."),
    Field::gauge(
        "DCGM_FI_DEV_SLOWDOWN_TEMP",
        &gpu::TEMPERATURE_SLOWDOWN,
        1.0,
        "Slowdown temperature (in C).",
    ),
    Field::gauge("DCGM_FI_DEV_POWER_USAGE", &gpu::POWER, 1.0, "Power draw (in W)."),
    Field::gauge("DCGM_FI_DEV_ENFORCED_POWER_LIMIT", &gpu::POWER_LIMIT, 1.0, "Effective power limit (in W)."),
    Field::counter(
        "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION",
        &gpu::ENERGY,
        1e3,
        "Energy since the driver was loaded (in mJ).",
    ),
    Field::gauge("DCGM_FI_DEV_FAN_SPEED", &gpu::FAN, 1.0, "Fan speed (in %)."),
    Field::gauge("DCGM_FI_DEV_PSTATE", &gpu::PERFORMANCE_STATE, 1.0, "Performance state, from 0 to 15."),
    Field::gauge(
        "DCGM_FI_PROF_PCIE_TX_BYTES",
        &gpu::PCIE_TRANSMIT,
        1.0,
        "Data sent over PCIe (in bytes per second).",
    ),
    Field::gauge(
        "DCGM_FI_PROF_PCIE_RX_BYTES",
        &gpu::PCIE_RECEIVE,
        1.0,
        "Data received over PCIe (in bytes per second).",
    ),
    Field::gauge("DCGM_FI_DEV_PCIE_LINK_GEN", &gpu::PCIE_GENERATION, 1.0, "PCIe generation at present."),
    Field::gauge("DCGM_FI_DEV_PCIE_LINK_WIDTH", &gpu::PCIE_WIDTH, 1.0, "PCIe lanes at present."),
    Field::gauge("DCGM_FI_DEV_PCIE_MAX_LINK_GEN", &gpu::PCIE_GENERATION_MAX, 1.0, "Highest PCIe generation."),
    Field::gauge("DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH", &gpu::PCIE_WIDTH_MAX, 1.0, "Most PCIe lanes."),
    Field::gauge("DCGM_FI_DEV_GPU_UTIL", &gpu::USE, 1.0, "GPU utilization (in %)."),
    Field::gauge("DCGM_FI_DEV_MEM_COPY_UTIL", &gpu::MEMORY_USE, 1.0, "Memory utilization (in %)."),
    Field::gauge("DCGM_FI_DEV_ENC_UTIL", &gpu::ENCODER_USE, 1.0, "Encoder utilization (in %)."),
    Field::gauge("DCGM_FI_DEV_DEC_UTIL", &gpu::DECODER_USE, 1.0, "Decoder utilization (in %)."),
    Field::gauge("DCGM_FI_DEV_XID_ERRORS", &gpu::XID, 1.0, "Value of the last XID error encountered."),
    Field::counter(
        "DCGM_FI_DEV_POWER_VIOLATION",
        &gpu::THROTTLE_POWER,
        1e9,
        "Throttling due to power constraints (in ns).",
    ),
    Field::counter(
        "DCGM_FI_DEV_THERMAL_VIOLATION",
        &gpu::THROTTLE_THERMAL,
        1e9,
        "Throttling due to thermal constraints (in ns).",
    ),
    Field::gauge("DCGM_FI_DEV_FB_TOTAL", &gpu::MEMORY_TOTAL, MIB, "Framebuffer memory (in MiB)."),
    Field::gauge("DCGM_FI_DEV_FB_FREE", &gpu::MEMORY_FREE, MIB, "Framebuffer memory free (in MiB)."),
    Field::gauge("DCGM_FI_DEV_FB_USED", &gpu::MEMORY_USED, MIB, "Framebuffer memory used (in MiB)."),
    Field::gauge(
        "DCGM_FI_DEV_FB_RESERVED",
        &gpu::MEMORY_RESERVED,
        MIB,
        "Framebuffer memory reserved (in MiB).",
    ),
    Field::counter(
        "DCGM_FI_DEV_ECC_SBE_VOL_TOTAL",
        &gpu::ECC_CORRECTED,
        1.0,
        "Single-bit volatile ECC errors.",
    ),
    Field::counter(
        "DCGM_FI_DEV_ECC_DBE_VOL_TOTAL",
        &gpu::ECC_UNCORRECTED,
        1.0,
        "Double-bit volatile ECC errors.",
    ),
    Field::counter(
        "DCGM_FI_DEV_ECC_SBE_AGG_TOTAL",
        &gpu::ECC_CORRECTED_EVER,
        1.0,
        "Single-bit persistent ECC errors.",
    ),
    Field::counter(
        "DCGM_FI_DEV_ECC_DBE_AGG_TOTAL",
        &gpu::ECC_UNCORRECTED_EVER,
        1.0,
        "Double-bit persistent ECC errors.",
    ),
    Field::gauge(
        "DCGM_FI_DEV_ROW_REMAP_FAILURE",
        &gpu::ROWS_FAILED,
        1.0,
        "Whether remapping of rows has failed.",
    ),
    Field::gauge(
        "DCGM_FI_DEV_ROW_REMAP_PENDING",
        &gpu::ROWS_PENDING,
        1.0,
        "Whether remapping of rows is pending.",
    ),
    Field::gauge("DCGM_FI_DEV_ECC_CURRENT", &gpu::ECC_ENABLED, 1.0, "Whether ECC is on."),
];
