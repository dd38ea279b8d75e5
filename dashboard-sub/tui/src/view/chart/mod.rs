//! A reading over time, on all of the screen.

mod axis;
mod limits;

use std::time::Duration;

use grapevine_proto::catalogue;
use grapevine_proto::{Kind, Metric};
use grapevine_sub::{Column, HostReading};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::area::{self, Bar};
use super::details::value;
use super::row::Row;
use super::scene::Scene;
use crate::state::{Chart, ReadingName, SPANS_S, State};
use crate::theme::Tone;
use crate::units;
use axis::Scale;
use limits::Limit;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, chart: &Chart) {
    let Some(entry) = state.entry(chart.origin) else { return };
    let scene = Scene::of(state, entry);
    let reading = scene.host.readings().find(|reading| ReadingName::of(reading) == chart.reading);
    let metric = reading.as_ref().map(|reading| &**reading.metric);
    let known = || catalogue::rows().find(|metric| metric.name == chart.reading.metric);
    let Some(metric) = metric.or_else(known) else { return };
    let plot = Plot::of(&scene, chart, metric, area);
    let width = usize::from(area.width);
    let lines = [plot.title(reading.as_ref()), plot.sums()].map(|row| row.line(width));
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        frame.buffer_mut().set_line(area.x, y, &line, area.width);
    }
    plot.render(frame);
}

/// A chart that is being drawn.
struct Plot<'s, 'a> {
    scene: &'s Scene<'a>,
    chart: &'s Chart,
    metric: &'s Metric,
    /// Where the columns are drawn; axes are to the left of it and below.
    area: Rect,
    /// Seconds of a column of the chart, and how many columns of the terminal it takes.
    column_s: u32,
    column_width: u16,
    columns: Vec<Option<Column>>,
    limits: Vec<Limit>,
    scale: Scale,
}

impl<'s, 'a> Plot<'s, 'a> {
    fn of(scene: &'s Scene<'a>, chart: &'s Chart, metric: &'s Metric, area: Rect) -> Self {
        let area = Rect {
            x: area.x + axis::LEFT,
            y: area.y + TITLE_ROWS,
            width: area.width.saturating_sub(axis::LEFT + 1),
            height: area.height.saturating_sub(TITLE_ROWS + axis::BELOW),
        };
        let span_s = SPANS_S.get(chart.span).copied().unwrap_or(600);
        let column_s = span_s.div_ceil(u32::from(area.width).max(1)).max(1);
        let count =
            u16::try_from(span_s.div_ceil(column_s)).unwrap_or(area.width).clamp(1, area.width.max(1));
        let labels: Vec<&str> = chart.reading.labels.iter().map(String::as_str).collect();
        let span = Duration::from_secs(u64::from(span_s));
        let columns = scene.columns(metric, &labels, span, usize::from(count));
        let limits = limits::of(scene, metric, &labels);
        let scale = Scale::of(metric, &columns, &limits);
        let column_width = (area.width / count).max(1);
        Self { scene, chart, metric, area, column_s, column_width, columns, limits, scale }
    }

    fn title(&self, reading: Option<&HostReading<'_>>) -> Row<'s, 'a> {
        let labels = self.chart.reading.labels.join(" ");
        let row = Row::new(self.scene)
            .space(1)
            .text(Tone::Strong, self.scene.host.name().to_string())
            .space(2)
            .text(Tone::Focus, self.metric.name.to_string())
            .space(1)
            .text(Tone::Focus, labels)
            .space(2);
        let row = match reading {
            Some(reading) => {
                let (tone, value) = value(self.scene.state, reading);
                row.text(tone, value)
            }
            None => row.text(Tone::Unknown, "not told any more"),
        };
        row.text(Tone::Faint, format!("  {}", self.metric.help))
    }

    /// The least, the mean and the greatest value of what is shown; or what is under the cursor.
    fn sums(&self) -> Row<'s, 'a> {
        let quantity = |value: f64| units::quantity(value, self.metric.unit.as_str());
        let shown =
            f64::from(self.column_s) * f64::from(u32::try_from(self.columns.len()).unwrap_or_default());
        let row = Row::new(self.scene).text(Tone::Faint, format!(" last {}  ", units::duration(shown)));
        if let Some((age_s, column)) = self.under_cursor() {
            let time = axis::time(self.scene.clock.wall_s - age_s, true);
            let row = row.text(Tone::Focus, format!("at {time} "));
            return match column {
                Some(Column { min, mean, max }) if min < max => row.text(
                    Tone::Strong,
                    format!("{}, {} to {}", quantity(mean), quantity(min), quantity(max)),
                ),
                Some(Column { mean, .. }) => row.text(Tone::Strong, quantity(mean)),
                None => row.text(Tone::Faint, "nothing is known"),
            };
        }
        let known: Vec<&Column> = self.columns.iter().flatten().collect();
        if known.is_empty() {
            return row.text(Tone::Faint, "nothing is known of it yet");
        }
        let min = known.iter().map(|column| column.min).fold(f64::INFINITY, f64::min);
        let max = known.iter().map(|column| column.max).fold(f64::NEG_INFINITY, f64::max);
        let mean = known.iter().map(|column| column.mean).sum::<f64>()
            / f64::from(u32::try_from(known.len()).unwrap_or(u32::MAX));
        let parts = [("min ", min), ("mean ", mean), ("max ", max)];
        parts.into_iter().fold(row, |row, (name, value)| {
            row.text(Tone::Faint, name).text(Tone::Strong, quantity(value)).space(2)
        })
    }

    /// What is under the cursor, and how long ago it was.
    fn under_cursor(&self) -> Option<(f64, Option<Column>)> {
        let back = self.chart.cursor?.min(self.columns.len().saturating_sub(1));
        let column = self.columns.iter().rev().nth(back).copied().flatten();
        let age_s = f64::from(self.column_s) * f64::from(u32::try_from(back).unwrap_or_default());
        Some((age_s, column))
    }

    fn render(&self, frame: &mut Frame<'_>) {
        let buffer = frame.buffer_mut();
        let bars = self.columns.iter().map(|column| {
            let bar = column.map(|column| Bar { value: column.mean, peak: column.max });
            std::iter::repeat_n(bar, usize::from(self.column_width))
        });
        let bars: Vec<Option<Bar>> = bars.flatten().collect();
        let range = (self.scale.low, self.scale.high);
        area::draw(buffer, self.area, self.scene, &bars, range, |value| limits::status(&self.limits, value));
        axis::draw(buffer, self);
        for limit in &self.limits {
            self.draw_limit(buffer, limit);
        }
        self.draw_cursor(buffer);
    }

    /// A line across what is blank, and what it stands for at its right end.
    fn draw_limit(&self, buffer: &mut Buffer, limit: &Limit) {
        let Some(y) = self.row_of(limit.value) else { return };
        let style = self.scene.style(super::cells::status_tone(limit.status));
        for x in self.area.x..self.area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)).filter(|cell| cell.symbol() == " ") {
                cell.set_symbol(self.scene.state.theme.glyphs.rule()).set_style(style);
            }
        }
        let label = format!(" {} ", limit.name);
        let width = u16::try_from(label.len()).unwrap_or(u16::MAX).min(self.area.width);
        buffer.set_stringn(self.area.right() - width, y, label, usize::from(width), style);
    }

    fn draw_cursor(&self, buffer: &mut Buffer) {
        let Some(back) = self.chart.cursor else { return };
        let back = u16::try_from(back.min(self.columns.len().saturating_sub(1))).unwrap_or(u16::MAX);
        let x = self
            .area
            .right()
            .saturating_sub(back.saturating_mul(self.column_width) + self.column_width.div_ceil(2));
        let style = self.scene.style(Tone::Focus);
        for y in self.area.y..self.area.bottom() {
            if let Some(cell) = buffer.cell_mut((x.max(self.area.x), y)) {
                cell.set_symbol(self.scene.state.theme.glyphs.bar_line()).set_style(style);
            }
        }
    }

    /// The row below whose upper edge this value is; none if it is not in the picture.
    fn row_of(&self, value: f64) -> Option<u16> {
        let is_shown = value > self.scale.low && value <= self.scale.high;
        let range = (self.scale.low, self.scale.high);
        let rows = (area::eighths(value, range, self.area.height) + 4) / area::EIGHTHS;
        is_shown.then(|| self.area.bottom() - rows.clamp(1, self.area.height))
    }
}

/// Whether the values only grow, so that only the last of their digits change.
fn is_counter(metric: &Metric) -> bool {
    metric.kind == Kind::Counter
}

/// Name and sums.
const TITLE_ROWS: u16 = 3;
