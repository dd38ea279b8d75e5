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

/// How many hosts are how, and what they do together.
fn totals(state: &State) -> Line<'static> {
    let totals = &state.totals;
    let hosts = if totals.hosts == 1 { "host" } else { "hosts" };
    let mut line = Line::from(vec![
        span(state, Tone::Strong, " grapevine"),
        span(state, Tone::Plain, format!("  {} {hosts}", totals.hosts)),
    ]);
    for status in Status::ALL.into_iter().rev() {
        let count = totals.count(status);
        if count > 0 {
            let text = format!("  {} {count}", mark(state, status));
            line.push_span(span(state, status_tone(status), text));
        }
    }
    let percent = |percent: Option<f64>| percent.map(|percent| format!("{percent:.0}%"));
    let memory = (totals.memory_total_bytes > 0.0).then(|| {
        format!(
            "{} of {}",
            units::quantity(totals.memory_used_bytes, "bytes"),
            units::quantity(totals.memory_total_bytes, "bytes")
        )
    });
    let gpus = percent(totals.gpu_use_percent).map(|percent| format!("{percent} of {}", totals.gpus));
    for (name, figure) in [("gpu", gpus), ("cpu", percent(totals.cpu_percent)), ("ram", memory)] {
        if let Some(figure) = figure {
            line.push_span(span(state, Tone::Faint, format!("   {name} ")));
            line.push_span(span(state, Tone::Plain, figure));
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
    let mut line = Line::from(span(state, tone, format!(" {}", units::printable(&text))));
    let interval = state.interval();
    let more = [
        state.traffic.per_s.map(|per_s| format!("{per_s:.0} frames/s")),
        (state.traffic.bad > 0).then(|| format!("{} bad", state.traffic.bad)),
        (!interval.is_zero()).then(|| format!("every {} s", interval.as_secs_f64())),
        (!state.filter.text.is_empty()).then(|| format!("filter {}", units::printable(&state.filter.text))),
    ];
    for text in more.into_iter().flatten() {
        line.push_span(span(state, Tone::Border, state.theme.glyphs.separator()));
        line.push_span(span(state, Tone::Faint, text));
    }
    line
}
