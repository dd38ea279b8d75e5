//! `dashboard.toml`: what the user can say about all dashboards. Unknown keys are errors.

mod serve;
#[cfg(test)]
mod tests;

use std::path::Path;

use grapevine_config::{ConfigError, Sources};
use grapevine_sub::Thresholds;
use grapevine_tui::Top;
use serde::Deserialize;

pub(crate) use self::serve::{ADMIN_TOKEN_VARIABLE, Listen, Serve, TOKEN_VARIABLE};

const SOURCES: Sources = Sources {
    file_name: "dashboard.toml",
    sections: &[("GRAPEVINE_TOP_", "top"), ("GRAPEVINE_SERVE_", "serve")],
    others: &[TOKEN_VARIABLE, ADMIN_TOKEN_VARIABLE],
};

/// The configuration as all sources together give it.
///
/// # Errors
/// A [`ConfigError`] that names the source, the line and the remedy.
pub(crate) fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    SOURCES.load(file).and_then(checked)
}

fn checked(config: Config) -> Result<Config, ConfigError> {
    config.check().map_err(ConfigError::Invalid)?;
    Ok(config)
}

/// All that a user can say.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Table `top`: where the dashboard on a terminal attaches, and how it looks.
    pub(crate) top: Top,
    /// Table `serve`: the dashboard for browsers.
    pub(crate) serve: Serve,
    /// Table `thresholds`: what hosts are judged by.
    pub(crate) thresholds: Thresholds,
}

impl Config {
    /// What the dashboard on a terminal has to know.
    pub(crate) fn into_top(self) -> grapevine_tui::Config {
        grapevine_tui::Config { top: self.top, thresholds: self.thresholds }
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), String> {
        self.top.check()?;
        self.serve.check()
    }
}
