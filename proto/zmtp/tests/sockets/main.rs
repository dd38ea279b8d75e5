//! The shell over real sockets: ports that the system chose, deadlines instead of sleeps.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic and says why it is skipped"
)]

mod dial_once;
mod flow;
mod hostile;
mod keys;
mod libzmq;
mod links;
mod node;
mod python;
mod raw;
mod redial;
mod refusals;
mod unix;
#[path = "../protocol/wire.rs"]
mod wire;
mod zmq_rs;
