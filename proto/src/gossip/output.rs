//! All that an agent may be asked to do.

use std::net::SocketAddr;

use bytes::Bytes;

use super::link::LinkId;
use super::links::CloseReason;
use crate::frame::{Frame, FrameError};
use crate::limits::OUTPUT_BYTES;
use crate::origin::{HostName, OriginId};

/// What an agent is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Send a frame to a neighbour. Its hop count says the hop that it is about to make.
    Send {
        /// The neighbour's link.
        link: LinkId,
        /// What to send.
        frame: Frame,
    },
    /// Send a control message to a neighbour.
    SendControl {
        /// The neighbour's link.
        link: LinkId,
        /// What to send.
        bytes: Bytes,
    },
    /// Send a neighbour what [`Engine::take_owed`](super::Engine::take_owed) hands out, at the pace of the link.
    Feed {
        /// The neighbour's link.
        link: LinkId,
    },
    /// A neighbour introduced itself: see [`Engine::neighbours`](super::Engine::neighbours).
    Linked {
        /// The neighbour's link.
        link: LinkId,
    },
    /// Dial an agent, once: [`Input::LinkUp`](super::Input::LinkUp) or
    /// [`Input::DialFailed`](super::Input::DialFailed) is the answer.
    Dial {
        /// Where it listens.
        address: SocketAddr,
    },
    /// Dial a neighbour of the configuration again whose link was closed because it had no place
    /// ([`CloseReason::TurnedAway`]): until then the caller does not.
    DialSeed {
        /// Its place in the configuration.
        seed: u16,
    },
    /// Give up dialling an agent that does not answer.
    Undial {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// Publish a frame now instead of waiting for the interval: [`Engine::links`](super::Engine::links) has news that
    /// others wait for.
    PublishSoon,
    /// A majority of a host's neighbours have lost it: it is dead, until a later frame of it comes.
    Died {
        /// Which.
        origin: OriginId,
    },
    /// Give a frame, seen for the first time, to the subscribers.
    Deliver {
        /// Name of the frame's host.
        host: HostName,
        /// The frame.
        frame: Frame,
    },
    /// Close a link.
    Close {
        /// Which.
        link: LinkId,
        /// Why.
        reason: CloseReason,
    },
    /// The network holds a frame of this host that its present run has not sent: go on above that epoch.
    JumpAbove {
        /// The epoch held.
        epoch: u32,
    },
    /// Another agent signs with this host's key: more frames of it come from elsewhere than earlier runs explain. Told
    /// once a minute.
    KeyShared,
    /// A frame was refused; somebody should hear of it. What can happen often is told once a minute for each origin
    /// or link.
    Refused {
        /// The link that it came by.
        link: LinkId,
        /// Why.
        reason: RefuseReason,
    },
}

const _: () = assert!(size_of::<Output>() <= OUTPUT_BYTES);

/// Why a frame was refused. Duplicates are no reason: they are how trees are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefuseReason {
    /// It is no frame at all.
    Malformed(FrameError),
    /// Its origin did not seal it.
    BadSignature(OriginId),
    /// Its origin is not on the list of allowed ones.
    NotAllowed(OriginId),
    /// Its epoch or sequence is beyond [`POSITION_MAX`](crate::limits::POSITION_MAX).
    FarAhead(OriginId),
    /// It has crossed more links than its origin lets it.
    TooFar(OriginId),
    /// Its origin sends more frames than an agent takes of one, and has done so for a while.
    Excess(OriginId),
    /// It is delivered but not passed on, because it has crossed as many links as its origin lets it. Told once a minute,
    /// of any origin.
    HopLimit {
        /// Whose frame it is.
        origin: OriginId,
        /// How many links that origin lets its frames cross.
        hop_limit: u8,
    },
    /// The neighbour sends more frames that came before than a network makes.
    Repeats,
    /// Neighbours send more frames than there is time to check; this one more than its share.
    Overload,
    /// More origins than the engine remembers, or than a neighbour may bring at once.
    TooManyOrigins(OriginId),
}
