//! What happens at a node's sockets.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::connection::SocketType;
use crate::endpoint::Endpoint;
use crate::error::ProtocolError;
use crate::message::Message;

/// The number of a link; never used again by the same node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(pub u64);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The number of a dial; never used again by the same node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DialId(pub(super) u64);

/// The other end of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// What it is to us.
    pub socket_type: SocketType,
    /// Where it is, as the system or the dial says.
    pub address: String,
    /// Where the other end of its connection is; none if that is a Unix socket.
    pub remote: Option<SocketAddr>,
    /// What it calls itself; empty if it does not.
    pub identity: Bytes,
    /// The dial that made the link; none if the peer dialled.
    pub dial: Option<DialId>,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A handshake is done; the link can be used.
    Up {
        /// The new link.
        link: LinkId,
        /// Who is there.
        peer: Peer,
    },
    /// A message came.
    Message {
        /// From where.
        link: LinkId,
        /// What.
        message: Message,
    },
    /// A subscriber wants messages whose first part begins with this; it has them sent from now on.
    Subscribed {
        /// Who.
        link: LinkId,
        /// The prefix.
        prefix: Bytes,
    },
    /// A subscriber does not want them any more.
    Cancelled {
        /// Who.
        link: LinkId,
        /// The prefix.
        prefix: Bytes,
    },
    /// A queue that had no room for a snapshot has some again.
    Room {
        /// Whose.
        link: LinkId,
    },
    /// How long a message and its answer take.
    RoundTrip {
        /// On which link.
        link: LinkId,
        /// There and back.
        rtt: Duration,
    },
    /// A link is gone.
    Down {
        /// Which.
        link: LinkId,
        /// Why.
        reason: DownReason,
    },
    /// A peer that connected did not get through the handshake, or was turned away before. Not every one is told if
    /// there are many.
    Rejected {
        /// Where it came from.
        address: String,
        /// Why.
        reason: DownReason,
    },
    /// A dial failed that had not failed before; it goes on. Said again only after it had a link in between, or the
    /// reason changed.
    Unreachable {
        /// Which.
        dial: DialId,
        /// Where to.
        endpoint: Endpoint,
        /// Why.
        reason: String,
    },
    /// A dial that is made only once led to no link: nothing more comes of it.
    DialFailed {
        /// Which.
        dial: DialId,
        /// Where to.
        endpoint: Endpoint,
        /// Why: no connection, or the handshake failed.
        reason: String,
    },
}

/// Why a link ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DownReason {
    /// The peer closed it.
    ClosedByPeer,
    /// The owner of this node closed it.
    ClosedHere,
    /// The peer takes no bytes.
    Stalled,
    /// The owner of this node queued more control messages than the peer took.
    Overrun,
    /// The peer does not keep to the protocol.
    Protocol(ProtocolError),
    /// What was sent stayed unacknowledged, or the system knows no way to the peer any more, or a peer that does not
    /// answer PINGs kept its window closed.
    DeadPath,
    /// There are too many connections from where it came, or too many that have not said who they are.
    TurnedAway,
    /// The system broke it.
    Io(ErrorKind),
}

impl DownReason {
    /// Whether the peer, or its system, closed the link. Else this end gave it up, or heard nothing of the peer any more.
    pub fn is_by_peer(&self) -> bool {
        use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
        let is_error_of_peer = |kind: &ErrorKind| {
            matches!(kind, BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
        };
        matches!(self, Self::ClosedByPeer) || matches!(self, Self::Io(kind) if is_error_of_peer(kind))
    }

    /// What an error at the socket means for its link.
    pub(super) fn of(error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
                Self::DeadPath
            }
            kind => Self::Io(kind),
        }
    }
}

impl fmt::Display for DownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClosedByPeer => f.write_str("closed by the peer"),
            Self::ClosedHere => f.write_str("closed here"),
            Self::Stalled => f.write_str("the peer takes no bytes"),
            Self::Overrun => f.write_str("the peer takes control messages more slowly than they are made"),
            Self::Protocol(error) => error.fmt(f),
            Self::DeadPath => f.write_str("the path is dead: the peer's host acknowledges nothing"),
            Self::TurnedAway => f.write_str("too many connections, or too many in a short time"),
            Self::Io(kind) => kind.fmt(f),
        }
    }
}

/// The events of one node, in order.
#[derive(Debug)]
pub struct Events(pub(super) mpsc::Receiver<Event>);

impl Events {
    /// The next event. None once the node is gone.
    pub async fn recv(&mut self) -> Option<Event> {
        self.0.recv().await
    }

    /// The next event, if it is there already.
    pub fn try_recv(&mut self) -> Option<Event> {
        self.0.try_recv().ok()
    }
}
