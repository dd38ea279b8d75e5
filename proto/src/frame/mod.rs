//! Frames: what is sent.
//!
//! A frame is a fixed envelope around a body of sections:
//!
//! ```text
//! offset  bytes  field
//!      0      1  version      of the body; the envelope itself never changes
//!      1      1  kind         1 keyframe, 2 delta, 3 leave
//!      2      1  flags        1: takes two paths; unknown flags are kept
//!      3      1  hop limit    the most links that the frame may cross
//!      4      8  origin       first bytes of the SHA-256 of the origin's public key
//!     12      4  epoch        which run of the origin's agent
//!     16      4  sequence     1, 2, 3... in an epoch
//!     20      2  schema       changes whenever the origin's set of readings does
//!     22      2  length n     of the body
//!     24      n  body
//!   24+n     64  signature    Ed25519 over all bytes before it
//!   88+n      1  hop count    how many links the frame has crossed
//!   89+n      4  age          milliseconds since the origin sealed it, as far as its relays can tell
//! ```
//!
//! All integers are little-endian. What relays rewrite stands behind the signature, so that the signed bytes are
//! one piece that nobody touches.

mod seal;

use bytes::{Bytes, BytesMut};
use thiserror::Error;

pub use seal::Envelope;

use crate::limits::FRAME_BYTES_MAX;
use crate::origin::{OriginId, SIGNATURE_BYTES, Verifier};

/// The version of the bodies that this program writes and reads.
pub const VERSION: u8 = 1;

/// What a frame's body holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FrameKind {
    /// The origin's full state.
    Keyframe,
    /// What differs from the last keyframe.
    Delta,
    /// The origin's agent stopped in good order; the body is empty.
    Leave,
    /// Of a later version: relayed, not understood.
    Unknown(u8),
}

/// A frame whose layout holds. Its signature may not: see [`Frame::verify`].
///
/// It is its bytes and nothing besides: agents hold two for every host there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame(Bytes);

impl Frame {
    /// Checks the layout of `bytes`: nothing missing, nothing left over. Shares the bytes, copies none.
    pub fn parse(bytes: Bytes) -> Result<Self, FrameError> {
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(FrameError::TooLong { length: bytes.len() });
        }
        let Some([version, .., low, high]) = bytes.first_chunk::<HEAD_BYTES>() else {
            return Err(FrameError::TooShort { expected: FRAME_OVERHEAD_BYTES, length: bytes.len() });
        };
        if *version == 0 {
            return Err(FrameError::VersionZero);
        }
        let expected = FRAME_OVERHEAD_BYTES + usize::from(u16::from_le_bytes([*low, *high]));
        match bytes.len() {
            length if length < expected => Err(FrameError::TooShort { expected, length }),
            length if length > expected => Err(FrameError::LeftOver { expected, length }),
            _ => Ok(Self(bytes)),
        }
    }

    /// Whether the origin whose key `verifier` has sealed this frame.
    pub fn verify(&self, verifier: &Verifier) -> bool {
        self.signed().is_some_and(|(signed, signature)| verifier.verify(signed, signature))
    }

    /// What is signed, and the signature.
    pub(crate) fn signed(&self) -> Option<(&[u8], &[u8; SIGNATURE_BYTES])> {
        let (signed, rest) = self.0.split_at_checked(self.0.len() - SIGNATURE_BYTES - TAIL_BYTES)?;
        Some((signed, rest.first_chunk()?))
    }

    /// The frame as it goes over a further link: one hop more and `residence_ms` older. None where the hop limit
    /// stops it.
    pub fn forwarded(&self, residence_ms: u64) -> Option<Self> {
        let hop_count = self.hop_count().checked_add(1).filter(|hops| *hops <= self.hop_limit())?;
        Some(self.with_tail(hop_count, self.older_by(residence_ms)))
    }

    /// The same frame, older by `residence_ms`.
    #[must_use]
    pub fn aged(&self, residence_ms: u64) -> Self {
        if residence_ms == 0 {
            return self.clone();
        }
        self.with_tail(self.hop_count(), self.older_by(residence_ms))
    }

    /// The same frame in bytes of its own. [`Frame::parse`] shares what arrived, which may be a buffer that holds much
    /// more: whoever keeps the frame for long keeps all of it.
    #[must_use]
    pub fn unshared(&self) -> Self {
        Self(Bytes::copy_from_slice(&self.0))
    }

    /// All of the frame's bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The version of the body.
    pub fn version(&self) -> u8 {
        self.byte(0)
    }

    /// What the body holds.
    pub fn kind(&self) -> FrameKind {
        match self.byte(1) {
            KEYFRAME => FrameKind::Keyframe,
            DELTA => FrameKind::Delta,
            LEAVE => FrameKind::Leave,
            code => FrameKind::Unknown(code),
        }
    }

    /// Whether the frame is to take two paths, so that none has to wait for a repair.
    pub fn is_critical(&self) -> bool {
        self.byte(2) & CRITICAL != 0
    }

    /// The most links that the frame may cross.
    pub fn hop_limit(&self) -> u8 {
        self.byte(3)
    }

    /// The host that sealed the frame.
    pub fn origin(&self) -> OriginId {
        OriginId(u64::from_le_bytes(self.head(4)))
    }

    /// Epoch and sequence: where the frame stands among all frames of its origin.
    pub fn position(&self) -> Position {
        let [epoch, sequence] = [12, 16].map(|at| u32::from_le_bytes(self.head(at)));
        Position { epoch, sequence }
    }

    /// The number of the origin's set of readings.
    pub fn schema(&self) -> u16 {
        u16::from_le_bytes(self.head(20))
    }

    /// How many links the frame has crossed.
    pub fn hop_count(&self) -> u8 {
        self.tail().first().copied().unwrap_or(u8::MAX)
    }

    /// Milliseconds since the origin sealed the frame, as far as its relays could tell.
    pub fn age_ms(&self) -> u32 {
        self.tail().last_chunk().copied().map_or(u32::MAX, u32::from_le_bytes)
    }

    /// The sections.
    pub fn body(&self) -> &[u8] {
        self.0.get(HEAD_BYTES..self.0.len() - SIGNATURE_BYTES - TAIL_BYTES).unwrap_or_default()
    }

    fn tail(&self) -> &[u8] {
        self.0.get(self.0.len() - TAIL_BYTES..).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or_default()
    }

    /// The `N` bytes of the head from `at` on, which every frame has.
    fn head<const N: usize>(&self, at: usize) -> [u8; N] {
        self.0.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
    }

    fn older_by(&self, residence_ms: u64) -> u32 {
        self.age_ms().saturating_add(u32::try_from(residence_ms).unwrap_or(u32::MAX))
    }

    fn with_tail(&self, hop_count: u8, age_ms: u32) -> Self {
        let mut bytes = BytesMut::from(&*self.0);
        bytes.truncate(self.0.len() - TAIL_BYTES);
        bytes.extend_from_slice(&[hop_count]);
        bytes.extend_from_slice(&age_ms.to_le_bytes());
        Self(bytes.freeze())
    }
}

/// Where a frame stands among all frames of its origin: a later epoch outranks any sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Which run of the origin's agent.
    pub epoch: u32,
    /// The frame's number in the epoch.
    pub sequence: u32,
}

/// The bytes that arrived are no frame: their sender is broken or hostile.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FrameError {
    /// Bytes are missing.
    #[error("a frame of {length} bytes where its envelope announces {expected}")]
    TooShort {
        /// Length that the envelope announces, or the shortest possible.
        expected: usize,
        /// Length that arrived.
        length: usize,
    },
    /// Bytes are left over.
    #[error("a frame of {length} bytes where its envelope announces only {expected}")]
    LeftOver {
        /// Length that the envelope announces.
        expected: usize,
        /// Length that arrived.
        length: usize,
    },
    /// Longer than any frame.
    #[error("a frame of {length} bytes where {FRAME_BYTES_MAX} are the most")]
    TooLong {
        /// Length that arrived.
        length: usize,
    },
    /// Version 0 marks control messages between neighbours; no frame has it.
    #[error("a frame of version 0")]
    VersionZero,
}

/// Bytes of a frame besides its body.
pub const FRAME_OVERHEAD_BYTES: usize = HEAD_BYTES + SIGNATURE_BYTES + TAIL_BYTES;

const HEAD_BYTES: usize = 24;
const TAIL_BYTES: usize = 5;
const KEYFRAME: u8 = 1;
const DELTA: u8 = 2;
const LEAVE: u8 = 3;
const CRITICAL: u8 = 1;

#[cfg(test)]
mod tests;
