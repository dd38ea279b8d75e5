//! A few hosts in a circle, and the links between them.

use std::f64::consts::TAU;

use grapevine_proto::OriginId;
use grapevine_sub::Entry;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::canvas::{Canvas, Line as Stroke};

use crate::glyphs::Glyphs;
use crate::state::State;
use crate::theme::Tone;
use crate::view::cells::{mark, status_tone};

/// Columns that a drawing of so many hosts takes of `area`; none where there are too many of them, or no room.
pub(super) fn width(hosts: usize, area: Rect) -> u16 {
    let has_room = area.width >= WIDTH_MIN + TABLE_WIDTH_MIN && area.height >= HEIGHT_MIN;
    if (2..=HOSTS_MAX).contains(&hosts) && has_room {
        (area.width - TABLE_WIDTH_MIN).min(WIDTH_MAX)
    } else {
        0
    }
}

/// Draws all hosts of the fleet; the links of the one under the cursor stand out.
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, selected: Option<OriginId>) {
    let entries = state.entries();
    let marker = match state.theme.glyphs {
        Glyphs::Unicode => Marker::Braille,
        Glyphs::Ascii => Marker::Custom('.'),
    };
    // Twice as many points in a row as rows look like a circle.
    let (right, top) = (f64::from(area.width) / 2.0, f64::from(area.height));
    let canvas =
        Canvas::default().marker(marker).x_bounds([-right, right]).y_bounds([-top, top]).paint(|ctx| {
            let place = |at: usize| place(at, entries.len(), (right - NAME_ROOM, top - 2.0));
            for highlighted in [false, true] {
                for (at, entry) in entries.iter().enumerate() {
                    for (other, tone) in links(entries, entry) {
                        let is_of_selected = [at, other].iter().any(|end| {
                            entries.get(*end).is_some_and(|entry| Some(entry.host.origin()) == selected)
                        });
                        if is_of_selected != highlighted || (other < at && tone == Tone::Border) {
                            continue;
                        }
                        let tone = if highlighted && tone == Tone::Border { Tone::Focus } else { tone };
                        let ((x1, y1), (x2, y2)) = (place(at), place(other));
                        let color = color(state.theme.style(tone));
                        ctx.draw(&Stroke { x1, y1, x2, y2, color });
                    }
                }
                ctx.layer();
            }
            for (at, entry) in entries.iter().enumerate() {
                let (x, y) = place(at);
                let name = label(state, entry, selected);
                // Names grow away from the middle.
                let width = f64::from(u16::try_from(name.width()).unwrap_or(u16::MAX));
                let x = if x < -0.1 { x - width + 1.0 } else { x };
                ctx.print(x, y, name);
            }
        });
    frame.render_widget(canvas, area);
}

fn label(state: &State, entry: &Entry, selected: Option<OriginId>) -> Line<'static> {
    let status = entry.assessment.status;
    let tone = if Some(entry.host.origin()) == selected { Tone::Focus } else { Tone::Plain };
    Line::from(vec![
        Span::styled(mark(state, status), state.theme.style(status_tone(status))),
        Span::styled(format!(" {}", entry.host.name()), state.theme.style(tone)),
    ])
}

/// The places of those whom a host names as its neighbours, and how the links look.
fn links(entries: &[Entry], entry: &Entry) -> Vec<(usize, Tone)> {
    let links = entry.host.links();
    let place = |origin: OriginId| entries.iter().position(|entry| entry.host.origin() == origin);
    let up = links.up.iter().filter_map(|origin| Some((place(*origin)?, Tone::Border)));
    let lost = links.lost.iter().filter_map(|lost| Some((place(lost.origin)?, Tone::Critical)));
    up.chain(lost).collect()
}

/// Where on the circle the host at this place is, from the top clockwise.
fn place(at: usize, count: usize, (right, top): (f64, f64)) -> (f64, f64) {
    let share =
        f64::from(u32::try_from(at).unwrap_or_default()) / f64::from(u32::try_from(count).unwrap_or(1));
    let (sin, cos) = (share * TAU).sin_cos();
    (sin * right, cos * top)
}

fn color(style: Style) -> Color {
    style.fg.unwrap_or(Color::Reset)
}

/// More hosts than these are a tangle.
const HOSTS_MAX: usize = 16;
const TABLE_WIDTH_MIN: u16 = 90;
const WIDTH_MIN: u16 = 50;
const WIDTH_MAX: u16 = 110;
const HEIGHT_MIN: u16 = 14;
/// Columns for names on either side.
const NAME_ROOM: f64 = 14.0;
