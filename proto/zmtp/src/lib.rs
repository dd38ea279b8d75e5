//! ZMTP 3.1, the protocol of ZeroMQ, as a pure state machine over bytes, and a thin tokio shell around it.

mod command;
mod connection;
mod endpoint;
mod error;
mod frame;
mod greeting;
pub mod limits;
mod message;
mod net;
mod queue;
mod subscriptions;

pub use connection::{Connection, ConnectionEvent, Side, SocketType};
pub use endpoint::{DEFAULT_PORT, Endpoint, EndpointError};
pub use error::ProtocolError;
pub use message::Message;
pub use net::{
    Counters, Dial, DialAs, DialId, DownReason, Event, Events, Gone, LinkId, Net, NetConfig, NetError, Peer,
    Stamp,
};
pub use queue::{Overrun, Queue, Rank, Slot};
