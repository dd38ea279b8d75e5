//! `dashboard.toml`: what the user can say about all dashboards. Unknown keys are errors.

mod serve;
mod source;

use grapevine_sub::Thresholds;
use grapevine_tui::Top;
use serde::Deserialize;

pub(crate) use self::serve::{ADMIN_TOKEN_VARIABLE, Listen, Serve, TOKEN_VARIABLE};
pub(crate) use self::source::{ConfigError, load};

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
