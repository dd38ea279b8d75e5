//! Sealing: an origin turns a body into a signed frame.

use bytes::{BufMut, BytesMut};

use super::{
    CRITICAL, DELTA, FRAME_OVERHEAD_BYTES, Frame, FrameError, FrameKind, KEYFRAME, LEAVE, Position, VERSION,
};
use crate::limits::BODY_BYTES_MAX;
use crate::origin::OriginKey;

/// What an origin says around a body. The rest of the frame's head follows from its key and the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// What the body holds.
    pub kind: FrameKind,
    /// The most links that the frame may cross.
    pub hop_limit: u8,
    /// Epoch and sequence.
    pub position: Position,
    /// The number of the origin's set of readings.
    pub schema: u16,
    /// Whether the frame is to take two paths.
    pub is_critical: bool,
}

impl Envelope {
    /// Signs head and body with `key`. Hop count and age are 0.
    ///
    /// # Errors
    /// [`FrameError::TooLong`] if the body passes [`BODY_BYTES_MAX`].
    pub fn seal(&self, key: &OriginKey, body: &[u8]) -> Result<Frame, FrameError> {
        let too_long = FrameError::TooLong { length: FRAME_OVERHEAD_BYTES + body.len() };
        let length = u16::try_from(body.len()).map_err(|_| too_long)?;
        if body.len() > BODY_BYTES_MAX {
            return Err(too_long);
        }
        let kind = match self.kind {
            FrameKind::Keyframe => KEYFRAME,
            FrameKind::Delta => DELTA,
            FrameKind::Leave => LEAVE,
            FrameKind::Unknown(code) => code,
        };
        let mut bytes = BytesMut::with_capacity(FRAME_OVERHEAD_BYTES + body.len());
        let flags = if self.is_critical { CRITICAL } else { 0 };
        bytes.put_slice(&[VERSION, kind, flags, self.hop_limit]);
        bytes.put_u64_le(key.origin().0);
        bytes.put_u32_le(self.position.epoch);
        bytes.put_u32_le(self.position.sequence);
        bytes.put_u16_le(self.schema);
        bytes.put_u16_le(length);
        bytes.put_slice(body);
        let signature = key.sign(&bytes);
        bytes.put_slice(&signature);
        bytes.put_u8(0);
        bytes.put_u32_le(0);
        Frame::parse(bytes.freeze())
    }
}
