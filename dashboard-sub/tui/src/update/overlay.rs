//! Keys on what lies over a screen.

use crate::keys::{self, Action};
use crate::state::{Column, FleetTable, Overlay, State};

pub(super) fn act(state: &mut State, action: Action) {
    let page = state.layout().rows();
    let (place, columns) = (state.screen().place(), state.table.offered());
    match &mut state.overlay {
        Some(Overlay::Help(list)) => {
            super::step(list, action, keys::bindings(place).count(), page);
        }
        Some(Overlay::Columns(list)) => {
            if super::step(list, action, columns.len(), page) {
                return;
            }
            let Some(column) = columns.get(list.at) else { return };
            choose(&mut state.table, *column, action);
            list.at = state.table.offered().iter().position(|offered| offered == column).unwrap_or(list.at);
            state.unsettled = true;
        }
        None => {}
    }
}

fn choose(table: &mut FleetTable, column: Column, action: Action) {
    let columns = &mut table.columns;
    let at = columns.iter().position(|shown| *shown == column);
    match (action, at) {
        // A row without a name is nobody's.
        (Action::Toggle, Some(_)) if column == Column::Host => {}
        (Action::Toggle, Some(at)) => drop(columns.remove(at)),
        (Action::Toggle, None) => columns.push(column),
        (Action::MoveUp, Some(at)) if at > 0 => columns.swap(at, at - 1),
        (Action::MoveDown, Some(at)) if at + 1 < columns.len() => columns.swap(at, at + 1),
        _ => {}
    }
}
