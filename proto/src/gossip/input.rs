//! All that can happen to an agent.

use std::net::SocketAddr;

use bytes::Bytes;

use super::link::{LinkId, Target};
use crate::frame::Frame;

/// What happens to an agent.
#[derive(Clone, Debug)]
pub enum Input {
    /// A link to a neighbour is open.
    LinkUp {
        /// The new link's number; never used before.
        link: LinkId,
        /// Whom this agent dialled, if it did.
        dialled: Option<Target>,
        /// The other end's address, where there is one.
        remote: Option<SocketAddr>,
    },
    /// A link is gone.
    LinkDown {
        /// Which.
        link: LinkId,
        /// Whether the other end closed it, as its kernel does when the agent's process ends. Else nothing was heard of
        /// it any more, so that it or the way to it may be gone.
        by_peer: bool,
    },
    /// An agent that [`Output::Dial`](super::Output::Dial) asked for did not answer.
    DialFailed {
        /// Which.
        target: Target,
    },
    /// The time a message and its answer took on a link, in milliseconds.
    RoundTrip {
        /// Which link.
        link: LinkId,
        /// Milliseconds there and back.
        rtt_ms: u32,
    },
    /// A message came from a neighbour.
    Message {
        /// The link that it came by.
        link: LinkId,
        /// A frame or a control message, in memory of its own: a part of a larger piece would keep all of that.
        bytes: Bytes,
    },
    /// This host's own next frame.
    Publish {
        /// Sealed by this host.
        frame: Frame,
    },
    /// An agent listens at this address, as it says itself on the LAN.
    Heard {
        /// Where.
        address: SocketAddr,
    },
    /// The deadline has passed.
    Timeout,
}
