//! How the driver's library is found and started.

use std::ffi::OsStr;

use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;

use crate::source::SourceError;

/// Starts `library`, or else the first one that can be loaded of where distributions have it.
pub(super) fn start(library: Option<&OsStr>) -> Result<Nvml, SourceError> {
    if let Some(library) = library {
        return start_one(library);
    }
    let mut missing = None;
    for library in PLACES {
        match start_one(OsStr::new(library)) {
            Err(error @ SourceError::LibraryMissing { .. }) => missing = missing.or(Some(error)),
            other => return other,
        }
    }
    Err(missing.unwrap_or(SourceError::DriverNotLoaded))
}

fn start_one(library: &OsStr) -> Result<Nvml, SourceError> {
    Nvml::builder().lib_path(library).init().map_err(|error| match error {
        NvmlError::LibloadingError(error) => SourceError::LibraryMissing {
            library: library.to_string_lossy().into_owned(),
            reason: error.to_string(),
        },
        NvmlError::LibRmVersionMismatch => SourceError::VersionMismatch,
        NvmlError::DriverNotLoaded => SourceError::DriverNotLoaded,
        NvmlError::NoPermission => SourceError::Denied,
        error => SourceError::Driver { reason: error.to_string() },
    })
}

/// By the loader's path, on NixOS, and under WSL.
const PLACES: [&str; 4] = [
    "libnvidia-ml.so.1",
    "libnvidia-ml.so",
    "/run/opengl-driver/lib/libnvidia-ml.so.1",
    "/usr/lib/wsl/lib/libnvidia-ml.so.1",
];
