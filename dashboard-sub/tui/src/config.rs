//! What the user can say about the dashboard. Unknown keys are errors.

use std::path::PathBuf;

use grapevine_config::list;
use grapevine_sub::{Endpoint, Filter, Thresholds};
use serde::Deserialize;

use crate::state::{Column, Grouping};
use crate::theme::Palette;

/// All that a user can say about the dashboard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// How it looks.
    pub top: Top,
    /// What hosts are judged by.
    pub thresholds: Thresholds,
}

/// Table `top`: where the dashboard attaches and how it looks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Top {
    /// Agents to attach to, in order of preference.
    #[serde(deserialize_with = "list")]
    pub attach: Vec<Agent>,
    /// Key file for agents that have keys.
    pub key: Option<PathBuf>,
    /// Colours; by the terminal where nothing is said.
    pub theme: Option<Palette>,
    /// Whether to draw with ASCII only.
    pub ascii: bool,
    /// Whether to take part in what the mouse does; the terminal's own selection is off then.
    pub mouse: bool,
    /// The least time between two pictures that nobody asked for, in milliseconds; 0 for as soon as possible.
    pub interval_ms: u32,
    /// Columns of the fleet's table, from the left.
    #[serde(deserialize_with = "list")]
    pub columns: Vec<Column>,
    /// The column that hosts are sorted by.
    pub sort: Column,
    /// Whether the order is the other way round.
    pub reverse: bool,
    /// How hosts are grouped.
    pub group: Grouping,
    /// The filter to start with.
    pub filter: String,
}

impl Default for Top {
    fn default() -> Self {
        Self {
            attach: Vec::new(),
            key: None,
            theme: None,
            ascii: false,
            mouse: false,
            interval_ms: 0,
            columns: Column::DEFAULT.to_vec(),
            sort: Column::Status,
            reverse: false,
            group: Grouping::None,
            filter: String::new(),
        }
    }
}

/// Where an agent is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Agent(pub Endpoint);

impl TryFrom<String> for Agent {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error: <Endpoint as std::str::FromStr>::Err| error.to_string())
    }
}

impl Top {
    /// What the types cannot say.
    ///
    /// # Errors
    /// What is wrong, with its key.
    pub fn check(&self) -> Result<(), String> {
        let Self { columns, interval_ms, .. } = self;
        if *interval_ms > INTERVAL_MS_MAX {
            return Err(format!("top.interval_ms = {interval_ms}: use 0 to {INTERVAL_MS_MAX}"));
        }
        if let Err(error) = Filter::parse(&self.filter) {
            return Err(format!("top.filter: {error}"));
        }
        if self.sort.info().sort.is_none() {
            return Err(format!("top.sort: hosts cannot be sorted by {}", self.sort));
        }
        for (at, column) in columns.iter().enumerate() {
            if columns.iter().take(at).any(|earlier| earlier == column) {
                return Err(format!("top.columns: {column} is there twice"));
            }
        }
        Ok(())
    }
}

/// A picture a minute is a picture of the past.
const INTERVAL_MS_MAX: u32 = 60_000;
