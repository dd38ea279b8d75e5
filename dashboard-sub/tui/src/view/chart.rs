//! A reading over time.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::details::reading_line;
use super::lines::span;
use crate::state::{Chart, ReadingName, SPANS_S, State};
use crate::theme::Tone;
use crate::units;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, chart: &Chart) {
    let Some(entry) = state.entry(chart.origin) else { return };
    let span_s = SPANS_S.get(chart.span).copied().unwrap_or_default();
    let heading = Line::from(vec![
        span(state, Tone::Strong, entry.host.name().as_str().to_owned()),
        span(state, Tone::Focus, format!("  {}", chart.reading.metric)),
        span(state, Tone::Faint, format!("  {}", units::duration(f64::from(span_s)))),
    ]);
    let buffer = frame.buffer_mut();
    buffer.set_line(area.x + 1, area.y, &heading, area.width.saturating_sub(1));
    let reading = entry.host.readings().find(|reading| ReadingName::of(reading) == chart.reading);
    if let Some(reading) = reading {
        let line = reading_line(state, &reading);
        buffer.set_line(area.x + 1, area.y + 1, &line, area.width.saturating_sub(1));
    }
}
