//! The shell over real sockets: ports that the system chose, deadlines instead of sleeps.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod flow;
mod hostile;
mod links;
mod node;
mod raw;
mod redial;
mod unix;
#[path = "../protocol/wire.rs"]
mod wire;
