//! How a metric of the catalogue, or of a host's own, becomes a family.
//!
//! - The name: `grapevine_`, then that of the metric with underscores for dots, then its base unit (`_bytes`, `_seconds`,
//!   `_ratio` for percent...) unless it ends with that already, then `_total` for a counter or `_info` for a text.
//! - A text is the value of a label, named as the metric's last word. Of a text that says how a thing is, the label is
//!   `state`; of a text that is a list of words, each word is a sample.
//! - A label that Prometheus uses itself has the metric's first word before its name.
//!
//! After <https://prometheus.io/docs/practices/naming/> and OpenMetrics 1.0.

use std::borrow::Cow;
use std::collections::BTreeSet;

use grapevine_proto::{Kind, Metric, StateRef, Unit, ValueRef};
use grapevine_sub::HostReading;

use crate::metrics::family::{Family, FamilyKind, Source};
use crate::metrics::samples::Samples;

/// How the readings of a metric become samples.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    pub(super) kind: FamilyKind,
    pub(super) unit: Cow<'static, str>,
    /// In the order of the metric's label keys.
    keys: Vec<String>,
    shown: Shown,
}

#[derive(Clone, Debug)]
enum Shown {
    /// The number times one and over the other.
    Number { times: f64, over: f64 },
    /// The text as the value of the label with this key.
    Text(String),
    /// Each word of the text as the value of the label with this key.
    Words(String),
}

impl Shown {
    /// The label that it adds.
    fn key(&self) -> Option<&str> {
        match self {
            Self::Number { .. } => None,
            Self::Text(key) | Self::Words(key) => Some(key),
        }
    }
}

impl Rule {
    /// None of a metric that cannot be told: one that a host describes in such a way.
    pub(super) fn of(metric: &Metric) -> Option<Self> {
        let words = sanitised(&metric.name)?;
        let first = words.split('_').next().unwrap_or_default();
        let keys: Option<Vec<String>> = metric.labels.iter().map(|key| label_key(key, first)).collect();
        let keys = keys?;
        let unit = BaseUnit::of(&metric.unit)?;
        let (shown, kind) = match metric.kind {
            Kind::Gauge => (Shown::Number { times: unit.times, over: unit.over }, FamilyKind::Gauge),
            Kind::Counter => (Shown::Number { times: unit.times, over: unit.over }, FamilyKind::Counter),
            Kind::Text => {
                let last = metric.name.rsplit('.').next().unwrap_or_default();
                let key = label_key(last, first)?;
                let key = if keys.contains(&key) { "text".to_owned() } else { key };
                if STATES.contains(&&*metric.name) {
                    (Shown::Text("state".to_owned()), FamilyKind::Gauge)
                } else if WORDS.contains(&&*metric.name) {
                    (Shown::Words(key), FamilyKind::Gauge)
                } else {
                    (Shown::Text(key), FamilyKind::Info)
                }
            }
        };
        let all = keys.iter().map(String::as_str).chain(shown.key());
        let distinct: BTreeSet<&str> = all.clone().collect();
        if distinct.len() != all.count() {
            return None;
        }
        let stem = RENAMED
            .iter()
            .find(|(name, _)| *name == metric.name)
            .map_or(words, |(_, stem)| (*stem).to_owned());
        Some(Self { name: name(stem, &unit.suffix, kind), kind, unit: unit.suffix, keys, shown })
    }

    /// The family of which this tells the samples.
    pub(super) fn family(self, metric: &Metric, source: Source) -> Family {
        let text_key = self.shown.key().map(str::to_owned);
        let help = match (&*metric.help, metric.unit == Unit::PERCENT) {
            ("", _) => format!("{}, which hosts describe themselves.", metric.name),
            (help, true) => format!("{help} A ratio: 1 is 100 %."),
            (help, false) => help.to_owned(),
        };
        Family {
            name: self.name.into(),
            kind: self.kind,
            unit: self.unit,
            labels: self.keys.into_iter().chain(text_key).map(Cow::Owned).collect(),
            help: help.into(),
            origin: metric.name.to_string().into(),
            source,
        }
    }

    /// Whether its samples can stand in that family.
    pub(super) fn fits(&self, family: &Family) -> bool {
        self.name == family.name && self.kind == family.kind && self.unit == family.unit
    }

    /// Writes the samples of a reading.
    pub(super) fn tell(&self, reading: &HostReading<'_>, samples: &mut Samples<'_>) {
        let labels = || self.keys.iter().map(String::as_str).zip(reading.labels.iter());
        let value = match reading.state {
            StateRef::Present(value) | StateRef::Kept { value, .. } => value,
            StateRef::Absent(_) => return,
        };
        match (&self.shown, value) {
            (Shown::Number { times, over }, ValueRef::Number(number)) => {
                samples.put(labels(), number * times / over);
            }
            (Shown::Text(key), ValueRef::Text(text)) => samples.put(labels().chain([(&**key, text)]), 1.0),
            (Shown::Words(key), ValueRef::Text(text)) => {
                for word in text.split_whitespace().filter(|word| *word != NO_WORDS) {
                    samples.put(labels().chain([(&**key, word)]), 1.0);
                }
            }
            (Shown::Number { .. }, ValueRef::Text(_))
            | (Shown::Text(_) | Shown::Words(_), ValueRef::Number(_)) => {}
        }
    }
}

/// What OpenMetrics' name of a family is: no two families have the same.
pub(super) fn stem(name: &str, kind: FamilyKind) -> &str {
    let suffix = match kind {
        FamilyKind::Gauge => "",
        FamilyKind::Counter => "_total",
        FamilyKind::Info => "_info",
    };
    name.strip_suffix(suffix).unwrap_or(name)
}

/// A base unit as names end with it, and how values come to it.
struct BaseUnit {
    suffix: Cow<'static, str>,
    times: f64,
    over: f64,
}

impl BaseUnit {
    fn of(unit: &Unit) -> Option<Self> {
        let over = |suffix, over| (Cow::Borrowed(suffix), 1.0, over);
        let (suffix, times, over) = match unit.as_str() {
            "none" | "count" | "boolean" | "text" | "" => over("", 1.0),
            "percent" => over("ratio", 100.0),
            "bytes/second" => over("bytes_per_second", 1.0),
            "bits/second" => over("bytes_per_second", 8.0),
            "1/second" => over("per_second", 1.0),
            "microseconds" => over("seconds", 1e6),
            // Bytes, seconds, celsius and others that are base units, or that nobody here knows.
            other => (Cow::Owned(sanitised(&other.replace('/', "_per_"))?), 1.0, 1.0),
        };
        Some(Self { suffix, times, over })
    }
}

fn name(stem: String, unit: &str, kind: FamilyKind) -> String {
    let mut name = format!("grapevine_{stem}");
    let mut end_with = |suffix: &str| {
        let is_there = name.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('_'));
        if !(suffix.is_empty() || is_there) {
            name.push('_');
            name.push_str(suffix);
        }
    };
    end_with(unit);
    match kind {
        FamilyKind::Counter => end_with("total"),
        FamilyKind::Info => end_with("info"),
        FamilyKind::Gauge => {}
    }
    let last = name.rsplit('_').next().unwrap_or_default();
    if kind == FamilyKind::Gauge && RESERVED_ENDS.contains(&last) {
        name.push_str("_value");
    }
    name
}

/// `text` in lower case with underscores for whatever is no letter or digit; none if nothing is left, or too much.
fn sanitised(text: &str) -> Option<String> {
    if text.len() > NAME_BYTES_MAX {
        return None;
    }
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_");
    (!name.is_empty()).then_some(name)
}

/// The key of a label, with the `first` word of its metric before it if others use it already.
fn label_key(key: &str, first: &str) -> Option<String> {
    let key = sanitised(key)?;
    let is_taken = RESERVED_LABELS.contains(&&*key) || key.starts_with(|c: char| c.is_ascii_digit());
    if !is_taken {
        return Some(key);
    }
    let first = if first.starts_with(|c: char| c.is_ascii_digit()) { "label" } else { first };
    Some(format!("{first}_{key}"))
}

/// Texts that say how a thing is.
const STATES: [&str; 4] = ["gpu.state", "smart.state", "service.state", "backup.state"];

/// Texts that are lists of words.
const WORDS: [&str; 3] = ["gpu.throttle", "smart.warnings", "smart.critical_warning"];

/// What stands in such a list without words.
const NO_WORDS: &str = "none";

/// Metrics whose names would end like a counter's, or say their unit twice.
const RENAMED: [(&str, &str); 5] = [
    ("process.total", "processes"),
    ("process.count", "process_instances"),
    ("load.tasks.total", "load_tasks"),
    ("backup.bytes_read", "backup_read"),
    ("backup.bytes_stored", "backup_stored"),
];

/// With what the name of a gauge may not end: these mean something to OpenMetrics.
const RESERVED_ENDS: [&str; 6] = ["total", "count", "sum", "bucket", "created", "info"];

/// Labels that Prometheus or this exporter puts to every series, and those of histograms.
const RESERVED_LABELS: [&str; 6] = ["host", "origin", "job", "instance", "le", "quantile"];

/// Longest name of a metric, label or unit that is told. Those of the catalogue have 30.
const NAME_BYTES_MAX: usize = 120;
