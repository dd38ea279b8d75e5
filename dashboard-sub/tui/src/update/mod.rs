//! What happens to the state when something happens: pure, tested without a terminal.

mod alerts;
mod chart;
mod data;
mod fleet;
mod host;
mod overlay;
mod prompt;
#[cfg(test)]
mod tests;

use crate::clock::Clock;
use crate::keys::{self, Action, Key, Place};
use crate::message::{Effect, Message, Mouse};
use crate::state::{INTERVALS, List, Overlay, Screen, State};

/// Takes in `message` at the moment `clock` and says what is to be done about it.
pub(crate) fn update(state: &mut State, message: Message, clock: Clock) -> Effect {
    state.clock = clock;
    match message {
        Message::Key(key) => press(state, key),
        Message::Paste(text) => prompt::paste(state, &text),
        Message::Mouse(mouse) => point(state, mouse),
        Message::Resize(columns, rows) => {
            state.size = (columns, rows);
            Effect::Now
        }
        Message::Change(change) => data::change(state, change),
        Message::Missed(view) => data::missed(state, &view),
        Message::Tick(view) => data::tick(state, &view),
        Message::Ended => {
            state.notify("the recording is over");
            Effect::Now
        }
        Message::Trouble(what) => {
            state.notify(what);
            Effect::Now
        }
    }
}

fn press(state: &mut State, key: Key) -> Effect {
    if state.prompt.is_some() && key != Key::ctrl('c') && key != Key::ctrl('z') {
        return prompt::press(state, key);
    }
    // Keys mean what the user sees: rows in their present order.
    state.settle();
    match keys::action(state.place(), key) {
        Some(action) => act(state, action),
        None => Effect::None,
    }
}

fn act(state: &mut State, action: Action) -> Effect {
    match action {
        Action::Quit => return Effect::Quit,
        Action::Suspend => return Effect::Suspend,
        Action::Refresh => {
            state.unsettled = true;
            return Effect::Anew;
        }
        Action::Help => state.overlay = Some(Overlay::Help(List::default())),
        Action::Hosts => state.open(Screen::Fleet),
        Action::Alerts => state.open(Screen::Alerts(List::default())),
        Action::Events => state.open(Screen::Events(List::default())),
        Action::Mesh => state.open(Screen::Mesh(List::default())),
        Action::Freeze => state.freeze(),
        Action::Slower => state.interval = (state.interval + 1).min(INTERVALS.len() - 1),
        Action::Faster => state.interval = state.interval.saturating_sub(1),
        Action::Theme => state.theme.palette = state.theme.palette.next(),
        Action::Back if state.overlay.is_some() => state.overlay = None,
        Action::Back if state.back() => {}
        other => return act_here(state, other),
    }
    Effect::Now
}

/// What a key does depends on the screen.
fn act_here(state: &mut State, action: Action) -> Effect {
    match state.place() {
        Place::Help | Place::Columns => overlay::act(state, action),
        Place::Fleet => fleet::act(state, action),
        Place::Host => host::act(state, action),
        Place::Details => host::act_in_details(state, action),
        Place::Chart => chart::act(state, action),
        Place::Alerts | Place::Events | Place::Mesh => alerts::act(state, action),
    }
    Effect::Now
}

/// Moves a cursor; whether the action was a move.
fn step(list: &mut List, action: Action, length: usize, page: usize) -> bool {
    let page = isize::try_from(page.saturating_sub(1).max(1)).unwrap_or(1);
    match action {
        Action::Up => list.step(-1, length),
        Action::Down => list.step(1, length),
        Action::PageUp => list.step(-page, length),
        Action::PageDown => list.step(page, length),
        Action::First => list.go(0, length),
        Action::Last => list.go(usize::MAX, length),
        _ => return false,
    }
    true
}

fn point(state: &mut State, mouse: Mouse) -> Effect {
    state.settle();
    match mouse {
        Mouse::Wheel { down } => {
            for _ in 0..WHEEL_ROWS {
                act_here(state, if down { Action::Down } else { Action::Up });
            }
            Effect::Now
        }
        Mouse::Click { column, row } if state.overlay.is_none() && *state.screen() == Screen::Fleet => {
            fleet::click(state, column, row)
        }
        Mouse::Click { .. } => Effect::None,
    }
}

/// As most terminals scroll.
const WHEEL_ROWS: u8 = 3;
