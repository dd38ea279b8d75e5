//! The pure parts: no socket, no clock.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod handshake;
mod limits;
mod pair;
mod properties;
mod queue;
mod stories;
mod subscriptions;
mod unread;
mod wire;
