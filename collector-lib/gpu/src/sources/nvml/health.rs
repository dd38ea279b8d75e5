//! What wears a GPU out: errors of its memory, pages and rows out of use, time slowed down.

use grapevine_collectors::gpu::{Figure, Gpu};
use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;
use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::{EccCounter, MemoryError, PerformancePolicy, RetirementCause};
use nvml_wrapper::enums::device::SampleValue;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::structs::device::FieldId;
use nvml_wrapper::sys_exports::field_id::{
    NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN, NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN,
    NVML_FI_DEV_REMAPPED_COR, NVML_FI_DEV_REMAPPED_FAILURE, NVML_FI_DEV_REMAPPED_PENDING,
    NVML_FI_DEV_REMAPPED_UNC,
};

use super::figure::figure;

/// Takes the state of the GPU's memory and how long the GPU was slowed down.
pub(super) fn put(gpu: &mut Gpu, device: &Device<'_>) {
    put_errors(gpu, device);
    put_repairs(gpu, device);
    put_throttled_time(gpu, device);
    gpu.put_flag(&rows::MIG, figure(device.mig_mode()).map(|mode| mode.current == 1));
}

fn put_errors(gpu: &mut Gpu, device: &Device<'_>) {
    let mode = figure(device.is_ecc_enabled()).map(|mode| mode.currently_enabled);
    gpu.put_flag(&rows::ECC_ENABLED, mode);
    for (row, error, since) in [
        (&rows::ECC_CORRECTED, MemoryError::Corrected, EccCounter::Volatile),
        (&rows::ECC_UNCORRECTED, MemoryError::Uncorrected, EccCounter::Volatile),
        (&rows::ECC_CORRECTED_EVER, MemoryError::Corrected, EccCounter::Aggregate),
        (&rows::ECC_UNCORRECTED_EVER, MemoryError::Uncorrected, EccCounter::Aggregate),
    ] {
        gpu.put_count(row, figure(device.total_ecc_errors(error, since)));
    }
}

fn put_repairs(gpu: &mut Gpu, device: &Device<'_>) {
    let pages = |cause| figure(device.retired_pages(cause)).map(|pages| pages.len() as u64);
    let retired = pages(RetirementCause::MultipleSingleBitEccErrors)
        .and_then(|corrected| Ok(corrected + pages(RetirementCause::DoubleBitEccError)?));
    gpu.put_count(&rows::PAGES_RETIRED, retired);
    gpu.put_flag(&rows::PAGES_PENDING, figure(device.are_pages_pending_retired()));
    let remapped = |id| figure(field(device, FieldId(id)));
    gpu.put(
        &rows::ROWS_REMAPPED,
        sum(remapped(NVML_FI_DEV_REMAPPED_COR), remapped(NVML_FI_DEV_REMAPPED_UNC)),
    );
    gpu.put(&rows::ROWS_PENDING, remapped(NVML_FI_DEV_REMAPPED_PENDING));
    gpu.put(&rows::ROWS_FAILED, remapped(NVML_FI_DEV_REMAPPED_FAILURE));
}

/// For heat the two counters of the clocks' event reasons count, which `nvidia-smi` shows, too; where a driver lacks
/// them, its older one of all thermal limits.
fn put_throttled_time(gpu: &mut Gpu, device: &Device<'_>) {
    #[expect(clippy::cast_precision_loss, reason = "2^53 ns are 104 days, and a step is 0.1 s")]
    let violation =
        |policy| figure(device.violation_status(policy)).map(|time| time.violation_time as f64 * 1e-9);
    gpu.put(&rows::THROTTLE_POWER, violation(PerformancePolicy::Power));
    let reason = |id| figure(field(device, FieldId(id))).map(|nanoseconds| nanoseconds * 1e-9);
    let thermal = sum(
        reason(NVML_FI_DEV_CLOCKS_EVENT_REASON_SW_THERM_SLOWDOWN),
        reason(NVML_FI_DEV_CLOCKS_EVENT_REASON_HW_THERM_SLOWDOWN),
    );
    let thermal = match thermal {
        Err(Absence::Unsupported) => violation(PerformancePolicy::Thermal),
        known => known,
    };
    gpu.put(&rows::THROTTLE_THERMAL, thermal);
}

fn sum(a: Figure<f64>, b: Figure<f64>) -> Figure<f64> {
    Ok(a? + b?)
}

/// A figure that the library knows by number.
pub(super) fn field(device: &Device<'_>, id: FieldId) -> Result<f64, NvmlError> {
    let sample = device.field_values_for(&[id])?.into_iter().next().ok_or(NvmlError::NotSupported)??;
    #[expect(clippy::cast_precision_loss, reason = "a duration or a count; see the rows that take it")]
    sample.value.map(|value| match value {
        SampleValue::F64(number) => number,
        SampleValue::U32(number) => number.into(),
        SampleValue::U64(number) => number as f64,
        SampleValue::I64(number) => number as f64,
    })
}
