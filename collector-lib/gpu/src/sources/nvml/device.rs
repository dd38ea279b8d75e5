//! What a GPU is and does.

use grapevine_collectors::gpu::Gpu;
use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;
use nvml_wrapper::Device;
use nvml_wrapper::bitmasks::device::ThrottleReasons;
use nvml_wrapper::enum_wrappers::device::{Clock, TemperatureSensor, TemperatureThreshold};
use nvml_wrapper::enums::device::DeviceArchitecture;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::structs::device::FieldId;
use nvml_wrapper::sys_exports::field_id::NVML_FI_DEV_MEMORY_TEMP;

use super::figure::{Asked, absence, figure};
use super::health::field;
use crate::unified::OwnMemory;

/// What a GPU is for as long as it is there.
pub(super) fn put_identity(gpu: &mut Gpu, device: &Device<'_>, driver: Option<&str>, cuda: Option<&str>) {
    gpu.put_text(&rows::NAME, figure(device.name()));
    gpu.put_text(&rows::UUID, figure(device.uuid()));
    gpu.put_text(&rows::DRIVER, driver.ok_or(Absence::Failed));
    gpu.put_text(&rows::CUDA, cuda.ok_or(Absence::Unsupported));
    let architecture =
        figure(device.architecture()).and_then(|it| architecture(&it).ok_or(Absence::Unsupported));
    gpu.put_text(&rows::ARCHITECTURE, architecture);
    let slowdown = device.temperature_threshold(TemperatureThreshold::Slowdown);
    gpu.put(&rows::TEMPERATURE_SLOWDOWN, figure(slowdown).map(f64::from));
    // There is no such sensor in the library.
    gpu.put(&rows::TEMPERATURE_HOTSPOT, Err(Absence::Unsupported));
}

/// What a GPU does now, and what it says of its own memory.
pub(super) fn put(asked: &mut Asked<'_>, device: &Device<'_>) -> OwnMemory {
    put_use(asked, device);
    let memory = put_memory(asked, device);
    asked.put_scaled(&rows::TEMPERATURE, device.temperature(TemperatureSensor::Gpu), 1.0);
    asked.put(&rows::TEMPERATURE_MEMORY, field(device, FieldId(NVML_FI_DEV_MEMORY_TEMP)));
    asked.put_scaled(&rows::POWER, device.power_usage(), 1e-3);
    asked.put_scaled(&rows::POWER_LIMIT, device.enforced_power_limit(), 1e-3);
    asked.put_count(&rows::ENERGY, device.total_energy_consumption().map(|millijoules| millijoules / 1000));
    asked.put_scaled(&rows::FAN, fan_percent(device), 1.0);
    for (row, clock) in [
        (&rows::CLOCK_GRAPHICS, Clock::Graphics),
        (&rows::CLOCK_SM, Clock::SM),
        (&rows::CLOCK_MEMORY, Clock::Memory),
    ] {
        asked.put_scaled(row, device.clock_info(clock), 1e6);
    }
    let state = device.performance_state().map(|state| state.as_c());
    // 32 is how the library says that it does not know.
    let state = state.and_then(|state| if state < 16 { Ok(state) } else { Err(NvmlError::NotSupported) });
    asked.put_scaled(&rows::PERFORMANCE_STATE, state, 1.0);
    let reasons = figure(device.current_throttle_reasons());
    asked.gpu.put_text(&rows::THROTTLE, reasons.map(throttle_reasons));
    memory
}

fn put_use(asked: &mut Asked<'_>, device: &Device<'_>) {
    let (gpu, memory) = match device.utilization_rates() {
        Ok(rates) => (Ok(rates.gpu), Ok(rates.memory)),
        Err(error) => {
            asked.is_lost |= matches!(error, NvmlError::GpuLost);
            let absence = absence(&error);
            asked.gpu.put(&rows::USE, Err(absence));
            asked.gpu.put(&rows::MEMORY_USE, Err(absence));
            return put_video_use(asked, device);
        }
    };
    asked.put_scaled(&rows::USE, gpu, 1.0);
    asked.put_scaled(&rows::MEMORY_USE, memory, 1.0);
    put_video_use(asked, device);
}

fn put_video_use(asked: &mut Asked<'_>, device: &Device<'_>) {
    asked.put_scaled(&rows::ENCODER_USE, device.encoder_utilization().map(|it| it.utilization), 1.0);
    asked.put_scaled(&rows::DECODER_USE, device.decoder_utilization().map(|it| it.utilization), 1.0);
}

fn put_memory(asked: &mut Asked<'_>, device: &Device<'_>) -> OwnMemory {
    let memory = device.memory_info();
    asked.is_lost |= matches!(memory, Err(NvmlError::GpuLost));
    let own = match &memory {
        Ok(memory) if memory.total > 0 => OwnMemory::Present,
        Ok(_) | Err(NvmlError::NotSupported) => OwnMemory::Unsupported,
        Err(error) => OwnMemory::Unread(absence(error)),
    };
    let memory = figure(memory).and_then(|it| if it.total > 0 { Ok(it) } else { Err(Absence::Unsupported) });
    let part = |part: fn(&nvml_wrapper::struct_wrappers::device::MemoryInfo) -> u64| {
        memory.as_ref().map(part).map_err(|absence| *absence)
    };
    asked.gpu.put_count(&rows::MEMORY_TOTAL, part(|memory| memory.total));
    asked.gpu.put_count(&rows::MEMORY_USED, part(|memory| memory.used));
    asked.gpu.put_count(&rows::MEMORY_FREE, part(|memory| memory.free));
    asked.gpu.put_count(&rows::MEMORY_RESERVED, part(|memory| memory.reserved));
    own
}

/// The speed of the fastest fan.
fn fan_percent(device: &Device<'_>) -> Result<u32, NvmlError> {
    let fans = device.num_fans()?;
    let speeds: Vec<u32> = (0..fans).map(|fan| device.fan_speed(fan)).collect::<Result<_, _>>()?;
    speeds.into_iter().max().ok_or(NvmlError::NotSupported)
}

fn architecture(architecture: &DeviceArchitecture) -> Option<&'static str> {
    Some(match architecture {
        DeviceArchitecture::Kepler => "Kepler",
        DeviceArchitecture::Maxwell => "Maxwell",
        DeviceArchitecture::Pascal => "Pascal",
        DeviceArchitecture::Volta => "Volta",
        DeviceArchitecture::Turing => "Turing",
        DeviceArchitecture::Ampere => "Ampere",
        DeviceArchitecture::Ada => "Ada Lovelace",
        DeviceArchitecture::Hopper => "Hopper",
        DeviceArchitecture::Blackwell => "Blackwell",
        DeviceArchitecture::Unknown => return None,
    })
}

/// The words of `gpu.throttle`, in their order.
fn throttle_reasons(reasons: ThrottleReasons) -> String {
    let words: Vec<&str> = THROTTLE_WORDS
        .iter()
        .filter(|(reason, _)| reasons.contains(*reason))
        .map(|(_, word)| *word)
        .collect();
    if words.is_empty() { "none".to_owned() } else { words.join(" ") }
}

const THROTTLE_WORDS: [(ThrottleReasons, &str); 9] = [
    (ThrottleReasons::GPU_IDLE, "idle"),
    (ThrottleReasons::APPLICATIONS_CLOCKS_SETTING, "clocks_setting"),
    (ThrottleReasons::SW_POWER_CAP, "sw_power_cap"),
    (ThrottleReasons::HW_SLOWDOWN, "hw_slowdown"),
    (ThrottleReasons::SYNC_BOOST, "sync_boost"),
    (ThrottleReasons::SW_THERMAL_SLOWDOWN, "sw_thermal"),
    (ThrottleReasons::HW_THERMAL_SLOWDOWN, "hw_thermal"),
    (ThrottleReasons::HW_POWER_BRAKE_SLOWDOWN, "hw_power_brake"),
    (ThrottleReasons::DISPLAY_CLOCK_SETTING, "display_setting"),
];
