//! GPUs: lost ones, errors, use, memory, temperature.

use super::Look;
use super::words::percent;
use crate::panel::{Gpu, Gpus};
use crate::thresholds::{Levels, Rule};

pub(super) fn judge(gpus: &Gpus<'_>, levels: &Levels, look: &mut Look<'_>) {
    for gpu in &gpus.list {
        judge_gpu(gpu, levels, look);
    }
}

fn judge_gpu(gpu: &Gpu<'_>, levels: &Levels, look: &mut Look<'_>) {
    let name = gpu.name;
    if gpu.state.value == Some("lost") {
        look.case(Rule::GpuLost, levels.gpu_lost, name, || format!("GPU {name} is lost: it answers no more"));
    }
    look.bound(Rule::GpuUse, levels.gpu_use, gpu.use_percent, name, |used| {
        format!("GPU {name} is used {}", percent(used))
    });
    look.bound(Rule::GpuMemory, levels.gpu_memory, gpu.memory_used_percent(), name, |used| {
        format!("memory of GPU {name} is used {}", percent(used))
    });
    look.bound(Rule::GpuTemperature, levels.gpu_temperature, gpu.temperature_celsius, name, |celsius| {
        format!("GPU {name} is {celsius:.0} °C hot")
    });
    judge_errors(gpu, levels, look);
}

/// Errors happened, whether or not the GPU still answers.
fn judge_errors(gpu: &Gpu<'_>, levels: &Levels, look: &mut Look<'_>) {
    let name = gpu.name;
    if let Some(xid) = gpu.xid.value.filter(|xid| *xid > 0.0) {
        look.case(Rule::GpuError, levels.gpu_error, name, || {
            format!("the driver reported error (XID) {xid:.0} of GPU {name}")
        });
    }
    let uncorrected = gpu.ecc_uncorrected.value.filter(|errors| *errors > 0.0);
    let has_failed_row = gpu.rows_failed.value == Some(1.0);
    if uncorrected.is_some() || has_failed_row {
        look.case(Rule::GpuMemoryError, levels.gpu_memory_error, name, || match uncorrected {
            Some(1.0) => format!("memory of GPU {name} has an uncorrected error"),
            Some(errors) => format!("memory of GPU {name} has {errors:.0} uncorrected errors"),
            None => format!("a row of the memory of GPU {name} could not be replaced"),
        });
    }
    if [gpu.pages_pending, gpu.rows_pending].iter().any(|pending| pending.value == Some(1.0)) {
        look.case(Rule::GpuRestart, levels.gpu_restart, name, || {
            format!("GPU {name} wants a restart to replace parts of its memory")
        });
    }
}
