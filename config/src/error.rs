//! What is wrong with a configuration.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// The operator's configuration cannot be used: the operator's fault.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read configuration {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of the file is wrong.
    #[error("{}:{line}: {message}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// Its line, counted from 1.
        line: usize,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A variable of the environment is wrong.
    #[error("environment variable {name}: {message}")]
    InEnvironment {
        /// The variable.
        name: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// The values do not fit together.
    #[error("configuration: {0}")]
    Invalid(String),
    /// A secret cannot be used.
    #[error("{source_of}: {reason}")]
    Secret {
        /// The file or the variable that has it.
        source_of: String,
        /// What is wrong with it.
        reason: String,
    },
}
