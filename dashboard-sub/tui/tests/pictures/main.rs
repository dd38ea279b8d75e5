//! What the dashboard shows of made-up fleets, compared with texts in `expected/`.
//!
//! `GRAPEVINE_BLESS=1 cargo test -p grapevine-tui --test pictures` writes them anew: look at them before you commit.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod host;
mod screens;
mod screenshots;
mod story;
