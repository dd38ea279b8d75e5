//! Keys on a chart.

use crate::keys::Action;
use crate::state::{Chart, SPANS_S, Screen, State};

pub(super) fn act(state: &mut State, action: Action) {
    let Some(Screen::Chart(chart)) = state.screen_mut() else { return };
    let Chart { span, cursor, .. } = chart;
    match action {
        Action::ShorterSpan => *span = span.saturating_sub(1),
        Action::LongerSpan => *span = (*span + 1).min(SPANS_S.len() - 1),
        Action::Left => *cursor = Some(cursor.map_or(0, |steps| steps + 1)),
        Action::Right => *cursor = cursor.and_then(|steps| steps.checked_sub(1)),
        _ => {}
    }
}
