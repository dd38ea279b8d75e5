//! The fleet's table. Only rows in view are made.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::cells::{cell, mark, status_tone};
use super::lines::{mark_cursor, span};
use crate::state::{Column, Group, Row, State};
use crate::theme::Tone;
use crate::units;

type Places = [(Column, std::ops::Range<u16>)];

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let places = state.table.places(area.width);
    let buffer = frame.buffer_mut();
    heading(buffer, area, state, &places);
    let list = state.table.list;
    let rows = state.table.rows.iter().enumerate().skip(list.top);
    for (y, (at, row)) in (area.y + 1..area.bottom()).zip(rows) {
        let line = Rect { y, height: 1, ..area };
        match row {
            Row::Group(group) => {
                buffer.set_line(area.x + 1, y, &head(state, group), area.width.saturating_sub(1));
            }
            Row::Host(entry) => host(buffer, line, state, &places, *entry),
        }
        if at == list.at {
            mark_cursor(buffer, line, state);
        }
    }
    if state.table.rows.is_empty() {
        empty(buffer, area, state);
    }
}

fn heading(buffer: &mut Buffer, area: Rect, state: &State, places: &Places) {
    let glyphs = state.theme.glyphs;
    for (column, place) in places {
        let info = column.info();
        let is_sorted = state.table.sort == *column;
        let arrow = if state.table.reverse { glyphs.ascending() } else { glyphs.descending() };
        let text = if is_sorted { format!("{}{arrow}", info.heading) } else { info.heading.to_owned() };
        let tone = if is_sorted { Tone::Focus } else { Tone::Heading };
        put(buffer, area.y, place, info.right, &Line::from(span(state, tone, text)));
    }
}

fn host(buffer: &mut Buffer, line: Rect, state: &State, places: &Places, at: usize) {
    let Some(entry) = state.entries().get(at) else { return };
    let levels = state.fleet.thresholds().levels_of(&entry.host);
    for (column, place) in places {
        let text = cell(state, entry, &levels, *column, usize::from(place.end - place.start));
        put(buffer, line.y, place, column.info().right, &text);
    }
}

fn head<'a>(state: &State, group: &'a Group) -> Line<'a> {
    let glyphs = state.theme.glyphs;
    let fold = if group.folded { glyphs.folded() } else { glyphs.unfolded() };
    let name = if group.name.is_empty() { "none".to_owned() } else { units::printable(&group.name) };
    let hosts = if group.hosts == 1 { "host" } else { "hosts" };
    Line::from(vec![
        span(state, Tone::Focus, format!("{fold} ")),
        span(state, status_tone(group.status), format!("{} ", mark(state, group.status))),
        span(state, Tone::Strong, name),
        span(state, Tone::Faint, format!("  {} {hosts}", group.hosts)),
    ])
}

fn empty(buffer: &mut Buffer, area: Rect, state: &State) {
    let what = match (state.entries().is_empty(), state.filter.text.is_empty()) {
        (true, _) => "no host was heard of yet",
        (false, false) => "no host is as the filter wants it: Esc clears it",
        (false, true) => "no hosts",
    };
    if area.height > 2 {
        let line = Line::from(span(state, Tone::Faint, what));
        buffer.set_line(area.x + 2, area.y + 2, &line, area.width.saturating_sub(2));
    }
}

/// Puts text at the left or right edge of its place.
fn put(buffer: &mut Buffer, y: u16, place: &std::ops::Range<u16>, right: bool, text: &Line<'_>) {
    let width = place.end - place.start;
    let used = u16::try_from(text.width()).unwrap_or(width).min(width);
    let x = if right { place.end - used } else { place.start };
    buffer.set_line(x, y, text, used);
}
