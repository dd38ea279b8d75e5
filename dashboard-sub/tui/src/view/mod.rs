//! From the state to a picture. Nothing is decided in here.

mod alerts;
mod area;
mod cells;
mod chart;
mod columns;
mod details;
mod events;
mod fleet;
mod footer;
mod header;
mod help;
mod host;
mod lines;
mod mesh;
mod row;
mod scene;
mod short;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::Paragraph;

use crate::layout::{SMALLEST, is_too_small};
use crate::state::{Overlay, Screen, State};
use crate::theme::Tone;

/// Draws `state` on all of `frame`.
pub(crate) fn render(frame: &mut Frame<'_>, state: &State) {
    let area = frame.area();
    if is_too_small((area.width, area.height)) {
        render_too_small(frame, area, state);
        return;
    }
    let layout = state.layout();
    header::render(frame, layout.header, state);
    match state.screen() {
        Screen::Fleet => fleet::render(frame, layout.body, state),
        Screen::Host(host) => host::render(frame, layout.body, state, host),
        Screen::Details(details) => details::render(frame, layout.body, state, details),
        Screen::Chart(chart) => chart::render(frame, layout.body, state, chart),
        Screen::Mesh(list) => mesh::render(frame, layout.body, state, list),
        Screen::Alerts(list) => alerts::render(frame, layout.body, state, list),
        Screen::Events(list) => events::render(frame, layout.body, state, list),
    }
    match &state.overlay {
        Some(Overlay::Help(list)) => help::render(frame, layout.body, state, list),
        Some(Overlay::Columns(list)) => columns::render(frame, layout.body, state, list),
        None => {}
    }
    footer::render(frame, layout.footer, state);
}

fn render_too_small(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let (columns, rows) = SMALLEST;
    let text = Text::from(vec![
        Line::raw(format!("this terminal is {} x {}", area.width, area.height)),
        Line::raw(format!("grapevine needs {columns} x {rows}")),
        Line::raw("q quits"),
    ]);
    frame.render_widget(Paragraph::new(text).style(state.theme.style(Tone::Plain)), area);
}
