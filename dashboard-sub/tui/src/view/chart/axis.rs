//! The axes of a chart: values with their unit to the left, times below.

use grapevine_proto::Metric;
use ratatui::buffer::Buffer;

use super::limits::Limit;
use super::{Column, Plot, is_counter};
use crate::theme::Tone;
use crate::units;

/// Which values the picture is of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    /// From one label to the next.
    pub(super) step: f64,
}

impl Scale {
    /// From 0 on, but where that would show nothing: for what is never near 0.
    pub(super) fn of(metric: &Metric, columns: &[Option<Column>], limits: &[Limit]) -> Self {
        let min = columns.iter().flatten().map(|column| column.min).fold(f64::INFINITY, f64::min);
        let max = columns.iter().flatten().map(|column| column.max).fold(f64::NEG_INFINITY, f64::max);
        let unit = metric.unit.as_str();
        if unit == "percent" && max <= 100.0 {
            return Self { low: 0.0, high: 100.0, step: 25.0 };
        }
        if unit == "boolean" {
            return Self { low: 0.0, high: 1.0, step: 1.0 };
        }
        let (min, max) = if min <= max { (min, max) } else { (0.0, 1.0) };
        // A limit that is not far above belongs into the picture.
        let near = limits.iter().map(|limit| limit.value).filter(|value| *value <= max * 1.6);
        let max = near.fold(max, f64::max);
        let base = if is_counter(metric) || min > max * 0.9 && unit == "seconds" { min } else { 0.0 };
        let step = nice((max - base).max(f64::MIN_POSITIVE) / 4.0, base_of(unit));
        let low = if base > 0.0 { (base / step).floor() * step } else { base.min(min) };
        let high = ((max / step).ceil() * step).max(low + step);
        Self { low, high, step }
    }
}

/// Values and times.
pub(super) fn draw(buffer: &mut Buffer, plot: &Plot<'_, '_>) {
    draw_values(buffer, plot);
    draw_times(buffer, plot);
}

fn draw_values(buffer: &mut Buffer, plot: &Plot<'_, '_>) {
    let style = plot.scene.style(Tone::Faint);
    let Scale { low, high, step } = plot.scale;
    let label = |buffer: &mut Buffer, value: f64, y: u16| {
        let text = units::quantity(value, plot.metric.unit.as_str());
        let width = usize::from(LEFT) - 2;
        buffer.set_stringn(plot.area.x - LEFT, y, format!("{text:>width$} "), usize::from(LEFT) - 1, style);
    };
    label(buffer, low, plot.area.bottom());
    let mut last = plot.area.bottom();
    let mut value = low + step;
    // At most 20 labels, whatever the steps are.
    for _ in 0..20 {
        if value > high + step / 2.0 {
            return;
        }
        if let Some(y) = plot.row_of(value.min(high)).filter(|y| y + 1 < last) {
            label(buffer, value, y);
            last = y;
        }
        value += step;
    }
}

fn draw_times(buffer: &mut Buffer, plot: &Plot<'_, '_>) {
    let (area, y) = (plot.area, plot.area.bottom());
    let line = plot.scene.state.theme.glyphs.line();
    for x in area.x..area.right() {
        buffer.set_string(x, y, line, plot.scene.style(Tone::Border));
    }
    let style = plot.scene.style(Tone::Faint);
    let count = (area.width / TIME_WIDTH).clamp(1, 10);
    let column_s = f64::from(plot.column_s) / f64::from(plot.column_width);
    let has_seconds = column_s * f64::from(area.width) < 1000.0;
    for at in 0..count {
        let x = area.x + area.width * at / count;
        let back = area.right() - 1 - x;
        let text = time(plot.scene.clock.wall_s - f64::from(back) * column_s, has_seconds);
        buffer.set_string(x, y + 1, text, style);
    }
    let now = if plot.scene.is_past() { "last" } else { "now" };
    let x = area.right().saturating_sub(4);
    buffer.set_stringn(x, y + 1, format!("{now:>4}"), 4, style);
}

/// The time of the day in UTC.
pub(super) fn time(wall_s: f64, has_seconds: bool) -> String {
    let time = units::time_of_day(wall_s);
    let time = time.trim_end_matches(" UTC");
    if has_seconds { format!("{time}:{:02.0}", (wall_s % 60.0).floor()) } else { time.to_owned() }
}

/// A round step of at least `least`: 1, 2 or 5 times a power of ten, in units of 1024 where that is the custom.
fn nice(least: f64, base: f64) -> f64 {
    let mut unit = 1.0;
    while base > 1.0 && least >= unit * base {
        unit *= base;
    }
    let power = 10_f64.powf((least / unit).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power * unit);
    steps.into_iter().find(|step| *step >= least * 0.999).unwrap_or(least)
}

fn base_of(unit: &str) -> f64 {
    if unit.starts_with("bytes") { 1024.0 } else { 1.0 }
}

/// Columns to the left of the chart.
pub(super) const LEFT: u16 = 12;
/// Rows below it.
pub(super) const BELOW: u16 = 2;
/// Columns for a time, with what separates it from the next.
const TIME_WIDTH: u16 = 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!([0.3, 7.0, 25.0, 26.0].map(|least| nice(least, 1.0)), [0.5, 10.0, 50.0, 50.0]);
        let mebi = 1024.0 * 1024.0;
        assert_eq!([3.0 * mebi, 15.0 * mebi].map(|least| nice(least, 1024.0)), [5.0 * mebi, 20.0 * mebi]);
    }
}
