//! A parser of both text formats that takes nothing but what they allow.
//!
//! Sources: <https://prometheus.io/docs/instrumenting/exposition_formats/> and OpenMetrics 1.0.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use grapevine_web::metrics::Format;

/// A family as it stands in the text.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) unit: String,
    pub(crate) help: String,
    pub(crate) samples: Vec<Sample>,
}

#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

/// All families of `text`, or what is wrong with it.
pub(crate) fn parse(text: &str, format: Format) -> Result<Vec<Told>, String> {
    let body = match format {
        Format::Prometheus => text,
        Format::OpenMetrics => text.strip_suffix("# EOF\n").ok_or("the end is missing")?,
    };
    if !(body.is_empty() || body.ends_with('\n')) {
        return Err("the last line has no end".to_owned());
    }
    let mut families: Vec<Told> = Vec::new();
    let (mut names, mut series) = (BTreeSet::new(), BTreeSet::new());
    for line in body.split_terminator('\n') {
        let fail = |what: &str| Err(format!("{what}: {line:?}"));
        if let Some(help) = line.strip_prefix("# HELP ") {
            let Some((name, help)) = help.split_once(' ') else { return fail("no help") };
            if !is_name(name) || !names.insert(name.to_owned()) {
                return fail("a family's name is none, or is there twice");
            }
            let help = unescape(help, format == Format::OpenMetrics)?;
            families.push(Told { name: name.to_owned(), help, ..Told::default() });
            continue;
        }
        let Some(family) = families.last_mut() else { return fail("it is of no family") };
        if let Some(kind) = line.strip_prefix(&format!("# TYPE {} ", family.name)) {
            let known: &[&str] = match format {
                Format::Prometheus => &["gauge", "counter", "untyped"],
                Format::OpenMetrics => &["gauge", "counter", "info", "unknown"],
            };
            if !family.kind.is_empty() || !family.samples.is_empty() || !known.contains(&kind) {
                return fail("a type out of place");
            }
            family.kind = kind.to_owned();
        } else if let Some(unit) = line.strip_prefix(&format!("# UNIT {} ", family.name)) {
            let is_of_name = family.name.ends_with(&format!("_{unit}"));
            if format == Format::Prometheus
                || !is_of_name
                || !family.samples.is_empty()
                || family.kind.is_empty()
            {
                return fail("a unit out of place");
            }
            family.unit = unit.to_owned();
        } else if line.starts_with('#') {
            return fail("a comment");
        } else {
            let sample = sample(line)?;
            let suffix = match (format, &*family.kind) {
                (Format::OpenMetrics, "counter") => "_total",
                (Format::OpenMetrics, "info") => "_info",
                (_, "") => return fail("a family without a type"),
                _ => "",
            };
            if sample.name.strip_suffix(suffix) != Some(&family.name) {
                return fail("a sample of another family");
            }
            if family.kind == "counter" && (sample.value.is_nan() || sample.value < 0.0) {
                return fail("a counter below zero");
            }
            if !series.insert((sample.name.clone(), sample.labels.clone())) {
                return fail("a series twice");
            }
            family.samples.push(sample);
        }
    }
    match families.iter().find(|family| family.samples.is_empty() || family.help.is_empty()) {
        Some(family) => Err(format!("{} has no samples or no help", family.name)),
        None => Ok(families),
    }
}

fn sample(line: &str) -> Result<Sample, String> {
    let fail = |what: &str| format!("{what}: {line:?}");
    let end = line.find(['{', ' ']).ok_or_else(|| fail("no value"))?;
    let (name, mut rest) = line.split_at(end);
    if !is_name(name) {
        return Err(fail("no name"));
    }
    let mut labels = BTreeMap::new();
    if let Some(list) = rest.strip_prefix('{') {
        rest = list;
        loop {
            let (key, after) = rest.split_once("=\"").ok_or_else(|| fail("no label"))?;
            let close = closing_quote(after).ok_or_else(|| fail("no closing quote"))?;
            let value = unescape(&after[..close], true)?;
            if !is_label(key) || labels.insert(key.to_owned(), value).is_some() {
                return Err(fail("a label that is none, or is there twice"));
            }
            rest = &after[close + 1..];
            match rest.strip_prefix(',') {
                Some(more) => rest = more,
                None => break,
            }
        }
        rest = rest.strip_prefix('}').ok_or_else(|| fail("no brace"))?;
    }
    let value = rest.strip_prefix(' ').ok_or_else(|| fail("no space"))?;
    let is_number = value.bytes().all(|b| b.is_ascii_digit() || b"+-.eEInfNa".contains(&b));
    let value = value.parse().ok().filter(|_| is_number).ok_or_else(|| fail("no number"))?;
    Ok(Sample { name: name.to_owned(), labels, value })
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return Some(at),
            '\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    None
}

fn unescape(text: &str, quoted: bool) -> Result<String, String> {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('\\') => plain.push('\\'),
                Some('"') if quoted => plain.push('"'),
                other => return Err(format!("{other:?} is escaped in {text:?}")),
            },
            '"' if quoted => return Err(format!("a quote in {text:?}")),
            c if c.is_control() => return Err(format!("a control character in {text:?}")),
            c => plain.push(c),
        }
    }
    Ok(plain)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_label(key: &str) -> bool {
    is_name(key) && !key.starts_with("__")
}
