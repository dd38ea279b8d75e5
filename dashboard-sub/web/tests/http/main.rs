//! The server as its clients see it: through real sockets, over a demonstration that a real listener tells of.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and says what it leaves out"
)]

#[path = "../../../tests/agent/mod.rs"]
mod agent;
#[path = "../../../tests/origin/mod.rs"]
mod origin;

mod auth;
mod client;
mod document;
mod events;
mod fleet;
mod gpu;
mod host;
mod hostile;
mod metrics;
mod nginx;
mod server;
mod site;
mod socket;
mod stream;
