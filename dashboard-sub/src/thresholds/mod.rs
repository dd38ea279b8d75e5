//! From where on a host's figures are a warning or critical, and how grave what has no degrees is: data, that the
//! operator can set for all hosts and for some.

mod bounds;
mod rules;
mod severity;

use std::borrow::Cow;
use std::time::Instant;

use serde::Deserialize;

pub use bounds::Bounds;
pub use rules::{Level, Levels, Row, Rule};
pub use severity::Severity;

use crate::glob::Glob;
use crate::host::Host;
use crate::judge::judge;
use crate::panel::Panels;
use crate::status::Assessment;
use rules::{Changes, Table};

/// The levels of all rules, with those of some hosts.
///
/// As a table of a configuration it has the keys of [`Levels`], and tables `overrides` with any of these keys and with
/// patterns of `hosts`, of `groups` or of both: they count for a host that matches one of them, the later before the
/// earlier. Keys that nobody knows are errors.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "Table")]
pub struct Thresholds {
    /// Those of all hosts.
    pub levels: Levels,
    overrides: Vec<Override>,
}

#[derive(Clone, Debug, PartialEq)]
struct Override {
    hosts: Vec<Glob>,
    groups: Vec<Glob>,
    changes: Changes,
}

impl Thresholds {
    /// The levels for `host`.
    pub fn levels_of(&self, host: &Host) -> Cow<'_, Levels> {
        let mut levels = Cow::Borrowed(&self.levels);
        for other in self.overrides.iter().filter(|other| other.is_for(host)) {
            levels.to_mut().change(&other.changes);
        }
        levels
    }

    /// How `host` is at `now`, when the clock on the wall shows `wall_s` seconds since 1970.
    pub fn assess(&self, host: &Host, now: Instant, wall_s: f64) -> Assessment {
        self.assess_panels(host, &Panels::judged(host, now), now, wall_s)
    }

    /// The same from all panels of the host at that moment, where they are known already.
    pub fn assess_panels(&self, host: &Host, panels: &Panels<'_>, now: Instant, wall_s: f64) -> Assessment {
        judge(host, panels, &self.levels_of(host), now, wall_s)
    }
}

impl Override {
    fn is_for(&self, host: &Host) -> bool {
        let groups = &host.identity().groups;
        self.hosts.iter().any(|pattern| pattern.matches(host.name().as_str()))
            || self.groups.iter().any(|pattern| groups.iter().any(|group| pattern.matches(group)))
    }
}

impl TryFrom<Table> for Thresholds {
    type Error = String;

    fn try_from(table: Table) -> Result<Self, String> {
        let mut thresholds = Self::default();
        thresholds.levels.change(&table.changes());
        for (place, other) in table.overrides.iter().enumerate() {
            let (hosts, groups) = (other.hosts(), other.groups());
            if hosts.is_empty() && groups.is_empty() {
                return Err(format!(
                    "the {}. of the overrides is for nobody: give `hosts` or `groups`, such as hosts = [\"srv*\"]",
                    place + 1
                ));
            }
            thresholds.overrides.push(Override { hosts, groups, changes: other.changes() });
        }
        Ok(thresholds)
    }
}
