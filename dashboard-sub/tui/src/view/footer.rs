//! The line below every screen: what is typed, what went wrong, or what keys do.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use super::lines::span;
use crate::keys::{self, Binding};
use crate::state::{Prompt, State};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State) {
    if let Some(prompt) = &state.prompt {
        render_prompt(frame, area, state, prompt);
        return;
    }
    let line = match state.notice() {
        Some(notice) => {
            Line::from(span(state, Tone::Warning, format!(" {}", crate::units::printable(notice))))
        }
        None => keys(state, usize::from(area.width)),
    };
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
}

fn render_prompt(frame: &mut Frame<'_>, area: Rect, state: &State, prompt: &Prompt) {
    let mut line =
        Line::from(vec![span(state, Tone::Focus, " /"), span(state, Tone::Strong, prompt.text().to_owned())]);
    if let Some(error) = &state.filter.error {
        line.push_span(span(state, Tone::Critical, format!("   {error}")));
    }
    frame.buffer_mut().set_line(area.x, area.y, &line, area.width);
    let before: String = prompt.text().chars().take(prompt.at()).collect();
    let column = area.x.saturating_add(2).saturating_add(u16::try_from(before.width()).unwrap_or(u16::MAX));
    frame.set_cursor_position(Position::new(column.min(area.right().saturating_sub(1)), area.y));
}

/// As many keys as fit; the help has them all, and its key stands first.
fn keys(state: &State, width: usize) -> Line<'static> {
    let mut line = Line::default();
    let mut used = 0;
    let named = || keys::bindings(state.place()).filter(|binding| !binding.word.is_empty());
    let (first, rest): (Vec<&Binding>, Vec<&Binding>) = named().partition(|binding| binding.word == "help");
    for binding in first.into_iter().chain(rest) {
        let Some(key) = binding.keys.first() else { continue };
        let (key, word) = (format!(" {key} "), format!("{} ", binding.word));
        used += key.width() + word.width();
        if used > width {
            break;
        }
        line.push_span(span(state, Tone::Focus, key));
        line.push_span(span(state, Tone::Faint, word));
    }
    line
}
