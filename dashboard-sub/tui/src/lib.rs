//! The dashboard of a Grapevine network in a terminal.
//!
//! Four parts, each of which knows only those before it:
//!
//! - `state` is what is known and where the user is in it: the fleet, a stack of screens, cursors, the filter.
//! - `message` is all that can happen: a key, a change of the network, a tick of the clock.
//! - `update` folds a message into the state and says what is to be done: draw soon, draw now, quit. It is pure, and so
//!   is tested without a terminal.
//! - `view` makes a picture of a state. It decides nothing.
//!
//! Around them [`run()`] waits: for the user (`input`), for a [`Source`], for the time to draw (`pace`), and draws on the
//! `terminal`. Keys are rows of one table (`keys`), which `update` obeys and which the footer and the help show.

mod clock;
pub mod config;
mod detection;
mod glyphs;
mod input;
mod keys;
mod layout;
mod message;
mod pace;
mod run;
mod source;
#[cfg(test)]
mod stage;
mod state;
mod still;
mod svg;
mod terminal;
mod theme;
pub mod units;
mod update;
mod view;

pub use clock::Clock;
pub use config::{Agent, Config, Top};
pub use glyphs::Glyphs;
pub use run::{Options, RunError, run};
pub use source::{Messages, Origin, Source};
pub use state::{Column, Grouping};
pub use still::Still;
pub use svg::svg;
pub use theme::{Palette, Theme, Tone};
