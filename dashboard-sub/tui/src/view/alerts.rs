//! What is wrong in the whole fleet, the gravest first.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::lines::{render_list, span};
use crate::state::{List, State};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, list: &List) {
    let heading = Line::from(span(state, Tone::Heading, "  HOST  WHAT"));
    render_list(frame, area, state, heading, (list, 0), |_| Line::default());
}
