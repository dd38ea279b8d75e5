//! The frames held of an origin: its newest keyframe and what came after.

use crate::body::{self, Identity, Links};
use crate::frame::{Frame, FrameKind, Position};

use crate::moment::Moment;
use crate::origin::{HostName, OriginId, PublicKey};

/// What is held of one origin.
#[derive(Debug)]
pub struct Held<'a> {
    /// Whose frames these are.
    pub origin: OriginId,
    /// Its host's name.
    pub host: &'a HostName,
    pub(super) frames: &'a Frames,
}

impl Held<'_> {
    /// The keyframe, then the newest delta or leave if there is one; aged by the time that they were held.
    pub fn frames(&self, now: Moment) -> impl Iterator<Item = Frame> {
        let Frames { keyframe, newest } = self.frames;
        std::iter::once(keyframe).chain(newest).map(move |held| held.frame.aged(now.since(held.at)))
    }
}

/// The newest keyframe, and the newest delta or leave if it is newer than that.
#[derive(Clone, Debug)]
pub(super) struct Frames {
    keyframe: Timed,
    newest: Option<Timed>,
}

#[derive(Clone, Debug)]
struct Timed {
    frame: Frame,
    at: Moment,
}

impl Frames {
    pub(super) fn new(keyframe: &Frame, now: Moment) -> Self {
        Self { keyframe: Timed::new(keyframe, now), newest: None }
    }

    /// Whose they are.
    pub(super) fn origin(&self) -> OriginId {
        self.keyframe.frame.origin()
    }

    /// How many bytes these are.
    pub(super) fn bytes(&self) -> usize {
        let frames = std::iter::once(&self.keyframe).chain(&self.newest);
        frames.map(|held| held.frame.bytes().len()).sum()
    }

    /// The keyframe, aged by the time that it was held.
    pub(super) fn keyframe_at(&self, now: Moment) -> Frame {
        self.keyframe.frame.aged(now.since(self.keyframe.at))
    }

    /// The newest frame, aged likewise.
    pub(super) fn newest_at(&self, now: Moment) -> Frame {
        let held = self.newest.as_ref().unwrap_or(&self.keyframe);
        held.frame.aged(now.since(held.at))
    }

    /// Whether there is a frame newer than the keyframe.
    pub(super) fn has_newer(&self) -> bool {
        self.newest.is_some()
    }

    /// The origin's key.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        body::public_key(&self.keyframe.frame)
    }

    /// Which neighbours the origin has and has lost, as its frames say.
    pub(super) fn links(&self) -> Links {
        body::links_of(&self.keyframe.frame, self.newest.as_ref().map(|held| &held.frame))
    }

    /// Time between the origin's frames, as it says, in milliseconds.
    pub(super) fn interval_ms(&self) -> Option<u32> {
        Identity::of_verified(&self.keyframe.frame).ok().map(|identity| identity.interval_ms)
    }

    /// How many links the newest frame has crossed.
    pub(super) fn hops(&self) -> u8 {
        self.newest.as_ref().unwrap_or(&self.keyframe).frame.hop_count()
    }

    /// Whether the origin's frames must not wait for a repair.
    pub(super) fn is_critical(&self) -> bool {
        self.keyframe.frame.is_critical()
    }

    /// Where the keyframe stands.
    pub(super) fn keyframe(&self) -> Position {
        self.keyframe.frame.position()
    }

    /// These frames as `frame` changes them, or none if it does not.
    pub(super) fn with(&self, frame: &Frame, now: Moment) -> Option<Self> {
        let position = frame.position();
        let newest = self.newest.as_ref().map(|held| held.frame.position());
        match frame.kind() {
            FrameKind::Keyframe if position > self.keyframe() => Some(Self {
                keyframe: Timed::new(frame, now),
                newest: self.newest.clone().filter(|_| newest > Some(position)),
            }),
            FrameKind::Delta | FrameKind::Leave if position > newest.unwrap_or(self.keyframe()) => {
                Some(Self { keyframe: self.keyframe.clone(), newest: Some(Timed::new(frame, now)) })
            }
            FrameKind::Keyframe | FrameKind::Delta | FrameKind::Leave | FrameKind::Unknown(_) => None,
        }
    }
}

impl Timed {
    fn new(frame: &Frame, at: Moment) -> Self {
        Self { frame: frame.clone(), at }
    }
}
