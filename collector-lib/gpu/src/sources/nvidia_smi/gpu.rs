//! What the element of a GPU tells.

use grapevine_collectors::gpu::{Figure, Gpu, Standing};
use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;

use super::element::Element;
use crate::sources::printed::{
    BYTES, BYTES_PER_SECOND, CELSIUS, HERTZ, LANES, PERCENT, PLAIN, SECONDS, WATTS,
};
use crate::unified::OwnMemory;

/// What the GPU is, where `log` is the element of the whole output.
pub(super) fn put_identity(gpu: &mut Gpu, log: Element<'_>, element: Element<'_>) {
    gpu.put_text(&rows::NAME, element.text_at("product_name"));
    gpu.put_text(&rows::UUID, element.text_at("uuid"));
    gpu.put_text(&rows::DRIVER, log.text_at("driver_version"));
    gpu.put_text(&rows::CUDA, log.text_at("cuda_version"));
    gpu.put_text(&rows::ARCHITECTURE, element.text_at("product_architecture"));
}

/// What the GPU does, and what it says of its own memory.
pub(super) fn put(gpu: &mut Gpu, element: Element<'_>) -> OwnMemory {
    for (row, path, units) in [
        (&rows::USE, "utilization/gpu_util", PERCENT),
        (&rows::MEMORY_USE, "utilization/memory_util", PERCENT),
        (&rows::ENCODER_USE, "utilization/encoder_util", PERCENT),
        (&rows::DECODER_USE, "utilization/decoder_util", PERCENT),
        (&rows::TEMPERATURE, "temperature/gpu_temp", CELSIUS),
        (&rows::TEMPERATURE_MEMORY, "temperature/memory_temp", CELSIUS),
        // Newer GPUs tell how far they are from it, which is no temperature.
        (&rows::TEMPERATURE_SLOWDOWN, "temperature/gpu_temp_slow_threshold", CELSIUS),
        // That of the first fan.
        (&rows::FAN, "fan_speed", PERCENT),
        (&rows::CLOCK_GRAPHICS, "clocks/graphics_clock", HERTZ),
        (&rows::CLOCK_SM, "clocks/sm_clock", HERTZ),
        (&rows::CLOCK_MEMORY, "clocks/mem_clock", HERTZ),
        (&rows::PCIE_RECEIVE, "pci/rx_util", BYTES_PER_SECOND),
        (&rows::PCIE_TRANSMIT, "pci/tx_util", BYTES_PER_SECOND),
        (&rows::PCIE_GENERATION, "pci/pci_gpu_link_info/pcie_gen/current_link_gen", PLAIN),
        (&rows::PCIE_GENERATION_MAX, "pci/pci_gpu_link_info/pcie_gen/max_link_gen", PLAIN),
        (&rows::PCIE_WIDTH, "pci/pci_gpu_link_info/link_widths/current_link_width", LANES),
        (&rows::PCIE_WIDTH_MAX, "pci/pci_gpu_link_info/link_widths/max_link_width", LANES),
    ] {
        gpu.put(row, element.number(path, units));
    }
    gpu.put(&rows::POWER, element.number_at_one_of(POWER, WATTS));
    gpu.put(&rows::POWER_LIMIT, element.number_at_one_of(POWER_LIMIT, WATTS));
    gpu.put(&rows::PERFORMANCE_STATE, performance_state(element));
    gpu.put_flag(&rows::MIG, element.flag("mig_mode/current_mig"));
    put_memory(gpu, element)
}

/// The MIG instances on the GPU. Which profile an instance has is not in the output, nor is a name in most versions.
pub(super) fn instances(label: &str, element: Element<'_>) -> Vec<Gpu> {
    let devices = element.at("mig_devices").into_iter().flat_map(|list| list.all("mig_device"));
    let instance = |device: Element<'_>| {
        let index = device.text_at("index").ok()?.parse::<u32>().ok()?;
        let mut gpu = Gpu::new(format!("{label}/{index}"), Standing::Ok);
        gpu.put_text(&rows::UUID, device.text_at("uuid"));
        put_memory(&mut gpu, device);
        Some(gpu)
    };
    devices.take(INSTANCES_MAX).filter_map(instance).collect()
}

fn put_memory(gpu: &mut Gpu, element: Element<'_>) -> OwnMemory {
    let total = element.number("fb_memory_usage/total", BYTES);
    let own = match total {
        Ok(total) if total > 0.0 => OwnMemory::Present,
        Ok(_) | Err(Absence::Unsupported) => OwnMemory::Unsupported,
        Err(absence) => OwnMemory::Unread(absence),
    };
    for (row, path) in [
        (&rows::MEMORY_TOTAL, "fb_memory_usage/total"),
        (&rows::MEMORY_USED, "fb_memory_usage/used"),
        (&rows::MEMORY_FREE, "fb_memory_usage/free"),
        (&rows::MEMORY_RESERVED, "fb_memory_usage/reserved"),
    ] {
        let figure = element.number(path, BYTES);
        gpu.put(row, if own == OwnMemory::Unsupported { Err(Absence::Unsupported) } else { figure });
    }
    own
}

/// `P2` is 2.
fn performance_state(element: Element<'_>) -> Figure<f64> {
    let state = element.text_at("performance_state")?;
    state.strip_prefix('P').and_then(|state| state.parse::<u8>().ok()).map(f64::from).ok_or(Absence::Failed)
}

/// What wears the GPU out: errors of its memory, pages and rows out of use, time slowed down.
pub(super) fn put_health(gpu: &mut Gpu, element: Element<'_>) {
    gpu.put_flag(&rows::ECC_ENABLED, element.flag("ecc_mode/current_ecc"));
    for (row, since, kind) in [
        (&rows::ECC_CORRECTED, "volatile", CORRECTED),
        (&rows::ECC_UNCORRECTED, "volatile", UNCORRECTED),
        (&rows::ECC_CORRECTED_EVER, "aggregate", CORRECTED),
        (&rows::ECC_UNCORRECTED_EVER, "aggregate", UNCORRECTED),
    ] {
        let counts = element.at("ecc_errors").and_then(|errors| errors.at(since));
        gpu.put(row, counts.map_or(Err(Absence::Unsupported), |counts| errors(counts, kind)));
    }
    let retired = |cause: &str| element.number(&format!("retired_pages/{cause}/retired_count"), PLAIN);
    gpu.put(
        &rows::PAGES_RETIRED,
        sum([retired("multiple_single_bit_retirement"), retired("double_bit_retirement")]),
    );
    let pending = ["retired_pages/pending_retirement", "retired_pages/pending_blacklist"];
    let pending = pending.into_iter().find(|path| element.at(path).is_some());
    gpu.put_flag(&rows::PAGES_PENDING, pending.map_or(Err(Absence::Unsupported), |path| element.flag(path)));
    let remapped = |kind: &str| element.number(&format!("remapped_rows/{kind}"), PLAIN);
    gpu.put(&rows::ROWS_REMAPPED, sum([remapped("remapped_row_corr"), remapped("remapped_row_unc")]));
    gpu.put_flag(&rows::ROWS_PENDING, element.flag("remapped_rows/remapped_row_pending"));
    gpu.put_flag(&rows::ROWS_FAILED, element.flag("remapped_rows/remapped_row_failure"));
    put_throttling(gpu, element);
}

/// Newer drivers speak of events where older ones spoke of throttling.
fn put_throttling(gpu: &mut Gpu, element: Element<'_>) {
    let slowed = |reason: &str| {
        let path = format!("clocks_event_reasons_counters/clocks_event_reasons_counters_{reason}");
        element.number(&path, SECONDS)
    };
    gpu.put(&rows::THROTTLE_POWER, slowed("sw_power_cap"));
    gpu.put(&rows::THROTTLE_THERMAL, sum([slowed("sw_therm_slowdown"), slowed("hw_therm_slowdown")]));
    let reasons = ["event", "throttle"].into_iter().find_map(|word| {
        let reasons = element.at(&format!("clocks_{word}_reasons"))?;
        Some(throttle_words(reasons, word))
    });
    gpu.put_text(&rows::THROTTLE, reasons.unwrap_or(Err(Absence::Unsupported)));
}

/// The words of `gpu.throttle`, in their order.
fn throttle_words(reasons: Element<'_>, word: &str) -> Figure<String> {
    let mut active = Vec::new();
    let mut told = Err(Absence::Unsupported);
    for (reason, name) in THROTTLE_WORDS {
        match reasons.flag(&format!("clocks_{word}_reason_{reason}")) {
            Ok(is_active) => {
                told = Ok(());
                active.extend(is_active.then_some(name));
            }
            Err(absence) => told = told.or(Err(absence)),
        }
    }
    told.map(|()| if active.is_empty() { "none".to_owned() } else { active.join(" ") })
}

/// The errors of one kind: their total where the driver writes one, else the sum over what it counts apart.
fn errors(counts: Element<'_>, (total, parts): (&str, &[&str])) -> Figure<f64> {
    if counts.at(total).is_some() {
        return counts.number(total, PLAIN);
    }
    let known: Vec<f64> = parts.iter().filter_map(|part| counts.number(part, PLAIN).ok()).collect();
    match parts.iter().map(|part| counts.number(part, PLAIN)).find_map(Result::err) {
        Some(absence) if known.is_empty() || absence != Absence::Unsupported => Err(absence),
        _ => Ok(known.iter().sum()),
    }
}

fn sum<const N: usize>(figures: [Figure<f64>; N]) -> Figure<f64> {
    figures.into_iter().sum()
}

/// The power that the GPU draws: the mean where the driver tells two, as its library does.
const POWER: &[&str] = &[
    "gpu_power_readings/average_power_draw",
    "gpu_power_readings/power_draw",
    "power_readings/power_draw",
    "gpu_power_readings/instant_power_draw",
];

const POWER_LIMIT: &[&str] = &[
    "gpu_power_readings/current_power_limit",
    "power_readings/enforced_power_limit",
    "power_readings/power_limit",
];

const CORRECTED: (&str, &[&str]) = ("single_bit/total", &["sram_correctable", "dram_correctable"]);

/// Those of the static memory are one count or two, by the driver's version.
const UNCORRECTED: (&str, &[&str]) = (
    "double_bit/total",
    &["sram_uncorrectable", "sram_uncorrectable_parity", "sram_uncorrectable_secded", "dram_uncorrectable"],
);

const THROTTLE_WORDS: [(&str, &str); 9] = [
    ("gpu_idle", "idle"),
    ("applications_clocks_setting", "clocks_setting"),
    ("sw_power_cap", "sw_power_cap"),
    ("hw_slowdown", "hw_slowdown"),
    ("sync_boost", "sync_boost"),
    ("sw_thermal_slowdown", "sw_thermal"),
    ("hw_thermal_slowdown", "hw_thermal"),
    ("hw_power_brake_slowdown", "hw_power_brake"),
    ("display_clocks_setting", "display_setting"),
];

/// More than any GPU is split into, which is seven at present.
const INSTANCES_MAX: usize = 16;
