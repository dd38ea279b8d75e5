//! All readings of one thing of a host.

use grapevine_sub::HostReading;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::lines::{render_list, span};
use crate::state::{Details, State};
use crate::theme::Tone;
use crate::units;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, details: &Details) {
    let Some(entry) = state.entry(details.origin) else { return };
    let rows = details.subject.rows(&entry.host);
    let heading = Line::from(vec![
        span(state, Tone::Strong, entry.host.name().as_str().to_owned()),
        span(state, Tone::Focus, format!("  {}", units::printable(&details.subject.title))),
    ]);
    render_list(frame, area, state, heading, (&details.list, rows.len()), |at| {
        let reading = rows.get(at).and_then(|at| entry.host.reading(*at));
        reading.map_or_else(Line::default, |reading| reading_line(state, &reading))
    });
}

/// The name of a reading with its labels, and its value or why there is none.
pub(super) fn reading_line(state: &State, reading: &HostReading<'_>) -> Line<'static> {
    let labels: Vec<String> = reading.labelled().map(|(_, value)| units::printable(value)).collect();
    let name = format!("{:<44}", format!("{} {}", units::printable(&reading.metric.name), labels.join(" ")));
    let now = state.shown().now;
    let (tone, value) = match (units::value_of(reading, state.shown().wall_s), reading.state.absence()) {
        (Some(value), Some(absence)) => {
            (Tone::Warning, format!("{value}  ({absence}, {} old)", units::age(reading.age_ms(now))))
        }
        (Some(value), None) if reading.is_stale(now) => {
            (Tone::Stale, format!("{value}  ({} old)", units::age(reading.age_ms(now))))
        }
        (Some(value), None) => (Tone::Plain, value),
        (None, absence) => {
            let why = absence.map_or_else(String::new, |absence| format!("  ({absence})"));
            (Tone::Faint, format!("{}{why}", state.theme.glyphs.absent()))
        }
    };
    Line::from(vec![span(state, Tone::Faint, name), span(state, tone, format!(" {value}"))])
}
