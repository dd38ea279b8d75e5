//! The text of samples: whatever hosts say is escaped here, and no series is written twice.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};

use super::family::{Family, FamilyKind};
use super::format::Format;

/// Where the samples of one family go that are of one host, or of the exporter.
pub(super) struct Samples<'t> {
    pub(super) text: &'t mut String,
    pub(super) format: Format,
    pub(super) family: &'t Family,
    /// The labels of all samples.
    pub(super) labels: &'t str,
    /// Whether the family's head is written.
    pub(super) headed: &'t mut bool,
    /// Hashes of the labels written so far.
    pub(super) seen: &'t mut Vec<u64>,
}

impl Samples<'_> {
    /// Writes a sample with these labels beside those of all. One that is there already is left out: a host can tell two
    /// readings with the same labels. Neither has a counter below zero a place.
    pub(super) fn put<'k, 'l>(&mut self, labels: impl IntoIterator<Item = (&'k str, &'l str)>, value: f64) {
        if self.family.kind == FamilyKind::Counter && (value.is_nan() || value < 0.0) {
            return;
        }
        if !*self.headed {
            write_head(self.text, self.family, self.format);
            *self.headed = true;
        }
        let start = self.text.len();
        self.text.push_str(&self.family.name);
        let brace = self.text.len();
        self.text.push('{');
        self.text.push_str(self.labels);
        for (key, value) in labels {
            write_label(self.text, key, value);
        }
        if self.text.ends_with('{') {
            self.text.truncate(brace);
        } else {
            self.text.push('}');
        }
        let hash = hash(self.text.get(brace..).unwrap_or_default());
        if self.seen.contains(&hash) {
            self.text.truncate(start);
            return;
        }
        self.seen.push(hash);
        self.text.push(' ');
        write_number(self.text, value);
        self.text.push('\n');
    }
}

/// Adds a label to those that stand in `text`, which ends with one or with the brace before the first.
pub(super) fn write_label(text: &mut String, key: &str, value: &str) {
    if !(text.is_empty() || text.ends_with('{')) {
        text.push(',');
    }
    text.push_str(key);
    text.push_str("=\"");
    write_escaped(text, value, true);
    text.push('"');
}

/// The lines before a family's samples.
fn write_head(text: &mut String, family: &Family, format: Format) {
    let (name, kind) = match format {
        Format::Prometheus => (&*family.name, family.kind.in_prometheus()),
        Format::OpenMetrics => family.in_open_metrics(),
    };
    let _infallible = write!(text, "# HELP {name} ");
    write_escaped(text, &family.help, format == Format::OpenMetrics);
    let _infallible = write!(text, "\n# TYPE {name} {kind}\n");
    if format == Format::OpenMetrics && !family.unit.is_empty() && name.ends_with(&*family.unit) {
        let _infallible = writeln!(text, "# UNIT {name} {}", family.unit);
    }
}

/// What is written of a text: control characters have no place in either format, but for line feeds.
fn write_escaped(text: &mut String, value: &str, quoted: bool) {
    let plain = |c: char| !(c.is_control() || c == '\\' || (quoted && c == '"'));
    if value.chars().all(plain) {
        text.push_str(value);
        return;
    }
    for c in value.chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\\' => text.push_str("\\\\"),
            '"' if quoted => text.push_str("\\\""),
            c if c.is_control() => text.push(char::REPLACEMENT_CHARACTER),
            c => text.push(c),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "whole and far below what the type holds")]
fn write_number(text: &mut String, value: f64) {
    let _infallible = if value.fract() == 0.0 && value.abs() < WHOLE_MAX {
        write!(text, "{}", value as i64)
    } else if value.is_finite() {
        write!(text, "{value}")
    } else if value.is_nan() {
        write!(text, "NaN")
    } else {
        write!(text, "{}Inf", if value > 0.0 { '+' } else { '-' })
    };
}

/// Whoever finds labels with equal hashes loses series of its own host only.
fn hash(labels: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(labels.as_bytes());
    hasher.finish()
}

/// Up to here a 64-bit float holds every integer.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

impl FamilyKind {
    const fn in_prometheus(self) -> &'static str {
        match self {
            Self::Gauge | Self::Info => "gauge",
            Self::Counter => "counter",
        }
    }
}

impl Family {
    /// Name and type. A counter that does not end with `_total` has no place among OpenMetrics' counters.
    fn in_open_metrics(&self) -> (&str, &'static str) {
        let named = |suffix| self.name.strip_suffix(suffix);
        match self.kind {
            FamilyKind::Gauge => (&self.name, "gauge"),
            FamilyKind::Counter => named("_total").map_or((&*self.name, "unknown"), |name| (name, "counter")),
            FamilyKind::Info => named("_info").map_or((&*self.name, "gauge"), |name| (name, "info")),
        }
    }
}
