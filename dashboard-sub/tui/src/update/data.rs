//! News from the network.

use grapevine_sub::{Change, HostChange, View};

use crate::message::Effect;
use crate::state::{HostScreen, Overlay, Screen, State};

pub(super) fn change(state: &mut State, change: Change) -> Effect {
    state.fleet.handle(&change, state.clock.now, state.clock.wall_s);
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
    if let Change::Host { host, what: HostChange::Joined } = &change
        && state.awaited.as_deref() == Some(host.name().as_str())
    {
        state.awaited = None;
        let origin = host.origin();
        state.open(Screen::Host(HostScreen::new(origin)));
    }
    seen(state)
}

pub(super) fn missed(state: &mut State, view: &View) -> Effect {
    state.fleet.resync(view, state.clock.now, state.clock.wall_s);
    seen(state)
}

pub(super) fn tick(state: &mut State, view: &View) -> Effect {
    state.traffic.look(view.counters(), state.clock.now);
    state.fleet.handle_tick(view, state.clock.now, state.clock.wall_s);
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
