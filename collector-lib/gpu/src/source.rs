//! What a source of GPU readings is, and how one fails.

use grapevine_collectors::gpu::{Gpu, Roster};
use grapevine_collectors::process::RunError;

/// A way to read NVIDIA GPUs.
///
/// Sources that know a figure give the same one: in the unit of its row, and absent for the same reason. What a source
/// cannot know is unsupported.
pub trait Source {
    /// Reads the GPUs of `roster` that are awake; a GPU that the roster does not have is labelled with its bus address.
    /// A GPU that answers no more is [`Lost`](grapevine_collectors::gpu::Standing::Lost), and the others go on; one that
    /// the source does not know is left out.
    ///
    /// # Errors
    /// Only what makes it impossible to read any GPU.
    fn read(&mut self, roster: &Roster) -> Result<Vec<Gpu>, SourceError>;
}

/// Why a source reads no GPU.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The driver's library is not installed, or not where it was looked for.
    #[error("{library} cannot be loaded: {reason}")]
    LibraryMissing {
        /// The library's name or path.
        library: String,
        /// What the loader said.
        reason: String,
    },
    /// The library and the kernel's driver are of different versions, as after an update without a restart.
    #[error(
        "the driver's library and its kernel module are of different versions: restart the machine, or reload the module"
    )]
    VersionMismatch,
    /// The kernel's driver is not loaded.
    #[error("the driver's kernel module is not loaded")]
    DriverNotLoaded,
    /// The driver's devices may not be opened.
    #[error("no permission to use the driver")]
    Denied,
    /// The driver failed for another reason.
    #[error("the driver failed: {reason}")]
    Driver {
        /// What it said.
        reason: String,
    },
    /// A program would look at all GPUs, and so wake one that sleeps.
    #[error("{program} would wake GPU {gpu}, which sleeps")]
    WouldWake {
        /// The program's name.
        program: &'static str,
        /// The label of the GPU.
        gpu: String,
    },
    /// A program could not be run.
    #[error(transparent)]
    Program(#[from] RunError),
    /// The output of a program does not have the form that is expected.
    #[error("the output of {program} cannot be read: {reason}")]
    Output {
        /// The program's name.
        program: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}
