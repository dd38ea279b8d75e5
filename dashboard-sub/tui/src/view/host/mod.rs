//! One host, in panels.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::details::reading_line;
use super::lines::{render_list, span};
use crate::state::{HostScreen, State, panels};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, screen: &HostScreen) {
    let Some(entry) = state.entry(screen.origin) else {
        let gone = Line::from(span(state, Tone::Faint, "this host is no longer known"));
        frame.buffer_mut().set_line(area.x + 1, area.y, &gone, area.width.saturating_sub(1));
        return;
    };
    let panels = panels(&entry.host);
    let mut heading = Line::from(span(state, Tone::Strong, entry.host.name().as_str().to_owned()));
    for (at, panel) in panels.iter().enumerate() {
        let tone = if at == screen.panel { Tone::Focus } else { Tone::Faint };
        heading.push_span(span(state, tone, format!("  {}", panel.title)));
    }
    let Some(panel) = panels.get(screen.panel) else { return };
    render_list(frame, area, state, heading, (&screen.list, panel.rows.len()), |at| {
        let reading = panel.rows.get(at).and_then(|at| entry.host.reading(*at));
        reading.map_or_else(Line::default, |reading| reading_line(state, &reading))
    });
}
