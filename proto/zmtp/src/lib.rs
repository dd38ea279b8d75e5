//! ZMTP 3.1, the protocol of ZeroMQ, as a pure state machine over bytes, and a thin tokio shell around it.
//!
//! # The protocol on one page
//!
//! ZMTP (RFC 37 of ZeroMQ; its elder 3.0 is RFC 23) carries messages of one or more parts over a stream of bytes.
//!
//! 1. **Greeting.** Each side sends 64 bytes: a signature, its version, and the security mechanism, which must be the
//!    other's too: NULL, which is none, or CURVE.
//! 2. **Handshake.** Each side sends a READY command with its socket type. The types must fit: DEALER and ROUTER, SUB
//!    and XPUB. Our listener waits for the other's READY and answers as its counterpart, so that one port serves
//!    neighbours (DEALER) and dashboards (SUB) alike. What fits nothing gets an ERROR command and is closed. With CURVE
//!    (RFC 26) HELLO, WELCOME and INITIATE come first: both ends prove that they hold their keys before either says
//!    what it is.
//! 3. **Traffic.** Frames follow: flags, a length of one or eight bytes, a body. A flag tells commands from parts of
//!    messages, another that more parts of the same message follow. A subscriber says what it wants with SUBSCRIBE
//!    and CANCEL (in ZMTP 3.0 with a message of 1 or 0 and the prefix); a message goes to it if its first part
//!    begins with one of its prefixes.
//!    With CURVE each frame, commands too, is sealed and travels as the content of one more message.
//! 4. **Liveness.** Either side may send PING, which the other answers with PONG; a link on which nothing comes for
//!    15 s is dead. PINGs also tell how far a neighbour has read. Peers of ZMTP 3.0 do not know PING; the system's TCP keepalive stands in.
//!
//! # Keys
//!
//! All keys of a cluster follow from one secret, [`ClusterKeys`]: that by which every agent is known, that with which
//! agents dial, and that of viewers ([`ViewerKey`]), who may subscribe and not be neighbours. A list of secrets lets
//! them be exchanged without a gap: an agent dials with the newest and lets in the newest two. Keys guard TCP; a Unix
//! socket is guarded by its file's permissions.
//!
//! # What is ours
//!
//! Nobody waits for a peer but that peer's own task. Each link has a [`Queue`] of 64 KiB in which newer news of an
//! origin replaces older, so that a slow peer gets fewer but never stale news; one that takes nothing is closed. All
//! that a peer can make us hold is bounded in [`limits`].
//!
//! # Reading order
//!
//! The pure part has no socket, clock or randomness: `greeting`, `frame`, `command`, `message`, `subscriptions`,
//! `mechanism` and in it `curve`, `unread`, then `connection`, which puts them together, and `queue`; `keyfile` is where keys come
//! from. The shell is `net`: `net::link` is one connection's task, `net::listener` and `net::dialler` make links,
//! `net::rates` and `net::seats` say whose are taken, `net::stop` ends them.
//!
//! ```no_run
//! use grapevine_zmtp::{DialAs, Event, Net, NetConfig};
//!
//! # async fn follow() -> Result<(), Box<dyn std::error::Error>> {
//! let (net, mut events) = Net::new(NetConfig::default());
//! let _dial = net.dial("srv01:6130".parse()?, DialAs::Sub { prefixes: vec!["srv".into()] });
//! while let Some(event) = events.recv().await {
//!     if let Event::Message { message, .. } = event {
//!         println!("{} bytes", message.len());
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod command;
mod connection;
mod endpoint;
mod error;
mod frame;
mod greeting;
mod keyfile;
pub mod limits;
mod mechanism;
mod message;
mod net;
mod queue;
mod subscriptions;
mod unread;
mod z85;

pub use connection::{Connection, ConnectionEvent, Side, SocketType};
pub use endpoint::{DEFAULT_PORT, Endpoint, EndpointError};
pub use error::ProtocolError;
pub use keyfile::{ClusterKeys, KeyFileError, ViewerKey};
pub use mechanism::curve::{ClientKeys, PublicKey, Randomness, SecretKey, ServerKeys};
pub use mechanism::{Role, Security};
pub use message::Message;
pub use net::{
    Counters, Dial, DialAs, DialId, DownReason, Event, Events, LinkId, Net, NetConfig, NetError, Peer,
    SendError, Stamp,
};
pub use queue::{Overrun, Queue, Rank, Slot};
