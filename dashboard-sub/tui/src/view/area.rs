//! Values over time as a filled area of several rows.

use grapevine_sub::Status;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells::status_tone;
use super::scene::Scene;
use crate::theme::Tone;

/// What is drawn in a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    /// Up to where it is filled.
    pub(super) value: f64,
    /// Up to where values went in the meantime.
    pub(super) peak: f64,
}

/// Draws a column for each bar, the last at the right edge. The lowest row begins at `low`, the highest ends at `high`.
pub(super) fn draw(
    buffer: &mut Buffer,
    area: Rect,
    scene: &Scene<'_>,
    bars: &[Option<Bar>],
    (low, high): (f64, f64),
    status_of: impl Fn(f64) -> Status,
) {
    let skipped = usize::from(area.width).saturating_sub(bars.len());
    let skipped = u16::try_from(skipped).unwrap_or_default();
    for (x, bar) in (area.x + skipped..area.right()).zip(bars) {
        let Some(bar) = bar else { continue };
        let style = scene.style(status_tone(status_of(bar.value)));
        let filled = eighths(bar.value, (low, high), area.height).max(1);
        let peak = eighths(bar.peak, (low, high), area.height);
        for (row, y) in (0..area.height).zip((area.y..area.bottom()).rev()) {
            let level = filled.saturating_sub(row * EIGHTHS).min(EIGHTHS);
            if level > 0 {
                let glyph = scene.state.theme.glyphs.level(f64::from(level) / f64::from(EIGHTHS) * 100.0);
                buffer.set_string(x, y, glyph, style);
            } else if peak > row * EIGHTHS {
                buffer.set_string(x, y, scene.state.theme.glyphs.peak(), scene.style(Tone::Border));
            }
        }
    }
}

/// How high a value is in a chart of so many rows, in eighths of a row.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and eight times the rows"
)]
pub(super) fn eighths(value: f64, (low, high): (f64, f64), rows: u16) -> u16 {
    let most = f64::from(rows * EIGHTHS);
    ((value - low) / (high - low) * most).round().clamp(0.0, most) as u16
}

pub(super) const EIGHTHS: u16 = 8;
