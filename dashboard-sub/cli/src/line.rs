//! A reading in one line of text.

use std::time::Instant;

use grapevine_proto::StateRef;
use grapevine_sub::HostReading;
use grapevine_tui::Clock;
use grapevine_tui::units::{age, printable, value_of};

use crate::tone::Tone;

/// The metric's name with the labels: `disk.space.used{mount=/home}`.
pub(crate) fn title(reading: &HostReading<'_>) -> String {
    let labels: Vec<String> =
        reading.labelled().map(|(key, value)| format!("{}={}", printable(key), printable(value))).collect();
    let name = printable(&reading.metric.name);
    if labels.is_empty() { name } else { format!("{name}{{{}}}", labels.join(",")) }
}

/// The value with its unit, or `-`, and in brackets what is to be known about it.
pub(crate) fn value(reading: &HostReading<'_>, now: Instant) -> (String, Tone) {
    let value = value_of(reading, Clock::read().wall_s);
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
    let value = value_of(reading, Clock::read().wall_s).unwrap_or_else(|| "-".to_owned());
    (format!("{value} ({} ago)", age(reading.age_ms(now))), Tone::Faint)
}
