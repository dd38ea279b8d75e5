//! A reading in one line of text.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use grapevine_proto::catalogue::host;
use grapevine_proto::{StateRef, ValueRef};
use grapevine_sub::HostReading;

use crate::tone::Tone;
use crate::units::{age, duration, printable, quantity};

/// The metric's name with the labels: `disk.space.used{mount=/home}`.
pub(crate) fn title(reading: &HostReading<'_>) -> String {
    let labels: Vec<String> =
        reading.labelled().map(|(key, value)| format!("{}={}", printable(key), printable(value))).collect();
    let name = printable(&reading.metric.name);
    if labels.is_empty() { name } else { format!("{name}{{{}}}", labels.join(",")) }
}

/// The value with its unit, or `-`, and in brackets what is to be known about it.
pub(crate) fn value(reading: &HostReading<'_>, now: Instant) -> (String, Tone) {
    let value = bare_value(reading);
    let age_ms = reading.age_ms(now);
    match (value, reading.state) {
        (Some(value), StateRef::Kept { absence, .. }) => {
            (format!("{value} ({absence}, {} old)", age(age_ms)), Tone::Warning)
        }
        (Some(value), _) if reading.is_stale(now) => {
            (format!("{value} (stale, {} old)", age(age_ms)), Tone::Faint)
        }
        (Some(value), _) => (value, Tone::Plain),
        (None, state) => {
            let reason = state.absence().map_or("unknown", grapevine_proto::Absence::as_str);
            (format!("- ({reason})"), Tone::Faint)
        }
    }
}

/// The value with its unit, or `-`, and how long ago it was read.
pub(crate) fn past_value(reading: &HostReading<'_>, now: Instant) -> (String, Tone) {
    let value = bare_value(reading).unwrap_or_else(|| "-".to_owned());
    (format!("{value} ({} ago)", age(reading.age_ms(now))), Tone::Faint)
}

fn bare_value(reading: &HostReading<'_>) -> Option<String> {
    Some(match reading.state.value()? {
        ValueRef::Number(number) if reading.metric.name == host::BOOT_TIME.name => since(number),
        ValueRef::Number(number) => quantity(number, reading.metric.unit.as_str()),
        ValueRef::Text(text) => printable(text),
    })
}

/// How long ago a time in seconds since 1970 was, by this machine's clock.
fn since(then_s: f64) -> String {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("{} ago", duration((wall.as_secs_f64() - then_s).max(0.0)))
}
