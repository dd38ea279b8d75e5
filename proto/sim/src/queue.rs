//! What waits at one end of a link to be written, as the transport keeps it.

use std::collections::VecDeque;

use bytes::Bytes;
use grapevine_proto::{Frame, FrameKind};

use crate::clock::{MS, Micros};

/// A queue that conflates, with the rules and the numbers of the agent's (`proto/zmtp/src/queue.rs`): control messages
/// first, of each origin a keyframe and one later frame at most, 64 KiB in all.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    control: VecDeque<Bytes>,
    news: VecDeque<(Frame, Micros)>,
    bytes: usize,
    room_is_wanted: bool,
}

impl Queue {
    pub(crate) fn push_control(&mut self, bytes: Bytes) {
        self.bytes += ENTRY_BYTES + bytes.len();
        self.control.push_back(bytes);
        self.shrink();
    }

    pub(crate) fn push(&mut self, frame: Frame, now: Micros) {
        let is_keyframe = frame.kind() == FrameKind::Keyframe;
        let bytes = &mut self.bytes;
        self.news.retain(|(old, _)| {
            let is_obsolete =
                old.origin() == frame.origin() && (is_keyframe || old.kind() != FrameKind::Keyframe);
            if is_obsolete {
                *bytes -= cost(old);
            }
            !is_obsolete
        });
        self.bytes += cost(&frame);
        self.news.push_back((frame, now));
        self.shrink();
    }

    /// The next message's bytes; a frame is older by the time that it waited.
    pub(crate) fn pop(&mut self, now: Micros) -> Option<Bytes> {
        if let Some(bytes) = self.control.pop_front() {
            self.bytes -= ENTRY_BYTES + bytes.len();
            return Some(bytes);
        }
        let (frame, since) = self.news.pop_front()?;
        self.bytes -= cost(&frame);
        Some(frame.aged((now - since) / MS).bytes().clone())
    }

    /// Whether there is room for more of what is held.
    pub(crate) fn has_room(&mut self) -> bool {
        let has_room = self.bytes < ROOM_BYTES;
        self.room_is_wanted |= !has_room;
        has_room
    }

    /// Whether somebody found no room before and there is again. Says so once.
    pub(crate) fn takes_more_again(&mut self) -> bool {
        let again = self.room_is_wanted && self.bytes < LOW_BYTES;
        self.room_is_wanted &= !again;
        again
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.control.is_empty() && self.news.is_empty()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn shrink(&mut self) {
        while self.bytes > QUEUE_BYTES_MAX
            && let Some((oldest, _)) = self.news.pop_front()
        {
            self.bytes -= cost(&oldest);
        }
    }
}

fn cost(frame: &Frame) -> usize {
    ENTRY_BYTES + frame.bytes().len()
}

/// Most bytes that wait.
pub(crate) const QUEUE_BYTES_MAX: usize = 64 * 1024;
const ROOM_BYTES: usize = QUEUE_BYTES_MAX / 2;
const LOW_BYTES: usize = QUEUE_BYTES_MAX / 8;
const ENTRY_BYTES: usize = 64;
