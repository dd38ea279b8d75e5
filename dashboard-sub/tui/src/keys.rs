//! Keys and what they do: one table, which [`update`](crate::update) obeys, and which the footer and the help show.

use std::fmt;

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) code: Code,
    pub(crate) ctrl: bool,
}

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    /// A character, with Shift applied.
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
}

impl Key {
    /// A character's key.
    pub(crate) const fn char(char: char) -> Self {
        Self::of(Code::Char(char))
    }

    /// A key without Ctrl.
    pub(crate) const fn of(code: Code) -> Self {
        Self { code, ctrl: false }
    }

    /// A letter with Ctrl.
    pub(crate) const fn ctrl(char: char) -> Self {
        Self { code: Code::Char(char), ctrl: true }
    }
}

/// As the help shows it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        match self.code {
            Code::Char(' ') => f.write_str("Space"),
            Code::Char(char) if self.ctrl => write!(f, "{}", char.to_ascii_uppercase()),
            Code::Char(char) => write!(f, "{char}"),
            Code::BackTab => f.write_str("Shift-Tab"),
            Code::PageUp => f.write_str("PgUp"),
            Code::PageDown => f.write_str("PgDn"),
            Code::Backspace => f.write_str("Backspace"),
            Code::Delete => f.write_str("Del"),
            named => write!(f, "{named:?}"),
        }
    }
}

/// What the user wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Quit,
    Suspend,
    Help,
    Back,
    Hosts,
    Alerts,
    Events,
    Mesh,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    First,
    Last,
    NextPanel,
    PreviousPanel,
    Open,
    Chart,
    ShorterSpan,
    LongerSpan,
    Filter,
    NextSort,
    PreviousSort,
    Reverse,
    Group,
    Fold,
    FoldAll,
    Columns,
    Toggle,
    MoveUp,
    MoveDown,
    Freeze,
    Faster,
    Slower,
    Theme,
    Refresh,
}

/// Where keys are pressed: what is on top of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Fleet,
    Host,
    Details,
    Chart,
    Mesh,
    Alerts,
    Events,
    Help,
    Columns,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    /// Any of these; the first is shown in the footer.
    pub(crate) keys: &'static [Key],
    pub(crate) action: Action,
    /// A word for the footer; empty where the key is for the help alone.
    pub(crate) word: &'static str,
    /// A sentence for the help.
    pub(crate) what: &'static str,
    pub(crate) places: &'static [Place],
}

/// What `key` does at `place`.
pub(crate) fn action(place: Place, key: Key) -> Option<Action> {
    bindings(place).find(|binding| binding.keys.contains(&key)).map(|binding| binding.action)
}

/// What can be done at `place`.
pub(crate) fn bindings(place: Place) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.places.contains(&place))
}

const EVERYWHERE: &[Place] = &[
    Place::Fleet,
    Place::Host,
    Place::Details,
    Place::Chart,
    Place::Mesh,
    Place::Alerts,
    Place::Events,
    Place::Help,
    Place::Columns,
];
const SCREENS: &[Place] =
    &[Place::Fleet, Place::Host, Place::Details, Place::Chart, Place::Mesh, Place::Alerts, Place::Events];
const BEYOND_FLEET: &[Place] = &[Place::Host, Place::Details, Place::Mesh, Place::Alerts, Place::Events];
const OVERLAYS: &[Place] = &[Place::Help, Place::Columns];
const LISTS: &[Place] = &[
    Place::Fleet,
    Place::Host,
    Place::Details,
    Place::Mesh,
    Place::Alerts,
    Place::Events,
    Place::Help,
    Place::Columns,
];
const SIDEWAYS: &[Place] = &[Place::Fleet, Place::Chart];
const FLEET: &[Place] = &[Place::Fleet];
const HOST: &[Place] = &[Place::Host];
const CHART: &[Place] = &[Place::Chart];
const COLUMNS: &[Place] = &[Place::Columns];
const OPENABLE: &[Place] = &[Place::Fleet, Place::Host, Place::Mesh, Place::Alerts, Place::Events];
const CHARTABLE: &[Place] = &[Place::Host, Place::Details];

/// All keys, in the order of the footer and of the help.
#[rustfmt::skip]
pub(crate) static BINDINGS: &[Binding] = &[
    Binding { keys: &[Key::of(Code::Esc)], action: Action::Back, word: "back", what: "Go back; on the fleet clear the filter", places: BEYOND_FLEET },
    Binding { keys: &[Key::of(Code::Esc)], action: Action::Back, word: "back", what: "Go back", places: CHART },
    Binding { keys: &[Key::of(Code::Esc)], action: Action::Back, word: "", what: "Clear the filter", places: FLEET },
    Binding { keys: &[Key::of(Code::Esc), Key::char('q'), Key::char('?')], action: Action::Back, word: "close", what: "Close", places: OVERLAYS },
    Binding { keys: &[Key::of(Code::Enter)], action: Action::Open, word: "open", what: "Open what the cursor is on: a host, or a row's details", places: OPENABLE },
    Binding { keys: &[Key::char(' '), Key::of(Code::Enter)], action: Action::Toggle, word: "show", what: "Show or hide the column", places: COLUMNS },
    Binding { keys: &[Key::char('K'), Key::char('-')], action: Action::MoveUp, word: "earlier", what: "Move the column to the left", places: COLUMNS },
    Binding { keys: &[Key::char('J'), Key::char('+')], action: Action::MoveDown, word: "later", what: "Move the column to the right", places: COLUMNS },
    Binding { keys: &[Key::of(Code::Tab)], action: Action::NextPanel, word: "panel", what: "Go to the next panel", places: HOST },
    Binding { keys: &[Key::of(Code::BackTab)], action: Action::PreviousPanel, word: "", what: "Go to the panel before", places: HOST },
    Binding { keys: &[Key::char('/')], action: Action::Filter, word: "filter", what: "Filter hosts, such as `host=srv* gpu.temp>70 group=lab status!=ok`", places: FLEET },
    Binding { keys: &[Key::char('s'), Key::char('>')], action: Action::NextSort, word: "sort", what: "Sort by the next column", places: FLEET },
    Binding { keys: &[Key::char('S'), Key::char('<')], action: Action::PreviousSort, word: "", what: "Sort by the column before", places: FLEET },
    Binding { keys: &[Key::char('i')], action: Action::Reverse, word: "", what: "Reverse the order", places: FLEET },
    Binding { keys: &[Key::char('z')], action: Action::Group, word: "group", what: "Group by role, by group, by status, or not at all", places: FLEET },
    Binding { keys: &[Key::char(' ')], action: Action::Fold, word: "", what: "Fold or unfold the group", places: FLEET },
    Binding { keys: &[Key::char('Z')], action: Action::FoldAll, word: "", what: "Fold or unfold all groups", places: FLEET },
    Binding { keys: &[Key::char('C')], action: Action::Columns, word: "columns", what: "Choose columns and their order", places: FLEET },
    Binding { keys: &[Key::char('c')], action: Action::Chart, word: "chart", what: "Chart of the reading under the cursor", places: CHARTABLE },
    Binding { keys: &[Key::char('[')], action: Action::ShorterSpan, word: "span", what: "Show a shorter time", places: CHART },
    Binding { keys: &[Key::char(']')], action: Action::LongerSpan, word: "", what: "Show a longer time", places: CHART },
    Binding { keys: &[Key::char('h'), Key::char('H')], action: Action::Hosts, word: "hosts", what: "All hosts", places: BEYOND_FLEET },
    Binding { keys: &[Key::char('H')], action: Action::Hosts, word: "hosts", what: "All hosts", places: CHART },
    Binding { keys: &[Key::char('a')], action: Action::Alerts, word: "alerts", what: "What is wrong in the whole fleet, the gravest first", places: SCREENS },
    Binding { keys: &[Key::char('e')], action: Action::Events, word: "events", what: "What happened, the newest first", places: SCREENS },
    Binding { keys: &[Key::char('m')], action: Action::Mesh, word: "mesh", what: "Who links to whom", places: SCREENS },
    Binding { keys: &[Key::char('f')], action: Action::Freeze, word: "freeze", what: "Freeze what is shown, and go on", places: SCREENS },
    Binding { keys: &[Key::of(Code::Up), Key::char('k')], action: Action::Up, word: "", what: "Up", places: LISTS },
    Binding { keys: &[Key::of(Code::Down), Key::char('j')], action: Action::Down, word: "", what: "Down", places: LISTS },
    Binding { keys: &[Key::of(Code::Left), Key::char('h')], action: Action::Left, word: "", what: "To the left: columns, or earlier", places: SIDEWAYS },
    Binding { keys: &[Key::of(Code::Right), Key::char('l')], action: Action::Right, word: "", what: "To the right: columns, or later", places: SIDEWAYS },
    Binding { keys: &[Key::of(Code::Left)], action: Action::PreviousPanel, word: "", what: "Go to the panel before", places: HOST },
    Binding { keys: &[Key::of(Code::Right), Key::char('l')], action: Action::NextPanel, word: "", what: "Go to the next panel", places: HOST },
    Binding { keys: &[Key::of(Code::PageUp), Key::ctrl('b')], action: Action::PageUp, word: "", what: "A page up", places: LISTS },
    Binding { keys: &[Key::of(Code::PageDown), Key::ctrl('f')], action: Action::PageDown, word: "", what: "A page down", places: LISTS },
    Binding { keys: &[Key::char('g'), Key::of(Code::Home)], action: Action::First, word: "", what: "To the first", places: LISTS },
    Binding { keys: &[Key::char('G'), Key::of(Code::End)], action: Action::Last, word: "", what: "To the last", places: LISTS },
    Binding { keys: &[Key::char('+'), Key::char('=')], action: Action::Slower, word: "", what: "Longer interval between two pictures", places: SCREENS },
    Binding { keys: &[Key::char('-')], action: Action::Faster, word: "", what: "Shorter interval, at last as news comes", places: SCREENS },
    Binding { keys: &[Key::char('t')], action: Action::Theme, word: "", what: "The next theme: dark, light, 16 colours, none", places: SCREENS },
    Binding { keys: &[Key::char('r'), Key::ctrl('l')], action: Action::Refresh, word: "", what: "Draw everything anew", places: SCREENS },
    Binding { keys: &[Key::char('?')], action: Action::Help, word: "help", what: "This help", places: SCREENS },
    Binding { keys: &[Key::ctrl('z')], action: Action::Suspend, word: "", what: "Suspend; `fg` comes back", places: EVERYWHERE },
    Binding { keys: &[Key::char('q')], action: Action::Quit, word: "quit", what: "Quit", places: SCREENS },
    Binding { keys: &[Key::ctrl('c')], action: Action::Quit, word: "", what: "Quit, from everywhere", places: EVERYWHERE },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_at_one_place() {
        for &place in EVERYWHERE {
            let mut seen: Vec<Key> = Vec::new();
            for binding in bindings(place) {
                for key in binding.keys {
                    assert!(!seen.contains(key), "{key} at {place:?} is there twice");
                    seen.push(*key);
                }
            }
        }
    }

    #[test]
    fn every_place_can_be_left_and_the_program_ended() {
        for &place in EVERYWHERE {
            assert_eq!(action(place, Key::ctrl('c')), Some(Action::Quit), "{place:?}");
            assert_eq!(action(place, Key::of(Code::Esc)), Some(Action::Back), "{place:?}");
        }
    }

    #[test]
    fn keys_are_named_as_they_are_labelled() {
        let keys =
            [Key::ctrl('c'), Key::char(' '), Key::char('G'), Key::of(Code::PageUp), Key::of(Code::BackTab)];
        assert_eq!(keys.map(|key| key.to_string()), ["Ctrl-C", "Space", "G", "PgUp", "Shift-Tab"]);
    }
}
