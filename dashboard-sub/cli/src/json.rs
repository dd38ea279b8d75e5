//! Readings and hosts as JSON. The keys are a promise to scripts.

use std::collections::BTreeMap;
use std::time::Instant;

use grapevine_proto::{Lost, ValueRef};
use grapevine_sub::{Host, HostReading};
use serde::Serialize;

/// A reading of `host` as one line of JSON.
pub(crate) fn reading(host: &Host, reading: &HostReading<'_>, now: Instant) -> serde_json::Result<String> {
    serde_json::to_string(&ReadingRow::of(host, reading, now))
}

/// Readings of `host` as an array.
pub(crate) fn readings<'a>(
    host: &Host,
    readings: impl Iterator<Item = HostReading<'a>>,
    now: Instant,
) -> serde_json::Result<Vec<serde_json::Value>> {
    readings.map(|reading| serde_json::to_value(ReadingRow::of(host, &reading, now))).collect()
}

/// Hosts as one line of JSON, an array.
pub(crate) fn hosts<'a>(hosts: impl Iterator<Item = &'a Host>, now: Instant) -> serde_json::Result<String> {
    let rows: Vec<HostRow<'_>> = hosts.map(|host| HostRow::of(host, now)).collect();
    serde_json::to_string(&rows)
}

#[derive(Serialize)]
struct ReadingRow<'a> {
    host: &'a str,
    metric: &'a str,
    labels: BTreeMap<&'a str, &'a str>,
    value: Option<ValueRow<'a>>,
    absent: Option<&'static str>,
    unit: &'a str,
    age_ms: u64,
    hops: u8,
    epoch: u32,
    sequence: u32,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueRow<'a> {
    Number(f64),
    Text(&'a str),
}

#[derive(Serialize)]
struct HostRow<'a> {
    host: &'a str,
    origin: String,
    state: &'static str,
    age_ms: u64,
    hops: u8,
    epoch: u32,
    sequence: u32,
    readings: usize,
    role: &'a str,
    groups: &'a [String],
    conflict: bool,
    /// Origins of the neighbours, and of those that were lost.
    neighbours: Vec<String>,
    lost: Vec<LostRow>,
}

#[derive(Serialize)]
struct LostRow {
    origin: String,
    epoch: u32,
    sequence: u32,
}

impl<'a> ReadingRow<'a> {
    fn of(host: &'a Host, reading: &'a HostReading<'_>, now: Instant) -> Self {
        Self {
            host: host.name().as_str(),
            metric: &reading.metric.name,
            labels: reading.labelled().collect(),
            value: reading.state.value().map(|value| match value {
                ValueRef::Number(number) => ValueRow::Number(number),
                ValueRef::Text(text) => ValueRow::Text(text),
            }),
            absent: reading.state.absence().map(grapevine_proto::Absence::as_str),
            unit: reading.metric.unit.as_str(),
            age_ms: reading.age_ms(now),
            hops: host.hops(),
            epoch: host.position().epoch,
            sequence: host.position().sequence,
        }
    }
}

impl<'a> HostRow<'a> {
    fn of(host: &'a Host, now: Instant) -> Self {
        Self {
            host: host.name().as_str(),
            origin: host.origin().to_string(),
            state: host.freshness(now).as_str(),
            age_ms: host.age_ms(now),
            hops: host.hops(),
            epoch: host.position().epoch,
            sequence: host.position().sequence,
            readings: host.readings().len(),
            role: &host.identity().role,
            groups: &host.identity().groups,
            conflict: host.in_conflict(),
            neighbours: host.links().up.iter().map(ToString::to_string).collect(),
            lost: host.links().lost.iter().map(LostRow::of).collect(),
        }
    }
}

impl LostRow {
    fn of(Lost { origin, position }: &Lost) -> Self {
        Self { origin: origin.to_string(), epoch: position.epoch, sequence: position.sequence }
    }
}
