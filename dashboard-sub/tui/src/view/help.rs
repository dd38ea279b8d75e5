//! What keys do here: made from their table.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear};

use super::lines::{span, style};
use crate::keys::{self, Binding};
use crate::state::{List, State};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, list: &List) {
    let inner = popup(frame, area, state, " Keys ");
    let bindings: Vec<&Binding> = keys::bindings(state.screen().place()).collect();
    let mut list = *list;
    list.settle(bindings.len(), usize::from(inner.height));
    let buffer = frame.buffer_mut();
    for (y, binding) in (inner.y..inner.bottom()).zip(bindings.iter().skip(list.top)) {
        let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
        let line = Line::from(vec![
            span(state, Tone::Focus, format!(" {:<14}", keys.join(" "))),
            span(state, Tone::Plain, binding.what),
        ]);
        buffer.set_line(inner.x, y, &line, inner.width);
    }
}

/// Clears the middle of `area` and draws a frame around it; what is inside the frame.
pub(super) fn popup(frame: &mut Frame<'_>, area: Rect, state: &State, title: &'static str) -> Rect {
    let width = area.width.saturating_sub(4).min(POPUP_WIDTH_MAX);
    let outer = Rect { x: area.x + (area.width - width) / 2, width, ..area };
    let block = Block::bordered()
        .border_set(state.theme.glyphs.border())
        .border_style(style(state, Tone::Focus))
        .title(title);
    let inner = block.inner(outer);
    frame.render_widget(Clear, outer);
    frame.render_widget(block, outer);
    inner
}

const POPUP_WIDTH_MAX: u16 = 90;
