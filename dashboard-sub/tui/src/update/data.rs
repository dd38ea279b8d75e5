//! News from the network.

use grapevine_sub::{Change, HostChange, View};

use crate::message::Effect;
use crate::state::{HostScreen, List, Overlay, Screen, State};

pub(super) fn change(state: &mut State, change: Change) -> Effect {
    match &change {
        Change::Connection(connection) => {
            state.connection = Some(connection.clone());
            return Effect::Now;
        }
        Change::Bad { fault, name, count } => {
            state.notify(format!("{count} bad frames, the last of {name}: {fault}"));
        }
        Change::RecordingFailed(why) => state.notify(format!("recording has ended: {why}")),
        Change::Host { .. } | Change::Past(_) | Change::Lagged(_) => {}
    }
    state.fleet.handle(&change, state.clock);
    if let Change::Host { host, what: HostChange::Joined } = &change
        && state.awaited.as_deref() == Some(host.name().as_str())
    {
        state.awaited = None;
        let origin = host.origin();
        state.open(Screen::Host(HostScreen { origin, panel: 0, list: List::default() }));
    }
    seen(state)
}

/// The hosts that are no longer in the view are gone; news of the others follows.
pub(super) fn missed(state: &mut State, view: &View) -> Effect {
    let is_there = |host: &grapevine_sub::Host| {
        view.named(host.name().as_str()).iter().any(|known| known.origin() == host.origin())
    };
    let entries = state.fleet.entries().iter();
    let gone: Vec<_> =
        entries.filter(|entry| !is_there(&entry.host)).map(|entry| entry.host.clone()).collect();
    for host in gone {
        state.fleet.handle(&Change::Host { host, what: HostChange::Forgotten }, state.clock);
    }
    seen(state)
}

pub(super) fn tick(state: &mut State) -> Effect {
    state.fleet.handle_tick(state.clock);
    seen(state)
}

/// What is frozen or covered is not drawn anew.
fn seen(state: &mut State) -> Effect {
    if state.is_frozen() || matches!(state.overlay, Some(Overlay::Help(_))) {
        return Effect::None;
    }
    state.unsettled = true;
    Effect::Later
}
