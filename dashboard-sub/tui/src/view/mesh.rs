//! Who links to whom.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::cells::{mark, status_tone};
use super::lines::{render_list, span};
use crate::state::{List, State};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, list: &List) {
    let heading = Line::from(span(state, Tone::Heading, format!("  {:<24} HOPS  LINKS TO", "HOST")));
    let entries = state.entries();
    render_list(frame, area, state, heading, (list, entries.len()), |at| {
        let Some(entry) = entries.get(at) else { return Line::default() };
        let links = entry.host.links();
        let name = |origin| {
            state.entry(origin).map_or_else(|| "?".to_owned(), |entry| entry.host.name().to_string())
        };
        let neighbours: Vec<String> = links.up.iter().map(|origin| name(*origin)).collect();
        Line::from(vec![
            span(
                state,
                status_tone(entry.assessment.status),
                format!("{} ", mark(state, entry.assessment.status)),
            ),
            span(state, Tone::Strong, format!("{:<24} ", entry.host.name().as_str())),
            span(state, Tone::Plain, format!("{:>4}  ", entry.host.hops())),
            span(state, Tone::Plain, neighbours.join(" ")),
        ])
    });
}
