//! Table `smart_metrics`: how drives are read.

use std::path::PathBuf;

use grapevine_collectors::smart;
use serde::Deserialize;

/// Table `smart_metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SmartSettings {
    pub(super) enabled: Option<bool>,
    pub(super) interval_ms: Option<u32>,
    /// Where drives are read from.
    source: Option<Source>,
    /// The program smartctl.
    smartctl: Option<String>,
    /// Where files with smartctl's JSON are.
    directory: Option<PathBuf>,
    /// A file older than this is stale, in milliseconds.
    max_age_ms: Option<u32>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Source {
    Auto,
    Smartctl,
    Files,
}

impl SmartSettings {
    /// How drives are read.
    pub(super) fn settings(&self) -> smart::Settings {
        let default = smart::Settings::default();
        smart::Settings {
            source: match self.source {
                None | Some(Source::Auto) => smart::Source::Auto,
                Some(Source::Smartctl) => smart::Source::Smartctl,
                Some(Source::Files) => smart::Source::Files,
            },
            smartctl: self.smartctl.clone().unwrap_or(default.smartctl),
            directory: self.directory.clone().unwrap_or(default.directory),
            max_age_ms: self.max_age_ms.map_or(default.max_age_ms, u64::from),
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if let Some(directory) = self.directory.as_ref().filter(|directory| !directory.is_absolute()) {
            return Err(format!("collectors.{TABLE}.directory = {directory:?}: use an absolute path"));
        }
        if self.smartctl.as_deref() == Some("") {
            return Err(format!("collectors.{TABLE}.smartctl is empty: name the program, or its path"));
        }
        match self.max_age_ms {
            Some(max_age_ms) if max_age_ms < INTERVAL_MS_MIN => {
                Err(format!("collectors.{TABLE}.max_age_ms = {max_age_ms}: use {INTERVAL_MS_MIN} or more"))
            }
            _ => Ok(()),
        }
    }
}

/// The name of the table.
pub(super) const TABLE: &str = "smart_metrics";

/// Drives are read at most so often: some of them take seconds.
pub(super) const INTERVAL_MS_MIN: u32 = 5000;
