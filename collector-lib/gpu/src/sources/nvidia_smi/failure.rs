//! Why `nvidia-smi` tells of no GPU.

use grapevine_collectors::process::Finished;

use super::PROGRAM;
use crate::source::SourceError;

/// How a run without any output to read ended.
pub(super) enum Failure {
    /// One GPU is the reason: asked for one by one, the others may answer.
    OfOneGpu,
    /// All of them are.
    OfAll(SourceError),
}

/// What the message says, and for messages that are not known, the exit status (nvidia-smi(1), RETURN VALUE).
pub(super) fn failure(finished: &Finished) -> Failure {
    let stdout = String::from_utf8_lossy(&finished.stdout);
    let message = stdout.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(&finished.complaint);
    let says = |part: &str| message.to_ascii_lowercase().contains(part);
    if says("device handle for gpu") || says("gpu is lost") || finished.code == Some(15) {
        return Failure::OfOneGpu;
    }
    Failure::OfAll(if says("version mismatch") {
        SourceError::VersionMismatch
    } else if says("couldn't communicate with the nvidia driver") || says("driver not loaded") {
        SourceError::DriverNotLoaded
    } else if says("insufficient permissions") {
        SourceError::Denied
    } else if says("couldn't find libnvidia-ml") || finished.code == Some(12) {
        SourceError::LibraryMissing { library: "libnvidia-ml.so".to_owned(), reason: shortened(message) }
    } else {
        match finished.code {
            Some(4) => SourceError::Denied,
            Some(9) => SourceError::DriverNotLoaded,
            Some(18) => SourceError::VersionMismatch,
            Some(0) => SourceError::Output { program: PROGRAM, reason: "there is no log in it".to_owned() },
            _ => SourceError::Driver { reason: shortened(message) },
        }
    })
}

fn shortened(message: &str) -> String {
    message.chars().take(MESSAGE_CHARS_MAX).collect()
}

const MESSAGE_CHARS_MAX: usize = 200;
