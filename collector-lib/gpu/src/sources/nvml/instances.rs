//! MIG instances: parts of a GPU that work as GPUs of their own.

use grapevine_collectors::gpu::{Gpu, Standing};
use grapevine_proto::catalogue::gpu as rows;
use nvml_wrapper::Device;
use nvml_wrapper::error::NvmlError;

use super::figure::figure;

/// The instances on the GPU `label`, in their order. What keeps the library from counting them leaves them out.
pub(super) fn of(label: &str, device: &Device<'_>) -> Vec<Gpu> {
    let Ok(places) = device.mig_device_count() else { return Vec::new() };
    let mut instances = Vec::new();
    for place in 0..places.min(INSTANCES_MAX) {
        match device.mig_device_by_index(place) {
            Ok(instance) => instances.push(read(format!("{label}/{place}"), &instance)),
            // Nobody is at this place.
            Err(NvmlError::NotFound) => {}
            Err(_) => instances.push(Gpu::new(format!("{label}/{place}"), Standing::Lost)),
        }
    }
    instances
}

fn read(label: String, instance: &Device<'_>) -> Gpu {
    let mut gpu = Gpu::new(label, Standing::Ok);
    gpu.put_text(&rows::NAME, figure(instance.name()));
    gpu.put_text(&rows::UUID, figure(instance.uuid()));
    let memory = figure(instance.memory_info());
    match memory {
        Ok(memory) => {
            gpu.put_count(&rows::MEMORY_TOTAL, Ok(memory.total));
            gpu.put_count(&rows::MEMORY_USED, Ok(memory.used));
            gpu.put_count(&rows::MEMORY_FREE, Ok(memory.free));
        }
        Err(absence) => {
            for row in [&rows::MEMORY_TOTAL, &rows::MEMORY_USED, &rows::MEMORY_FREE] {
                gpu.put(row, Err(absence));
            }
        }
    }
    gpu
}

/// More than any GPU is split into, which is seven at present.
const INSTANCES_MAX: u32 = 16;
