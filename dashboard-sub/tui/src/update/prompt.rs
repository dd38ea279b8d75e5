//! Typing the filter: it holds while it is typed.

use crate::keys::{Code, Key};
use crate::message::Effect;
use crate::state::{Filtering, State};

pub(super) fn press(state: &mut State, key: Key) -> Effect {
    let Some(prompt) = &mut state.prompt else { return Effect::None };
    match (key.code, key.ctrl) {
        (Code::Enter, _) => state.prompt = None,
        (Code::Esc, _) => {
            state.prompt = None;
            state.filter = Filtering::default();
        }
        (Code::Backspace, _) => {
            // As in vi: nothing left to remove is a way out.
            if !prompt.backspace() && prompt.text().is_empty() {
                state.prompt = None;
            }
        }
        (Code::Delete, _) => prompt.delete(),
        (Code::Char('w'), true) => prompt.delete_word(),
        (Code::Char('u'), true) => prompt.clear(),
        (Code::Left, _) => prompt.left(),
        (Code::Right, _) => prompt.right(),
        (Code::Home, _) | (Code::Char('a'), true) => prompt.home(),
        (Code::End, _) | (Code::Char('e'), true) => prompt.end(),
        (Code::Char(char), false) => prompt.insert(char.encode_utf8(&mut [0; 4])),
        _ => return Effect::None,
    }
    apply(state);
    Effect::Now
}

/// Text that was pasted is typed where something is typed, and nothing elsewhere: it is no keys.
pub(super) fn paste(state: &mut State, text: &str) -> Effect {
    let Some(prompt) = &mut state.prompt else { return Effect::None };
    prompt.insert(text);
    apply(state);
    Effect::Now
}

fn apply(state: &mut State) {
    if let Some(prompt) = &state.prompt {
        let text = prompt.text().to_owned();
        state.filter.set(&text);
    }
    state.unsettled = true;
}
