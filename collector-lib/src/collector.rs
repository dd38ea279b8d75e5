//! What a collector is, and how one fails.

use std::io;
use std::path::{Path, PathBuf};

use grapevine_proto::Absence;

use crate::bus::BusError;
use crate::process::RunError;
use crate::sample::Sample;

/// A synchronous reader of one part of a machine.
///
/// It keeps what it needs between passes (open files, earlier counters) and knows nothing of agents, networks,
/// threads or clocks. Use [`Sample::pass`] to run it.
pub trait Collector: Send {
    /// Puts all readings of this pass into `sample`, in the same order every time.
    ///
    /// A reading that cannot be had is told as absent, not left out: what is left out vanishes from the host.
    /// A rate takes two passes, so that a device shows from the second pass on that finds it.
    ///
    /// # Errors
    /// Only what makes the rest of the pass impossible; the readings told before stand.
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError>;
}

/// Why a pass, or a part of it, went wrong.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The system did not let a file be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is longer than any kernel makes it.
    #[error("{} is longer than {limit_bytes} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The most that is read.
        limit_bytes: usize,
    },
    /// The file does not have the form that the kernel's documentation gives.
    #[error("{}: expected {expected}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What should have been there.
        expected: &'static str,
    },
    /// The bus that a collector asks could not be asked.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// A program that reads for the collector could not be run or asked.
    #[error(transparent)]
    Program(#[from] RunError),
    /// A program that reads for the collector takes more memory than it ever should, and was ended.
    #[error("the program that reads for it grew to {resident_bytes} bytes and was ended")]
    Grown {
        /// What it took.
        resident_bytes: u64,
    },
    /// A program that reads for the collector runs, and finds nothing to read from.
    #[error("{reason}")]
    NoSource {
        /// What it said.
        reason: String,
    },
    /// Some of what there is to read cannot be read; its readings say so.
    #[error("{reason}")]
    Unread {
        /// What, and why.
        reason: String,
    },
    /// A program that reads for the collector ended, and is started again in a while.
    #[error("{reason}; it is started again in {wait_ms} ms")]
    Rests {
        /// Why it ended.
        reason: String,
        /// How long it takes until then.
        wait_ms: u64,
    },
}

impl CollectError {
    pub(crate) fn malformed(path: &Path, expected: &'static str) -> Self {
        Self::Malformed { path: path.to_owned(), expected }
    }

    /// Whether what was to be read is not there, or was taken away while it was read.
    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Self::Read { source, .. } if absence_of(source) == Absence::Unsupported)
    }

    /// What this failure means for a reading: a file that does not exist is a thing that this machine lacks.
    pub fn absence(&self) -> Absence {
        match self {
            Self::Read { source, .. } => absence_of(source),
            Self::Bus(error) => error.absence(),
            Self::TooLong { .. }
            | Self::Malformed { .. }
            | Self::Program(_)
            | Self::Grown { .. }
            | Self::NoSource { .. }
            | Self::Unread { .. }
            | Self::Rests { .. } => Absence::Failed,
        }
    }
}

/// What an error of the system means for a reading.
///
/// ENODEV and EOPNOTSUPP are how drivers and a kernel booted with `psi=0` say that there is no such reading.
pub(crate) fn absence_of(error: &io::Error) -> Absence {
    use rustix::io::Errno;
    match Errno::from_io_error(error) {
        Some(Errno::NOENT | Errno::NOTDIR | Errno::NODEV | Errno::OPNOTSUPP) => Absence::Unsupported,
        Some(Errno::ACCESS | Errno::PERM) => Absence::Denied,
        _ => Absence::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_is_not_a_failure() {
        for (errno, absence) in [
            (rustix::io::Errno::NOENT, Absence::Unsupported),
            (rustix::io::Errno::OPNOTSUPP, Absence::Unsupported),
            (rustix::io::Errno::ACCESS, Absence::Denied),
            (rustix::io::Errno::IO, Absence::Failed),
        ] {
            let error = CollectError::Read { path: "x".into(), source: errno.into() };
            assert_eq!(error.absence(), absence, "{errno}");
        }
    }

    #[test]
    fn an_error_does_not_repeat_its_source() {
        let source = io::Error::other("the reason");
        let error = CollectError::Read { path: "/proc/stat".into(), source };
        assert_eq!(error.to_string(), "cannot read /proc/stat");
    }
}
