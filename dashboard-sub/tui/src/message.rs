//! All that can happen to the dashboard.

use std::sync::Arc;

use grapevine_sub::{Change, View};

use crate::keys::Key;

/// One thing that happened, told to [`update`](crate::update::update) with the time.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// The user pressed a key.
    Key(Key),
    /// The user pasted text.
    Paste(String),
    /// The user clicked or turned the wheel.
    Mouse(Mouse),
    /// The terminal has this many columns and rows.
    Resize(u16, u16),
    /// The network changed.
    Change(Change),
    /// So much changed that some of it was missed; this is how things are.
    Missed(Arc<View>),
    /// A second has passed, and this is how things are.
    Tick(Arc<View>),
    /// The source has ended: a recording is over.
    Ended,
    /// Something went wrong that the user should read; what was shown stays.
    Trouble(String),
}

/// What a mouse did, and at which column and row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mouse {
    /// The main button was pressed.
    Click { column: u16, row: u16 },
    /// The wheel was turned towards the user, or away.
    Wheel { down: bool },
}

/// What the shell has to do after an update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing is to be seen of it.
    #[default]
    None,
    /// Something shown is different; drawn soon, as often as drawing may cost.
    Later,
    /// The user waits for it: drawn at once.
    Now,
    /// Drawn at once, all of it, whatever is on the terminal.
    Anew,
    /// The program stands still until its user brings it back.
    Suspend,
    /// The program ends.
    Quit,
}
