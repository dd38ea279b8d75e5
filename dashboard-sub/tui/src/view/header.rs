//! The two lines above every screen: how the fleet is, and where that is known from.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::cells::{mark, status_tone};
use super::lines::span;
use crate::source::Origin;
use crate::state::State;
use crate::theme::Tone;
use crate::units;
use grapevine_sub::Connection;
use grapevine_sub::Status;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State) {
    let [totals, source] = [totals(state), source(state)];
    let labels = labels(state);
    let buffer = frame.buffer_mut();
    let labels_width = u16::try_from(labels.width()).unwrap_or(area.width).min(area.width);
    buffer.set_line(area.x, area.y, &totals, area.width - labels_width);
    buffer.set_line(area.right() - labels_width, area.y, &labels, labels_width);
    if area.height > 1 {
        buffer.set_line(area.x, area.y + 1, &source, area.width);
    }
}

fn totals(state: &State) -> Line<'static> {
    let hosts = state.entries().len();
    let mut line = Line::from(vec![
        span(state, Tone::Strong, " grapevine"),
        span(state, Tone::Plain, format!("  {hosts} {}", if hosts == 1 { "host" } else { "hosts" })),
    ]);
    for status in [Status::Critical, Status::Warning, Status::Unknown, Status::Stale, Status::Ok] {
        let count = state.entries().iter().filter(|entry| entry.assessment.status == status).count();
        if count > 0 {
            let text = format!("  {} {count}", mark(state, status));
            line.push_span(span(state, status_tone(status), text));
        }
    }
    line
}

/// Labels that nobody may overlook, and the clock.
fn labels(state: &State) -> Line<'static> {
    let mut line = Line::default();
    let mut label = |text: &'static str| {
        line.push_span(span(state, Tone::Label, text));
        line.push_span(span(state, Tone::Plain, " "));
    };
    match state.origin {
        Origin::Live => {}
        Origin::Replay => label(" REPLAY "),
        Origin::Demo => label(" DEMO "),
    }
    if state.is_frozen() {
        label(" FROZEN ");
    }
    line.push_span(span(state, Tone::Faint, units::time_of_day(state.shown().wall_s)));
    line
}

/// Where it is known from, and since when.
fn source(state: &State) -> Line<'static> {
    let since = |since| units::duration(state.clock.now.saturating_duration_since(since).as_secs_f64());
    let (tone, text) = match &state.connection {
        Some(connection @ Connection::Attached { since: at, .. }) => {
            (Tone::Faint, format!("{connection} for {}", since(*at)))
        }
        Some(connection @ Connection::Connecting { since: at }) => {
            (Tone::Warning, format!("{connection}, for {}", since(*at)))
        }
        Some(connection @ Connection::Unreachable { since: at, .. }) => {
            (Tone::Critical, format!("{connection} for {}: trying again", since(*at)))
        }
        None if state.origin == Origin::Demo => (Tone::Faint, "made-up hosts, no network".to_owned()),
        None => (Tone::Faint, "a recording, no network".to_owned()),
    };
    Line::from(span(state, tone, format!(" {}", units::printable(&text))))
}
