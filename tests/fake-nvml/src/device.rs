//! Functions of a GPU.
//!
//! # Safety
//! That of all functions here is the library's own: places to write to are there, and lists have the room that is said.

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulonglong};

use nvml_wrapper_sys::bindings as c;
use serde_json::Value;

use crate::machine::{Answer, Gpu, Machine, machine, read_again, was_found};

const OK: c::nvmlReturn_t = c::nvmlReturn_enum_NVML_SUCCESS;

/// A GPU's handle is its place and one; an instance's has the place of the GPU in the lower bits.
pub(crate) fn handle(at: usize) -> c::nvmlDevice_t {
    std::ptr::without_provenance_mut(at + 1)
}

fn gpu(machine: &Machine, handle: c::nvmlDevice_t) -> Answer<&Gpu> {
    let (at, instance) = (handle.addr() % INSTANCE, handle.addr() / INSTANCE);
    let gpu = at.checked_sub(1).and_then(|at| machine.gpus.get(at));
    let gpu = gpu.ok_or(c::nvmlReturn_enum_NVML_ERROR_INVALID_ARGUMENT)?;
    match instance.checked_sub(1) {
        None => Ok(gpu),
        Some(instance) => gpu.instances.get(instance).ok_or(c::nvmlReturn_enum_NVML_ERROR_INVALID_ARGUMENT),
    }
}

const INSTANCE: usize = 1 << 16;

/// Lets the GPU `ask`ed answer, and writes the answer.
pub(crate) fn with<T>(
    device: c::nvmlDevice_t,
    ask: impl FnOnce(&Gpu) -> Answer<T>,
    write: impl FnOnce(T),
) -> c::nvmlReturn_t {
    match gpu(&machine(), device).and_then(ask) {
        Ok(answer) => {
            write(answer);
            OK
        }
        Err(error) => error,
    }
}

/// Writes a text with a zero byte at its end.
///
/// # Safety
/// `to` has room for `length` bytes.
pub(crate) unsafe fn put_text(to: *mut c_char, length: c_uint, text: &str) -> c::nvmlReturn_t {
    if text.len() >= length as usize {
        return c::nvmlReturn_enum_NVML_ERROR_INSUFFICIENT_SIZE;
    }
    // SAFETY: that much room was promised.
    unsafe {
        std::ptr::copy_nonoverlapping(text.as_ptr().cast(), to, text.len());
        to.add(text.len()).write(0);
    }
    OK
}

#[expect(clippy::cast_possible_truncation, reason = "a test's own numbers")]
fn number(answer: &Value) -> u32 {
    answer.as_u64().unwrap_or_default() as u32
}

/// Functions `name(device, *mut integer)`.
macro_rules! figures {
    ($($name:ident: $integer:ty,)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(device: c::nvmlDevice_t, to: *mut $integer) -> c::nvmlReturn_t {
            with(device, |gpu| gpu.answer(stringify!($name)), |answer| {
                // SAFETY: see the module.
                unsafe { to.write(answer.as_u64().unwrap_or_default() as $integer) };
            })
        }
    )*};
}

figures! {
    nvmlDeviceGetArchitecture: c_uint,
    nvmlDeviceGetPowerUsage: c_uint,
    nvmlDeviceGetEnforcedPowerLimit: c_uint,
    nvmlDeviceGetTotalEnergyConsumption: c_ulonglong,
    nvmlDeviceGetNumFans: c_uint,
    nvmlDeviceGetPerformanceState: c_uint,
    nvmlDeviceGetCurrentClocksThrottleReasons: c_ulonglong,
    nvmlDeviceGetCurrPcieLinkGeneration: c_uint,
    nvmlDeviceGetCurrPcieLinkWidth: c_uint,
    nvmlDeviceGetMaxPcieLinkGeneration: c_uint,
    nvmlDeviceGetMaxPcieLinkWidth: c_uint,
    nvmlDeviceGetRetiredPagesPendingStatus: c_uint,
}

/// Functions `name(device, argument, *mut integer)`.
macro_rules! figures_of {
    ($($name:ident: $integer:ty,)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(device: c::nvmlDevice_t, of: c_uint, to: *mut $integer) -> c::nvmlReturn_t {
            with(device, |gpu| gpu.answer_of(stringify!($name), of), |answer| {
                // SAFETY: see the module.
                unsafe { to.write(answer.as_u64().unwrap_or_default() as $integer) };
            })
        }
    )*};
}

figures_of! {
    nvmlDeviceGetTemperature: c_uint,
    nvmlDeviceGetTemperatureThreshold: c_uint,
    nvmlDeviceGetFanSpeed_v2: c_uint,
    nvmlDeviceGetClockInfo: c_uint,
    nvmlDeviceGetPcieThroughput: c_uint,
    nvmlDeviceGetNvLinkState: c_uint,
}

/// Functions `name(device, *mut text, room)`.
macro_rules! texts {
    ($($name:ident,)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(device: c::nvmlDevice_t, to: *mut c_char, room: c_uint) -> c::nvmlReturn_t {
            with(device, |gpu| gpu.answer(stringify!($name)), |answer| {
                // SAFETY: see the module.
                unsafe { put_text(to, room, answer.as_str().unwrap_or_default()) };
            })
        }
    )*};
}

texts! {
    nvmlDeviceGetName,
    nvmlDeviceGetUUID,
}

/// Functions `name(device, *mut first, *mut second)`, answered by a list of two.
macro_rules! pairs {
    ($($name:ident,)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(device: c::nvmlDevice_t, first: *mut c_uint, second: *mut c_uint) -> c::nvmlReturn_t {
            with(device, |gpu| gpu.answer(stringify!($name)), |answer| {
                // SAFETY: see the module.
                unsafe {
                    first.write(number(&answer[0]));
                    second.write(number(&answer[1]));
                }
            })
        }
    )*};
}

pairs! {
    nvmlDeviceGetEncoderUtilization,
    nvmlDeviceGetDecoderUtilization,
    nvmlDeviceGetEccMode,
    nvmlDeviceGetMigMode,
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetHandleByPciBusId_v2(
    bus: *const c_char,
    device: *mut c::nvmlDevice_t,
) -> c::nvmlReturn_t {
    // SAFETY: see the module.
    let bus = unsafe { CStr::from_ptr(bus) }.to_string_lossy();
    let machine = read_again();
    let Some(at) = machine.gpus.iter().position(|gpu| gpu.bus == bus && was_found(&bus)) else {
        return c::nvmlReturn_enum_NVML_ERROR_NOT_FOUND;
    };
    // SAFETY: see the module.
    unsafe { device.write(handle(at)) };
    OK
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetPciInfo_v3(
    device: c::nvmlDevice_t,
    pci: *mut c::nvmlPciInfo_t,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| Ok(gpu.bus.clone()),
        |bus| {
            // SAFETY: a C structure of numbers may be all zeros; for the place see the module.
            unsafe {
                let mut info: c::nvmlPciInfo_t = std::mem::zeroed();
                put_text(info.busId.as_mut_ptr(), 32, &bus);
                pci.write(info);
            }
        },
    )
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetUtilizationRates(
    device: c::nvmlDevice_t,
    to: *mut c::nvmlUtilization_t,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer("nvmlDeviceGetUtilizationRates"),
        |answer| {
            let rates = c::nvmlUtilization_t { gpu: number(&answer[0]), memory: number(&answer[1]) };
            // SAFETY: see the module.
            unsafe { to.write(rates) };
        },
    )
}

/// Answered by a list of total, reserved, free and used, in MiB.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetMemoryInfo_v2(
    device: c::nvmlDevice_t,
    to: *mut c::nvmlMemory_v2_t,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer("nvmlDeviceGetMemoryInfo_v2"),
        |answer| {
            let bytes = |at: usize| answer[at].as_u64().unwrap_or_default() << 20;
            // SAFETY: see the module.
            unsafe {
                (*to).total = bytes(0);
                (*to).reserved = bytes(1);
                (*to).free = bytes(2);
                (*to).used = bytes(3);
            }
        },
    )
}

/// Answered by the field's number.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetFieldValues(
    device: c::nvmlDevice_t,
    count: c_int,
    values: *mut c::nvmlFieldValue_t,
) -> c::nvmlReturn_t {
    let count = usize::try_from(count).unwrap_or_default();
    // SAFETY: see the module.
    let values = unsafe { std::slice::from_raw_parts_mut(values, count) };
    for value in values {
        let field = value.fieldId;
        value.nvmlReturn = with(
            device,
            |gpu| gpu.answer_of("nvmlDeviceGetFieldValues", field),
            |answer| {
                value.valueType = c::nvmlValueType_enum_NVML_VALUE_TYPE_UNSIGNED_LONG_LONG;
                value.value.ullVal = answer.as_u64().unwrap_or_default();
            },
        );
    }
    OK
}

/// Answered by the kinds of error: those since the start, then those ever, each corrected first.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetTotalEccErrors(
    device: c::nvmlDevice_t,
    error: c_uint,
    counter: c_uint,
    to: *mut c_ulonglong,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer_of("nvmlDeviceGetTotalEccErrors", counter * 2 + error),
        |answer| {
            // SAFETY: see the module.
            unsafe { to.write(answer.as_u64().unwrap_or_default()) };
        },
    )
}

/// Answered by how many pages there are of a cause.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetRetiredPages(
    device: c::nvmlDevice_t,
    cause: c_uint,
    count: *mut c_uint,
    _addresses: *mut c_ulonglong,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer_of("nvmlDeviceGetRetiredPages_v2", cause),
        |answer| {
            // SAFETY: see the module.
            unsafe { count.write(number(&answer)) };
        },
    )
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetRetiredPages_v2(
    device: c::nvmlDevice_t,
    cause: c_uint,
    count: *mut c_uint,
    addresses: *mut c_ulonglong,
    times: *mut c_ulonglong,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer_of("nvmlDeviceGetRetiredPages_v2", cause),
        |answer| {
            // SAFETY: see the module.
            unsafe {
                let room = count.read().min(number(&answer));
                addresses.write_bytes(0, room as usize);
                times.write_bytes(0, room as usize);
                count.write(room);
            }
        },
    )
}

/// Answered in nanoseconds.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetViolationStatus(
    device: c::nvmlDevice_t,
    policy: c_uint,
    to: *mut c::nvmlViolationTime_t,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer_of("nvmlDeviceGetViolationStatus", policy),
        |answer| {
            let time = c::nvmlViolationTime_t {
                referenceTime: 0,
                violationTime: answer.as_u64().unwrap_or_default(),
            };
            // SAFETY: see the module.
            unsafe { to.write(time) };
        },
    )
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetNvLinkErrorCounter(
    device: c::nvmlDevice_t,
    _link: c_uint,
    counter: c_uint,
    to: *mut c_ulonglong,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer_of("nvmlDeviceGetNvLinkErrorCounter", counter),
        |answer| {
            // SAFETY: see the module.
            unsafe { to.write(answer.as_u64().unwrap_or_default()) };
        },
    )
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetMaxMigDeviceCount(
    device: c::nvmlDevice_t,
    to: *mut c_uint,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer("nvmlDeviceGetMigMode"),
        |_| {
            // SAFETY: see the module.
            unsafe { to.write(7) };
        },
    )
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetMigDeviceHandleByIndex(
    device: c::nvmlDevice_t,
    at: c_uint,
    to: *mut c::nvmlDevice_t,
) -> c::nvmlReturn_t {
    let at = at as usize;
    let is_there = |gpu: &Gpu| match gpu.instances.get(at) {
        Some(_) => Ok(()),
        None => Err(c::nvmlReturn_enum_NVML_ERROR_NOT_FOUND),
    };
    with(device, is_there, |()| {
        // SAFETY: see the module.
        unsafe { to.write(std::ptr::without_provenance_mut((at + 1) * INSTANCE + device.addr())) };
    })
}

/// The two lists of processes, which the library gives in the same way.
macro_rules! lists_of_processes {
    ($($name:ident: $list:ident,)*) => {$(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name(
            device: c::nvmlDevice_t,
            count: *mut c_uint,
            to: *mut c::nvmlProcessInfo_t,
        ) -> c::nvmlReturn_t {
            let machine = machine();
            let processes = match gpu(&machine, device) {
                Ok(gpu) if gpu.lost => return c::nvmlReturn_enum_NVML_ERROR_GPU_IS_LOST,
                Ok(gpu) => &gpu.$list,
                Err(error) => return error,
            };
            // SAFETY: see the module.
            unsafe { put_processes(processes, count, to) }
        }
    )*};
}

lists_of_processes! {
    nvmlDeviceGetComputeRunningProcesses_v3: compute,
    nvmlDeviceGetGraphicsRunningProcesses_v3: graphics,
}

unsafe fn put_processes(
    processes: &[(u32, u64, u32)],
    count: *mut c_uint,
    to: *mut c::nvmlProcessInfo_t,
) -> c::nvmlReturn_t {
    // SAFETY: see the module.
    let room = unsafe { count.read() } as usize;
    // SAFETY: see the module.
    unsafe { count.write(u32::try_from(processes.len()).unwrap_or(u32::MAX)) };
    if to.is_null() && !processes.is_empty() || room < processes.len() {
        return c::nvmlReturn_enum_NVML_ERROR_INSUFFICIENT_SIZE;
    }
    for (at, (pid, bytes, _)) in processes.iter().enumerate() {
        let info = c::nvmlProcessInfo_t {
            pid: *pid,
            usedGpuMemory: *bytes,
            gpuInstanceId: u32::MAX,
            computeInstanceId: u32::MAX,
        };
        // SAFETY: there is room for that many.
        unsafe { to.add(at).write(info) };
    }
    OK
}

#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetProcessUtilization(
    device: c::nvmlDevice_t,
    to: *mut c::nvmlProcessUtilizationSample_t,
    count: *mut c_uint,
    seen_us: c_ulonglong,
) -> c::nvmlReturn_t {
    let machine = machine();
    let gpu = match gpu(&machine, device) {
        Ok(gpu) if gpu.lost => return c::nvmlReturn_enum_NVML_ERROR_GPU_IS_LOST,
        Ok(gpu) => gpu,
        Err(error) => return error,
    };
    if gpu.answer("nvmlDeviceGetMigMode").is_ok_and(|mode| mode[0] == 1) {
        return c::nvmlReturn_enum_NVML_ERROR_NOT_SUPPORTED;
    }
    let busy: Vec<_> =
        gpu.compute.iter().chain(&gpu.graphics).filter(|(_, _, percent)| *percent > 0).collect();
    if busy.is_empty() {
        return c::nvmlReturn_enum_NVML_ERROR_NOT_FOUND;
    }
    // SAFETY: see the module.
    let room = unsafe { count.replace(u32::try_from(busy.len()).unwrap_or(u32::MAX)) } as usize;
    if to.is_null() || room < busy.len() {
        return c::nvmlReturn_enum_NVML_ERROR_INSUFFICIENT_SIZE;
    }
    for (at, (pid, _, percent)) in busy.into_iter().enumerate() {
        let sample = c::nvmlProcessUtilizationSample_t {
            pid: *pid,
            timeStamp: seen_us + 1000,
            smUtil: *percent,
            memUtil: 0,
            encUtil: 0,
            decUtil: 0,
        };
        // SAFETY: there is room for that many.
        unsafe { to.add(at).write(sample) };
    }
    OK
}
