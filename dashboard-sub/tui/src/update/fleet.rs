//! Keys on the fleet's table.

use crate::keys::Action;
use crate::message::Effect;
use crate::state::{Filtering, HostScreen, List, Overlay, Prompt, Row, Screen, State};

pub(super) fn act(state: &mut State, action: Action) {
    let length = state.table.rows.len();
    let mut list = state.table.list;
    if super::step(&mut list, action, length, state.layout().rows()) {
        state.select(list.at);
        return;
    }
    match action {
        Action::Open => open(state),
        Action::Back => {
            state.filter = Filtering::default();
            state.unsettled = true;
        }
        Action::Filter => state.prompt = Some(Prompt::new(&state.filter.text)),
        Action::NextSort => rearrange(state, |state| state.table.resort(true)),
        Action::PreviousSort => rearrange(state, |state| state.table.resort(false)),
        Action::Reverse => rearrange(state, |state| state.table.reverse = !state.table.reverse),
        Action::Group => rearrange(state, |state| state.table.regroup()),
        Action::Fold => rearrange(state, |state| state.table.fold()),
        Action::FoldAll => rearrange(state, |state| state.table.fold_all()),
        Action::Columns => state.overlay = Some(Overlay::Columns(List::default())),
        Action::Left => state.table.left = state.table.left.saturating_sub(1),
        Action::Right => {
            let most = state.table.columns.len().saturating_sub(1);
            state.table.left = (state.table.left + 1).min(most);
        }
        _ => {}
    }
}

/// A click on a heading sorts, on a row puts the cursor there, on the row of the cursor opens it.
pub(super) fn click(state: &mut State, column: u16, row: u16) -> Effect {
    let layout = state.layout();
    if row == layout.body.y {
        let mut places = state.table.places(layout.body.width).into_iter();
        let Some((clicked, _)) = places.find(|(_, place)| place.contains(&column)) else {
            return Effect::None;
        };
        rearrange(state, |state| {
            let table = &mut state.table;
            table.reverse = table.sort == clicked && !table.reverse;
            table.sort = clicked;
        });
        return Effect::Now;
    }
    let Some(at) = layout.row_at(row).map(|row| row + state.table.list.top) else { return Effect::None };
    if at >= state.table.rows.len() {
        return Effect::None;
    }
    if at == state.table.list.at {
        open(state);
    } else {
        state.select(at);
    }
    Effect::Now
}

fn open(state: &mut State) {
    match state.table.rows.get(state.table.list.at) {
        Some(Row::Group(_)) => rearrange(state, |state| state.table.fold()),
        Some(Row::Host(at)) => {
            let Some(origin) = state.entries().get(*at).map(|entry| entry.host.origin()) else { return };
            state.select(state.table.list.at);
            state.open(Screen::Host(HostScreen::new(origin)));
        }
        None => {}
    }
}

fn rearrange(state: &mut State, change: impl FnOnce(&mut State)) {
    change(state);
    state.unsettled = true;
}
