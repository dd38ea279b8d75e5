//! Choosing columns.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::help::popup;
use super::lines::{render_list, span};
use crate::state::{List, State};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, list: &List) {
    let inner = popup(frame, area, state, " Columns ");
    let offered = state.table.offered();
    let heading = Line::from(span(state, Tone::Faint, "shown columns from the left, then the others"));
    render_list(frame, inner, state, heading, (list, offered.len()), |at| {
        let Some(column) = offered.get(at) else { return Line::default() };
        let shown = state.table.columns.contains(column);
        let (check, tone) = if shown { ("[x] ", Tone::Plain) } else { ("[ ] ", Tone::Faint) };
        Line::from(vec![
            span(state, Tone::Focus, check),
            span(state, tone, format!("{:<14}", column.info().name)),
            span(state, Tone::Faint, column.info().what),
        ])
    });
}
