//! The flight recorder: the last minutes of this host and its neighbours.

use std::collections::{BTreeMap, VecDeque};

use crate::frame::{Frame, FrameKind, Position};
use crate::limits::{RECORD_BYTES_MAX, RECORD_ENTRY_BYTES, RECORD_MS, RECORDED_MAX};
use crate::moment::Moment;
use crate::origin::OriginId;

/// Frames of a few hosts, as they came. A dashboard that attaches gets the history of what is near at once, also of a
/// host that has just died.
#[derive(Debug, Default)]
pub(super) struct Recorder(BTreeMap<OriginId, Track>);

/// The frames of one host, the oldest first.
#[derive(Debug, Default)]
struct Track {
    frames: VecDeque<(Moment, Frame)>,
    bytes: usize,
}

/// A frame takes its place in a list that doubles, of which a third may be free, and a few words with its bytes.
const _: () = assert!(size_of::<(Moment, Frame)>() * 3 / 2 + 40 <= RECORD_ENTRY_BYTES);

impl Recorder {
    /// Keeps a frame of a host that is recorded, or is to be from now on.
    pub(super) fn record(&mut self, frame: &Frame, begins: bool, now: Moment) {
        let origin = frame.origin();
        if !self.0.contains_key(&origin) {
            if !begins || frame.kind() != FrameKind::Keyframe {
                return;
            }
            self.make_room();
        }
        self.0.entry(origin).or_default().push(frame, now);
    }

    /// The frame after this position of a host, or the first one of the next host; aged by the time that it was kept.
    pub(super) fn after(&self, after: Option<(OriginId, Position)>, now: Moment) -> Option<Frame> {
        let (origin, position) = after.unwrap_or((OriginId(0), Position::default()));
        let mut tracks = self.0.range(origin..);
        tracks.find_map(|(of, track)| {
            let from = if *of == origin { position } else { Position::default() };
            let place = track.frames.partition_point(|(_, frame)| frame.position() <= from);
            let (at, frame) = track.frames.get(place)?;
            Some(frame.aged(now.since(*at)))
        })
    }

    /// How many bytes of frames are kept.
    pub(super) fn bytes(&self) -> usize {
        self.0.values().map(|track| track.bytes).sum()
    }

    fn make_room(&mut self) {
        if self.0.len() >= RECORDED_MAX {
            let last = |track: &Track| track.frames.back().map(|(at, _)| *at);
            let longest = self.0.iter().min_by_key(|(_, track)| last(track)).map(|(origin, _)| *origin);
            longest.and_then(|origin| self.0.remove(&origin));
        }
    }
}

impl Track {
    fn push(&mut self, frame: &Frame, now: Moment) {
        if self.frames.back().is_some_and(|(_, last)| last.position() >= frame.position()) {
            return;
        }
        self.bytes += frame.bytes().len();
        self.frames.push_back((now, frame.clone()));
        while let Some((at, oldest)) = self.frames.front() {
            let is_over = now.since(*at) > RECORD_MS || self.bytes > RECORD_BYTES_MAX;
            if !is_over {
                break;
            }
            self.bytes -= oldest.bytes().len();
            self.frames.pop_front();
        }
    }
}

#[cfg(test)]
mod tests;
