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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    bytes: Bytes,
    head: Head,
    body_bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    version: u8,
    kind: u8,
    flags: u8,
    hop_limit: u8,
    origin: OriginId,
    epoch: u32,
    sequence: u32,
    schema: u16,
}

impl Frame {
    /// Checks the layout of `bytes`: nothing missing, nothing left over. Shares the bytes, copies none.
    pub fn parse(bytes: Bytes) -> Result<Self, FrameError> {
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(FrameError::TooLong { length: bytes.len() });
        }
        let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else {
            return Err(FrameError::TooShort { expected: FRAME_OVERHEAD_BYTES, length: bytes.len() });
        };
        let (head, body_bytes) = Head::read(head);
        if head.version == 0 {
            return Err(FrameError::VersionZero);
        }
        let expected = FRAME_OVERHEAD_BYTES + body_bytes;
        match bytes.len() {
            length if length < expected => Err(FrameError::TooShort { expected, length }),
            length if length > expected => Err(FrameError::LeftOver { expected, length }),
            _ => Ok(Self { bytes, head, body_bytes }),
        }
    }

    /// Whether the origin whose key `verifier` has sealed this frame.
    pub fn verify(&self, verifier: &Verifier) -> bool {
        let signed_bytes = HEAD_BYTES + self.body_bytes;
        let signed = self.bytes.get(..signed_bytes);
        let signature = self.bytes.get(signed_bytes..).and_then(<[u8]>::first_chunk::<SIGNATURE_BYTES>);
        signed.zip(signature).is_some_and(|(signed, signature)| verifier.verify(signed, signature))
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

    /// All of the frame's bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The version of the body.
    pub fn version(&self) -> u8 {
        self.head.version
    }

    /// What the body holds.
    pub fn kind(&self) -> FrameKind {
        match self.head.kind {
            KEYFRAME => FrameKind::Keyframe,
            DELTA => FrameKind::Delta,
            LEAVE => FrameKind::Leave,
            code => FrameKind::Unknown(code),
        }
    }

    /// Whether the frame is to take two paths, so that none has to wait for a repair.
    pub fn is_critical(&self) -> bool {
        self.head.flags & CRITICAL != 0
    }

    /// The most links that the frame may cross.
    pub fn hop_limit(&self) -> u8 {
        self.head.hop_limit
    }

    /// The host that sealed the frame.
    pub fn origin(&self) -> OriginId {
        self.head.origin
    }

    /// Epoch and sequence: where the frame stands among all frames of its origin.
    pub fn position(&self) -> Position {
        Position { epoch: self.head.epoch, sequence: self.head.sequence }
    }

    /// The number of the origin's set of readings.
    pub fn schema(&self) -> u16 {
        self.head.schema
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
        self.bytes.get(HEAD_BYTES..HEAD_BYTES + self.body_bytes).unwrap_or_default()
    }

    fn tail(&self) -> &[u8] {
        self.bytes.get(self.bytes.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default()
    }

    fn older_by(&self, residence_ms: u64) -> u32 {
        self.age_ms().saturating_add(u32::try_from(residence_ms).unwrap_or(u32::MAX))
    }

    fn with_tail(&self, hop_count: u8, age_ms: u32) -> Self {
        let mut bytes = BytesMut::from(&*self.bytes);
        bytes.truncate(self.bytes.len() - TAIL_BYTES);
        bytes.extend_from_slice(&[hop_count]);
        bytes.extend_from_slice(&age_ms.to_le_bytes());
        Self { bytes: bytes.freeze(), ..*self }
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

impl Head {
    fn read(bytes: &[u8; HEAD_BYTES]) -> (Self, usize) {
        let [version, kind, flags, hop_limit, rest @ ..] = *bytes;
        let [o0, o1, o2, o3, o4, o5, o6, o7, e0, e1, e2, e3, q0, q1, q2, q3, s0, s1, n0, n1] = rest;
        let head = Self {
            version,
            kind,
            flags,
            hop_limit,
            origin: OriginId(u64::from_le_bytes([o0, o1, o2, o3, o4, o5, o6, o7])),
            epoch: u32::from_le_bytes([e0, e1, e2, e3]),
            sequence: u32::from_le_bytes([q0, q1, q2, q3]),
            schema: u16::from_le_bytes([s0, s1]),
        };
        (head, usize::from(u16::from_le_bytes([n0, n1])))
    }
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
