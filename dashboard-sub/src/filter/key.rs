//! What a term is about.

use std::fmt;

use grapevine_proto::{Kind, Metric, Unit, catalogue};

use crate::status::Panel;
use crate::summary::Measure;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Key {
    Host,
    Group,
    Role,
    Freshness,
    Status,
    StatusOf(Panel),
    Backup,
    Finding,
    Measure(Measure),
    Metric(&'static Metric),
}

/// What a key's values are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Sort {
    Text,
    Status,
    Number(Unit),
}

impl Key {
    /// Those that are neither a figure nor the status of a panel.
    pub(super) const NAMES: &'static [&'static str] =
        &["host", "group", "role", "status", "freshness", "backup", "finding"];

    pub(super) fn named(name: &str) -> Option<Self> {
        let plain = match name {
            "host" => Some(Self::Host),
            "group" => Some(Self::Group),
            "role" => Some(Self::Role),
            "freshness" => Some(Self::Freshness),
            "status" => Some(Self::Status),
            "backup" => Some(Self::Backup),
            "finding" => Some(Self::Finding),
            _ => None,
        };
        let panel =
            name.strip_suffix(".status").map(|name| Panel::ALL.iter().find(|panel| panel.as_str() == name));
        plain
            .or_else(|| panel.flatten().copied().map(Self::StatusOf))
            .or_else(|| {
                Measure::ALL.iter().find(|measure| measure.as_str() == name).copied().map(Self::Measure)
            })
            .or_else(|| catalogue::rows().find(|metric| metric.name == name).map(Self::Metric))
    }

    pub(super) fn sort(self) -> Sort {
        match self {
            Self::Host | Self::Group | Self::Role | Self::Freshness | Self::Backup | Self::Finding => {
                Sort::Text
            }
            Self::Status | Self::StatusOf(_) => Sort::Status,
            Self::Measure(measure) => Sort::Number(measure.unit()),
            Self::Metric(metric) if metric.kind == Kind::Text => Sort::Text,
            Self::Metric(metric) => Sort::Number(metric.unit.clone()),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Group => f.write_str("group"),
            Self::Role => f.write_str("role"),
            Self::Freshness => f.write_str("freshness"),
            Self::Status => f.write_str("status"),
            Self::StatusOf(panel) => write!(f, "{panel}.status"),
            Self::Backup => f.write_str("backup"),
            Self::Finding => f.write_str("finding"),
            Self::Measure(measure) => f.write_str(measure.as_str()),
            Self::Metric(metric) => f.write_str(&metric.name),
        }
    }
}
