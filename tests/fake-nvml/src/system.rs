//! Functions of the library and of the machine.

use std::ffi::{c_char, c_int, c_uint};

use nvml_wrapper_sys::bindings as c;

use crate::device::put_text;
use crate::machine::{error, machine, start};

#[unsafe(no_mangle)]
extern "C" fn nvmlInit_v2() -> c::nvmlReturn_t {
    let machine = start();
    machine.init.as_ref().map_or(c::nvmlReturn_enum_NVML_SUCCESS, |name| {
        error(name).unwrap_or(c::nvmlReturn_enum_NVML_ERROR_UNKNOWN)
    })
}

#[unsafe(no_mangle)]
extern "C" fn nvmlShutdown() -> c::nvmlReturn_t {
    c::nvmlReturn_enum_NVML_SUCCESS
}

/// # Safety
/// As the library's own: `version` has room for `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlSystemGetDriverVersion(version: *mut c_char, length: c_uint) -> c::nvmlReturn_t {
    // SAFETY: the caller gave the room.
    unsafe { put_text(version, length, &machine().driver) }
}

/// # Safety
/// As the library's own.
#[unsafe(no_mangle)]
unsafe extern "C" fn nvmlSystemGetCudaDriverVersion_v2(version: *mut c_int) -> c::nvmlReturn_t {
    // SAFETY: the caller gave the place.
    unsafe { version.write(machine().cuda) };
    c::nvmlReturn_enum_NVML_SUCCESS
}
