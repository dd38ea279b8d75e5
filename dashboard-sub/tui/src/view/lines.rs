//! Lines of text, and lists of them with a cursor.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::state::{List, State};
use crate::theme::Tone;

/// A list below its heading: `line` gives the row at a place. Only rows in view are asked for.
pub(crate) fn render_list<'a>(
    frame: &mut Frame<'_>,
    area: Rect,
    state: &State,
    heading: Line<'_>,
    (list, length): (&List, usize),
    line: impl Fn(usize) -> Line<'a>,
) {
    let buffer = frame.buffer_mut();
    buffer.set_line(area.x + 1, area.y, &heading, area.width.saturating_sub(1));
    let height = area.height.saturating_sub(1);
    let mut list = *list;
    list.settle(length, usize::from(height));
    for (row, at) in (area.y + 1..area.bottom()).zip(list.top..length) {
        buffer.set_line(area.x + 1, row, &line(at), area.width.saturating_sub(1));
        if at == list.at {
            mark_cursor(buffer, Rect { y: row, height: 1, ..area }, state);
        }
    }
}

/// Shows that the cursor is on this row.
pub(crate) fn mark_cursor(buffer: &mut Buffer, row: Rect, state: &State) {
    buffer.set_style(row, state.theme.style(Tone::Selected));
    buffer.set_string(row.x, row.y, state.theme.glyphs.cursor(), state.theme.style(Tone::Focus));
}

/// `text` in at most `width` columns of the terminal, with a sign where some of it is missing.
pub(crate) fn fit(text: &str, width: usize, state: &State) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let ellipsis = state.theme.glyphs.ellipsis();
    let mut kept = String::new();
    let mut used = ellipsis.width();
    for char in text.chars() {
        used += unicode_width::UnicodeWidthChar::width(char).unwrap_or_default();
        if used > width {
            break;
        }
        kept.push(char);
    }
    if width > 0 {
        kept.push_str(ellipsis);
    }
    kept
}

/// A piece of text of this meaning.
pub(crate) fn span<'a>(state: &State, tone: Tone, text: impl Into<std::borrow::Cow<'a, str>>) -> Span<'a> {
    Span::styled(state.theme.glyphs.write(text.into()), style(state, tone))
}

pub(crate) fn style(state: &State, tone: Tone) -> Style {
    state.theme.style(tone)
}
