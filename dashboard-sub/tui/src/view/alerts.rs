//! What is wrong in the whole fleet, the gravest first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::cells::{mark, status_tone};
use super::lines::{fit, render_list, span};
use crate::state::{List, State};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, list: &List) {
    let alerts = state.alerts();
    let heading =
        span(state, Tone::Heading, format!("  {:<HOST_WIDTH$}{:<PANEL_WIDTH$}WHAT", "HOST", "PANEL"));
    render_list(frame, area, state, Line::from(heading), (list, alerts.len()), |at| {
        let Some((entry, finding)) = alerts.get(at) else { return Line::default() };
        let tone = status_tone(finding.status);
        let host = fit(entry.host.name().as_str(), HOST_WIDTH - 1, state);
        Line::from(vec![
            span(state, tone, format!("{} ", mark(state, finding.status))),
            span(state, Tone::Strong, format!("{host:<HOST_WIDTH$}")),
            span(state, Tone::Faint, format!("{:<PANEL_WIDTH$}", finding.panel)),
            span(state, tone, finding.what.clone()),
        ])
    });
    if alerts.is_empty() && area.height > 2 {
        let line = match state.entries().is_empty() {
            true => span(state, Tone::Faint, "no host was heard of yet"),
            false => span(state, Tone::Ok, "nothing is wrong with what is known"),
        };
        frame.buffer_mut().set_line(area.x + 3, area.y + 2, &line.into(), area.width.saturating_sub(3));
    }
}

const HOST_WIDTH: usize = 21;
const PANEL_WIDTH: usize = 11;
