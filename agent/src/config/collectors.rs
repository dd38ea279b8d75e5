//! Table `collectors`: which collectors run, and how often.

use std::collections::BTreeMap;

use grapevine_collectors::{Entry, REGISTRY};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// Settings of the collectors that the operator named, by the name of their table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collectors(BTreeMap<&'static str, CollectorSettings>);

/// One collector's table, such as `cpu_metrics = { enabled = true, interval_ms = 2000 }`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CollectorSettings {
    /// Whether it runs; yes if not said.
    enabled: Option<bool>,
    /// Time between its passes in milliseconds; the collector's own if not said.
    interval_ms: Option<u32>,
}

impl Collectors {
    /// Time between the passes of `entry` in milliseconds, or none if it is not to run.
    pub(crate) fn interval_ms(&self, entry: &Entry) -> Option<u32> {
        let settings = self.0.get(entry.table).cloned().unwrap_or_default();
        settings.enabled.unwrap_or(true).then(|| settings.interval_ms.unwrap_or(entry.interval_ms))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        for (table, settings) in &self.0 {
            if let Some(interval_ms) = settings.interval_ms
                && !(INTERVAL_MS_MIN..=INTERVAL_MS_MAX).contains(&interval_ms)
            {
                return Err(format!(
                    "collectors.{table}.interval_ms = {interval_ms}: use {INTERVAL_MS_MIN} to {INTERVAL_MS_MAX}"
                ));
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Collectors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tables = BTreeMap::<TableName, CollectorSettings>::deserialize(deserializer)?;
        Ok(Self(tables.into_iter().map(|(TableName(name), settings)| (name, settings)).collect()))
    }
}

/// The name of a collector's table, checked where it is read so that the error has its line.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TableName(&'static str);

impl<'de> Deserialize<'de> for TableName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let known = REGISTRY.iter().map(|entry| entry.table);
        known.clone().find(|table| *table == name).map(Self).ok_or_else(|| {
            let known: Vec<&str> = known.collect();
            D::Error::custom(format!("unknown collector `{name}`, expected one of {}", known.join(", ")))
        })
    }
}

const INTERVAL_MS_MIN: u32 = 100;
const INTERVAL_MS_MAX: u32 = 86_400_000;
