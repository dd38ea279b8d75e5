//! Errors that the driver reports.

use std::ffi::{c_uint, c_ulonglong};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use nvml_wrapper_sys::bindings as c;

use crate::device::{handle, with};
use crate::machine::read_again;

/// How many of the machine's errors were handed out.
static TOLD: AtomicUsize = AtomicUsize::new(0);

/// The addresses of the GPUs that are watched.
static WATCHED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// # Safety
/// As the library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlEventSetCreate(set: *mut c::nvmlEventSet_t) -> c::nvmlReturn_t {
    // SAFETY: the caller gave the place. There is one set, which nobody looks into.
    unsafe { set.write(std::ptr::without_provenance_mut(1)) };
    c::nvmlReturn_enum_NVML_SUCCESS
}

#[unsafe(no_mangle)]
extern "C" fn nvmlEventSetFree(_set: c::nvmlEventSet_t) -> c::nvmlReturn_t {
    if let Ok(mut watched) = WATCHED.lock() {
        watched.clear();
    }
    c::nvmlReturn_enum_NVML_SUCCESS
}

/// # Safety
/// As the library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlDeviceGetSupportedEventTypes(
    device: c::nvmlDevice_t,
    types: *mut c_ulonglong,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer("nvmlDeviceGetSupportedEventTypes"),
        |answer| {
            // SAFETY: the caller gave the place.
            unsafe { types.write(answer.as_u64().unwrap_or_default()) };
        },
    )
}

#[unsafe(no_mangle)]
extern "C" fn nvmlDeviceRegisterEvents(
    device: c::nvmlDevice_t,
    _types: c_ulonglong,
    _set: c::nvmlEventSet_t,
) -> c::nvmlReturn_t {
    with(
        device,
        |gpu| gpu.answer("nvmlDeviceGetSupportedEventTypes").map(|_| gpu.bus.clone()),
        |bus| {
            if let Ok(mut watched) = WATCHED.lock() {
                watched.push(bus);
            }
        },
    )
}

/// # Safety
/// As the library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlEventSetWait_v2(
    _set: c::nvmlEventSet_t,
    data: *mut c::nvmlEventData_t,
    timeout_ms: c_uint,
) -> c::nvmlReturn_t {
    let machine = read_again();
    let told = TOLD.load(Ordering::Relaxed);
    let is_watched = |bus: &String| WATCHED.lock().is_ok_and(|watched| watched.contains(bus));
    let Some(event) = machine.xids.get(told).filter(|event| is_watched(&event.bus)) else {
        std::thread::sleep(Duration::from_millis(timeout_ms.into()));
        return c::nvmlReturn_enum_NVML_ERROR_TIMEOUT;
    };
    TOLD.store(told + 1, Ordering::Relaxed);
    let at = machine.gpus.iter().position(|gpu| gpu.bus == event.bus).unwrap_or_default();
    let event = c::nvmlEventData_t {
        device: handle(at),
        eventType: c::nvmlEventTypeXidCriticalError.into(),
        eventData: event.xid,
        gpuInstanceId: u32::MAX,
        computeInstanceId: u32::MAX,
    };
    // SAFETY: the caller gave the place.
    unsafe { data.write(event) };
    c::nvmlReturn_enum_NVML_SUCCESS
}
