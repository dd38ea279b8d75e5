//! All that can happen to an agent.

use bytes::Bytes;

use super::links::LinkId;
use crate::frame::Frame;

/// What happens to an agent.
#[derive(Clone, Debug)]
pub enum Input {
    /// A link to a neighbour is open.
    LinkUp {
        /// The new link's number; never used before.
        link: LinkId,
        /// Whether this agent dialled it.
        dialled: bool,
    },
    /// A link is gone.
    LinkDown {
        /// Which.
        link: LinkId,
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
    /// The deadline has passed.
    Timeout,
}
