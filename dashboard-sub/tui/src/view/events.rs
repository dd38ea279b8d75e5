//! What happened, the newest first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::cells::{mark, status_tone};
use super::lines::{fit, render_list, span};
use crate::state::{List, State};
use crate::theme::Tone;
use crate::units;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, list: &List) {
    let events = state.events();
    let heading = format!("  {:>AGE_WIDTH$}  {:<HOST_WIDTH$}WHAT", "AGO", "HOST");
    let heading = Line::from(span(state, Tone::Heading, heading));
    render_list(frame, area, state, heading, (list, events.len()), |at| {
        let Some(event) = events.get(at) else { return Line::default() };
        let tone = status_tone(event.severity);
        let age = units::short_duration((state.shown().wall_s - event.at_s).max(0.0));
        let host = event.host.as_ref().map_or("", |host| host.as_str());
        let host = fit(host, HOST_WIDTH - 1, state);
        Line::from(vec![
            span(state, tone, format!("{} ", mark(state, event.severity))),
            span(state, Tone::Faint, format!("{age:>AGE_WIDTH$}  ")),
            span(state, Tone::Strong, format!("{host:<HOST_WIDTH$}")),
            span(state, tone, event.what.clone()),
        ])
    });
    if events.is_empty() && area.height > 2 {
        let line = Line::from(span(state, Tone::Faint, "nothing has happened since the start"));
        frame.buffer_mut().set_line(area.x + 3, area.y + 2, &line, area.width.saturating_sub(3));
    }
}

const AGE_WIDTH: usize = 4;
const HOST_WIDTH: usize = 21;
