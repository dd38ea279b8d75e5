//! A panel: its frame, its lines, and the cursor.

use std::time::Duration;

use grapevine_proto::Metric;
use grapevine_sub::{Bounds, Status};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::content;
use crate::state::{List, PanelKind};
use crate::theme::Tone;
use crate::view::area::{self, Bar};
use crate::view::cells::{mark, status_tone};
use crate::view::lines::mark_cursor;
use crate::view::row::Row;
use crate::view::scene::Scene;

/// The lines of a panel.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) lines: Vec<Line<'static>>,
    /// On which line each thing that the cursor can be on begins.
    items: Vec<usize>,
    /// What stands to the right of the title.
    pub(super) note: String,
    /// What a chart below the lines shows, where there is room for one.
    pub(super) chart: Option<Chart>,
}

impl Body {
    /// A line that belongs to the thing before it, or to none.
    pub(super) fn line(&mut self, row: Row<'_, '_>, width: usize) {
        self.lines.push(row.line(width));
    }

    /// The first line of the next thing that the cursor can be on.
    pub(super) fn item(&mut self, row: Row<'_, '_>, width: usize) {
        self.items.push(self.lines.len());
        self.line(row, width);
    }

    /// Rows with the frame.
    pub(super) fn height(&self) -> u16 {
        u16::try_from(self.lines.len()).unwrap_or(u16::MAX).saturating_add(BORDERS)
    }
}

/// The last minutes of a series.
#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) label: &'static str,
    pub(super) metric: &'static Metric,
    pub(super) labels: Vec<String>,
    /// The value at the top; the greatest that there was if not given.
    pub(super) most: Option<f64>,
    pub(super) bounds: Bounds,
}

/// Draws a panel; one that has the keys shows where the cursor is.
pub(super) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    scene: &Scene<'_>,
    kind: PanelKind,
    list: Option<List>,
) {
    let width = usize::from(area.width.saturating_sub(BORDERS));
    let body = content(scene, kind, width);
    let height = usize::from(area.height.saturating_sub(BORDERS));
    let at = list.and_then(|list| body.items.get(list.at.min(body.items.len().saturating_sub(1))).copied());
    // As far down as needed to show the line of the cursor, and what belongs to it.
    let next = list.and_then(|list| body.items.get(list.at + 1).copied()).unwrap_or(body.lines.len());
    let last = at.map_or(0, |at| next.min(at + height));
    let top = last.saturating_sub(height).min(body.lines.len().saturating_sub(height));
    let block = block(scene, kind, &body, list.is_some(), (top, height), width);
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    for (y, line) in (inside.y..inside.bottom()).zip(body.lines.iter().skip(top)) {
        frame.buffer_mut().set_line(inside.x, y, line, inside.width);
    }
    let used = u16::try_from(body.lines.len()).unwrap_or(u16::MAX).min(inside.height);
    let rest = Rect { y: inside.y + used, height: inside.height - used, ..inside };
    if let Some(chart) = body.chart.as_ref().filter(|_| rest.height >= CHART_HEIGHT_MIN) {
        render_chart(frame.buffer_mut(), rest, scene, chart);
    }
    let cursor = at.and_then(|at| at.checked_sub(top)).and_then(|at| u16::try_from(at).ok());
    if let Some(y) = cursor.map(|at| inside.y + at).filter(|y| *y < inside.bottom()) {
        mark_cursor(frame.buffer_mut(), Rect { y, height: 1, ..inside }, scene.state);
    }
}

fn block<'b>(
    scene: &Scene<'_>,
    kind: PanelKind,
    body: &Body,
    has_keys: bool,
    (top, height): (usize, usize),
    width: usize,
) -> Block<'b> {
    let status = kind.status_of().and_then(|panel| scene.assessment.panel(panel)).unwrap_or(Status::Ok);
    let mut title = vec![Span::raw(" ")];
    if status != Status::Ok {
        title.push(Span::styled(format!("{} ", mark(scene.state, status)), scene.style(status_tone(status))));
    }
    let tone = if has_keys { Tone::Focus } else { Tone::Heading };
    title.push(Span::styled(format!("{} ", kind.title()), scene.style(tone)));
    let border = if has_keys { Tone::Focus } else { Tone::Border };
    let block = Block::bordered()
        .border_set(scene.state.theme.glyphs.border())
        .border_style(scene.style(border))
        .title_top(Line::from(title));
    let room = width.saturating_sub(kind.title().len() + 6);
    let note = scene.fit(&body.note, room);
    let block = if note.is_empty() {
        block
    } else {
        let note = Span::styled(format!(" {note} "), scene.style(Tone::Faint));
        block.title_top(Line::from(note).right_aligned())
    };
    let count = body.lines.len();
    if count <= height {
        return block;
    }
    let shown = format!(" {}-{} of {count} ", top + 1, (top + height).min(count));
    block.title_bottom(Line::from(Span::styled(shown, scene.style(Tone::Faint))).right_aligned())
}

fn render_chart(buffer: &mut Buffer, area: Rect, scene: &Scene<'_>, chart: &Chart) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let labels: Vec<&str> = chart.labels.iter().map(String::as_str).collect();
    let past = scene.past(chart.metric, &labels, CHART_SPAN, usize::from(area.width));
    let greatest = past.iter().flatten().copied().fold(0.0, f64::max);
    let most = chart.most.unwrap_or(greatest).max(f64::MIN_POSITIVE);
    let bars: Vec<Option<Bar>> =
        past.into_iter().map(|value| value.map(|value| Bar { value, peak: value })).collect();
    area::draw(buffer, area, scene, &bars, (0.0, most), |value| chart.bounds.status_of(value));
    let label = Span::styled(chart.label, scene.style(Tone::Faint));
    buffer.set_span(area.x, area.y, &label, area.width);
}

/// Rows of a chart in a panel, at least and at most.
pub(super) const CHART_HEIGHT_MIN: u16 = 4;
pub(super) const CHART_HEIGHT_MAX: u16 = 9;
const CHART_SPAN: Duration = Duration::from_secs(600);

/// Columns and rows that a frame takes on both sides together.
pub(super) const BORDERS: u16 = 2;
