//! Why a connection ends.

use thiserror::Error;

use crate::limits::{
    COMMAND_BYTES_MAX, HANDSHAKE, IDENTITY_BYTES_MAX, IDLE, MESSAGE_BYTES_MAX, PARTS_MAX, PREFIX_BYTES_MAX,
    PREFIXES_MAX,
};

/// The peer does not keep to the protocol or to our limits. The connection is over.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ProtocolError {
    /// The first bytes are of something else.
    #[error("the peer does not speak ZMTP")]
    NotZmtp,
    /// ZMTP 1 or 2.
    #[error("the peer speaks ZMTP {major}, ZMTP 3 is needed")]
    OldVersion {
        /// The peer's major version.
        major: u8,
    },
    /// The two ends are not secured in the same way: one has a key and the other has none, say.
    #[error("the peer does not use the security mechanism {expected}: has it a key, and have we?")]
    OtherMechanism {
        /// Ours.
        expected: &'static str,
    },
    /// The peer's key is not one that is let in, or it thinks ours to be another.
    #[error("the peer has another key")]
    WrongKey,
    /// A viewer's key opens subscriptions, not links between agents.
    #[error("the peer has a viewer's key and wants to be a neighbour")]
    ViewerAsNeighbour,
    /// What was sealed was not sealed by the peer, or damaged on the way.
    #[error("a sealed command or message is forged or damaged")]
    Forged,
    /// A counter did not grow, or a cookie is another connection's.
    #[error("a sealed command or message was sent before")]
    Replayed,
    /// Nothing more can be sealed on this connection.
    #[error("the connection's keys are used up")]
    Unsealable,
    /// The peer closed in the middle of the handshake, as libzmq does without a word if mechanisms or keys do not fit.
    #[error("the peer closed during the handshake: it has another key, or too many connections")]
    HungUp,
    /// The handshake took too long.
    #[error("the handshake was not done within {} s", HANDSHAKE.as_secs())]
    HandshakeTimeout,
    /// Nothing came for too long.
    #[error("nothing came for {} s, or for as long as the peer promised to say something", IDLE.as_secs())]
    Idle,
    /// A frame's flags are not of ZMTP 3.
    #[error("a frame has the reserved flags {flags:#04x}")]
    ReservedFlags {
        /// The flags.
        flags: u8,
    },
    /// A message is longer than we take.
    #[error("a message is longer than {MESSAGE_BYTES_MAX} bytes")]
    MessageTooLong,
    /// A message has more parts than we take.
    #[error("a message has more than {PARTS_MAX} parts")]
    TooManyParts,
    /// A command is longer than we take.
    #[error("a command is longer than {COMMAND_BYTES_MAX} bytes")]
    CommandTooLong,
    /// A command does not have its form.
    #[error("a malformed {0} command")]
    MalformedCommand(&'static str),
    /// A peer calls itself something longer than an identity may be.
    #[error("the peer's identity is longer than {IDENTITY_BYTES_MAX} bytes")]
    IdentityTooLong,
    /// Traffic before the handshake was done.
    #[error("expected READY")]
    ExpectedReady,
    /// A socket type that does not fit ours.
    #[error("a peer of socket type {theirs:?} cannot be served")]
    SocketType {
        /// The peer's socket type, as far as it is printable.
        theirs: String,
    },
    /// The peer refused us.
    #[error("the peer refused: {reason:?}")]
    Refused {
        /// The peer's words, as far as they are printable.
        reason: String,
    },
    /// A subscriber is there to listen.
    #[error("a subscriber sends messages, to whom nobody listens")]
    SubscriberSends,
    /// More or longer subscriptions than we take.
    #[error("more than {PREFIXES_MAX} subscriptions, or one longer than {PREFIX_BYTES_MAX} bytes")]
    TooManySubscriptions,
}
