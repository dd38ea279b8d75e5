//! Table `container_metrics`: how containers are read.

use std::path::PathBuf;

use grapevine_collectors::container::{self, SOCKETS_MAX};
use serde::Deserialize;

/// Table `container_metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ContainerSettings {
    pub(super) enabled: Option<bool>,
    pub(super) interval_ms: Option<u32>,
    /// Sockets of runtimes that are asked for names.
    sockets: Vec<PathBuf>,
}

impl ContainerSettings {
    /// How containers are read.
    pub(super) fn settings(&self) -> container::Settings {
        container::Settings { sockets: self.sockets.clone() }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self.sockets.iter().find(|socket| !socket.is_absolute()) {
            Some(socket) => Err(format!("collectors.{TABLE}.sockets: {} is no whole path", socket.display())),
            None if self.sockets.len() > SOCKETS_MAX => {
                Err(format!("collectors.{TABLE}.sockets: at most {SOCKETS_MAX}"))
            }
            None => Ok(()),
        }
    }
}

pub(super) const TABLE: &str = "container_metrics";
