//! What an operator can say about the reading of containers.

use std::path::PathBuf;

/// How containers are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Sockets of runtimes that are asked for names, such as `/run/docker.sock`; none of them unless given.
    pub sockets: Vec<PathBuf>,
}

/// Most sockets that are asked.
pub const SOCKETS_MAX: usize = 4;
