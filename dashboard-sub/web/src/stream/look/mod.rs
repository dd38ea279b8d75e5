//! What can be looked at.

mod head;
mod hosts;
mod map;
mod mesh;
mod overview;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::{self, EventRow, HostDetail, Order};
use crate::limits::{EVENTS_SHOWN_MAX, ROWS_MAX, TEXT_BYTES_MAX};
use crate::model::Snapshot;
use crate::problem::Problem;
use crate::server::App;

/// Something to look at. What is shown of it are members of an object, beside `head`, which tells of the network as a
/// whole; `problem` stands for what cannot be shown.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(tag = "look", rename_all = "lowercase")]
pub(crate) enum Look {
    /// What hosts add up to, and what is wrong.
    Overview,
    /// Some rows of a table of hosts, with how many there are.
    Hosts {
        #[serde(default)]
        filter: String,
        #[serde(default)]
        sort: String,
        order: Option<Order>,
        #[serde(default)]
        from: usize,
        count: usize,
    },
    /// One figure of all hosts that match.
    Map {
        #[serde(default)]
        filter: String,
        measure: String,
    },
    /// Everything of one host.
    Host { host: String },
    /// Links between agents.
    Mesh,
    /// What happened lately, to all hosts or to one.
    Events { host: Option<String> },
}

impl Look {
    /// The same without what could not be answered anyway.
    pub(super) fn bounded(mut self) -> Self {
        match &mut self {
            Self::Overview | Self::Mesh => {}
            Self::Hosts { filter, sort, count, .. } => {
                truncate(filter);
                truncate(sort);
                *count = (*count).min(ROWS_MAX);
            }
            Self::Map { filter, measure } => {
                truncate(filter);
                truncate(measure);
            }
            Self::Host { host } => truncate(host),
            Self::Events { host } => host.as_mut().map_or((), truncate),
        }
        self
    }

    /// What there is to see at this moment.
    pub(super) fn show(&self, snapshot: &Snapshot, app: &App) -> Value {
        let shown = match self {
            Self::Overview => Ok(overview::show(snapshot)),
            Self::Hosts { filter, sort, order, from, count } => {
                hosts::show(snapshot, app, (filter, sort, *order), *from, *count)
            }
            Self::Map { filter, measure } => map::show(snapshot, filter, measure),
            Self::Host { host } => host_page(snapshot, host),
            Self::Mesh => Ok(mesh::show(snapshot)),
            Self::Events { host } => Ok(json!({ "events": events(snapshot, host.as_deref()) })),
        };
        let mut members = match shown {
            Ok(Value::Object(members)) => members,
            Ok(_) => Map::new(),
            Err(problem) => Map::from_iter([("problem".to_owned(), json!(problem))]),
        };
        members.insert("head".to_owned(), head::show(snapshot));
        Value::Object(members)
    }
}

/// All that is known of a host, its links and what happened to it.
fn host_page(snapshot: &Snapshot, name: &str) -> Result<Value, Problem> {
    let shown = api::which_host(snapshot, Some(name))?;
    Ok(json!({
        "detail": HostDetail::of(shown, snapshot),
        "links": mesh::links_of(snapshot, &shown.host),
        "events": events(snapshot, Some(&shown.host.origin().to_string())),
    }))
}

/// By their numbers: in a list a new one would move all others.
fn events(snapshot: &Snapshot, host: Option<&str>) -> BTreeMap<u64, EventRow> {
    let events = snapshot.events.iter().filter(|event| host.is_none_or(|host| api::is_of(event, host)));
    events.take(EVENTS_SHOWN_MAX).map(|event| (event.number, EventRow::of(event))).collect()
}

/// Without a point where the number is a whole one: `45` and not `45.0`.
#[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
fn number(value: f64) -> Value {
    let is_whole = value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0;
    if is_whole { json!(value as i64) } else { json!(value) }
}

fn truncate(text: &mut String) {
    while text.len() > TEXT_BYTES_MAX {
        text.pop();
    }
}
