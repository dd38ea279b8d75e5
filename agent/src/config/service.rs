//! Table `service_metrics`: which services of systemd are told of.

use grapevine_collectors::service;
use serde::Deserialize;

use super::source;

/// Table `service_metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServiceSettings {
    pub(super) enabled: Option<bool>,
    pub(super) interval_ms: Option<u32>,
    /// The only services and timers that are told of; all if empty.
    #[serde(deserialize_with = "source::list")]
    include: Vec<Pattern>,
    /// Services and timers that are not told of.
    #[serde(deserialize_with = "source::list")]
    exclude: Vec<Pattern>,
}

impl ServiceSettings {
    /// Which services are told of.
    pub(super) fn settings(&self) -> service::Settings {
        let patterns = |list: &[Pattern]| list.iter().map(|Pattern(pattern)| pattern.clone()).collect();
        service::Settings { include: patterns(&self.include), exclude: patterns(&self.exclude) }
    }
}

/// Checked where it is read so that the error has its line.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Pattern(service::Pattern);

impl TryFrom<String> for Pattern {
    type Error = service::BadPattern;

    fn try_from(text: String) -> Result<Self, service::BadPattern> {
        text.parse().map(Self)
    }
}

pub(super) const TABLE: &str = "service_metrics";
