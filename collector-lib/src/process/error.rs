//! How running a program goes wrong.

use std::io;
use std::time::Duration;

/// Why a program gave no output.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No such program in the search path.
    #[error("{program} is not installed")]
    NotFound {
        /// The program's name.
        program: String,
    },
    /// The program may not be executed.
    #[error("no permission to run {program}")]
    Denied {
        /// The program's name.
        program: String,
    },
    /// The system could not start the program or lost track of it.
    #[error("the system failed to run {program}")]
    System {
        /// The program's name.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// The program did not end in time and was killed.
    #[error("{program} took longer than {deadline:?} and was ended")]
    TimedOut {
        /// The program's name.
        program: String,
        /// The longest that it may take.
        deadline: Duration,
    },
    /// The program wrote too much and was killed.
    #[error("{program} wrote more than {limit_bytes} bytes and was ended")]
    OutputTooLong {
        /// The program's name.
        program: String,
        /// The most that it may write.
        limit_bytes: usize,
    },
    /// The program was killed several times, and the kernel cannot end it, as while a driver hangs.
    #[error("{program} is not started again: {dying} that were killed are not dead yet")]
    StillDying {
        /// The program's name.
        program: String,
        /// How many were killed and live.
        dying: usize,
    },
    /// A program that was to stay has ended.
    #[error("{program} ended with {}", describe(*code))]
    Ended {
        /// The program's name.
        program: String,
        /// Its exit status, or none if a signal ended it.
        code: Option<i32>,
    },
    /// The program failed by its own account.
    #[error("{program} ended with {}: {complaint}", describe(*code))]
    Exit {
        /// The program's name.
        program: String,
        /// Its exit status, or none if a signal ended it.
        code: Option<i32>,
        /// The last line of its standard error.
        complaint: String,
    },
}

impl RunError {
    pub(super) fn from_start(program: &str, source: io::Error) -> Self {
        let program = program.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { program },
            io::ErrorKind::PermissionDenied => Self::Denied { program },
            _ => Self::System { program, source },
        }
    }
}

fn describe(code: Option<i32>) -> String {
    code.map_or_else(|| "a signal".to_owned(), |code| format!("status {code}"))
}
