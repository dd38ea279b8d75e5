//! What must never happen.

use grapevine_proto::Position;
use thiserror::Error;

/// An invariant that does not hold: the engine is wrong, or the simulator.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Violation {
    /// A host delivered a frame of an origin that does not exist.
    #[error("host {host} delivered a frame of an origin that does not exist")]
    Invented {
        /// Who delivered it.
        host: usize,
    },
    /// A host delivered a frame that its origin never published.
    #[error("host {host} delivered a frame that host {origin} never published, at {position:?}")]
    NeverPublished {
        /// Who delivered it.
        host: usize,
        /// Whose it was to be.
        origin: usize,
        /// Where it stands.
        position: Position,
    },
    /// A host delivered a frame twice, or one of an earlier epoch.
    #[error("host {host} delivered {position:?} of host {origin} after {held:?}")]
    WentBack {
        /// Who delivered it.
        host: usize,
        /// Whose it is.
        origin: usize,
        /// Where the newest frame stands that it had.
        held: Position,
        /// Where the frame stands.
        position: Position,
    },
    /// A frame crossed more links than it may.
    #[error("host {host} delivered a frame that crossed {hops} links, of {limit} allowed")]
    TooManyHops {
        /// Who delivered it.
        host: usize,
        /// The links that it crossed.
        hops: u8,
        /// Those that it may cross.
        limit: u8,
    },
    /// A mirror moved to an earlier position.
    #[error("the mirror of host {origin} at host {host} went back from {from:?} to {to:?}")]
    MirrorWentBack {
        /// Whose mirror.
        host: usize,
        /// Of whom.
        origin: usize,
        /// Where it was.
        from: Position,
        /// Where it went.
        to: Position,
    },
    /// A mirror shows something that its origin did not measure.
    #[error("the mirror of host {origin} at host {host} shows at {position:?} what was not measured")]
    WrongState {
        /// Whose mirror.
        host: usize,
        /// Of whom.
        origin: usize,
        /// Where it stands.
        position: Position,
    },
    /// A frame of an honest host cannot be read.
    #[error("host {host} cannot read a frame of host {origin}: {error}")]
    Unreadable {
        /// Who reads.
        host: usize,
        /// Whose frame.
        origin: usize,
        /// What the mirror said.
        error: String,
    },
    /// Something holds more than its bound.
    #[error("{what} of host {host}: {value}, {limit} are the most")]
    OverLimit {
        /// What is bounded.
        what: &'static str,
        /// Whose.
        host: usize,
        /// How much it is.
        value: usize,
        /// How much it may be.
        limit: usize,
    },
}
