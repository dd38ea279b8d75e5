//! Keys on lists over the whole fleet: alerts, events, the mesh.

use grapevine_proto::OriginId;

use crate::keys::Action;
use crate::state::{HostScreen, Screen, State};

pub(super) fn act(state: &mut State, action: Action) {
    let (origins, page) = (origins(state), state.layout().rows());
    let Some(Screen::Alerts(list) | Screen::Events(list) | Screen::Mesh(list)) = state.screen_mut() else {
        return;
    };
    if super::step(list, action, origins.len(), page) {
        list.settle(origins.len(), page);
        return;
    }
    let at = list.at;
    if action == Action::Open
        && let Some(Some(origin)) = origins.get(at)
    {
        state.open(Screen::Host(HostScreen::new(*origin)));
    }
}

/// The host that each row of the list is about.
fn origins(state: &State) -> Vec<Option<OriginId>> {
    match state.screen() {
        Screen::Mesh(_) => state.entries().iter().map(|entry| Some(entry.host.origin())).collect(),
        Screen::Events(_) => state.events().iter().map(|event| event.origin).collect(),
        Screen::Alerts(_) => state.alerts().iter().map(|(entry, _)| Some(entry.host.origin())).collect(),
        _ => Vec::new(),
    }
}
