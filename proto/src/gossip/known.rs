//! What is known of one origin.

use super::allowance::{Allowance, Draw};
use super::held::Frames;
use super::paths::Paths;
use super::seen::Seen;
use crate::body::Identity;
use crate::frame::{Frame, FrameKind, Position};
use crate::moment::Moment;
use crate::origin::{HostName, OriginId, PublicKey};

/// An origin that was heard of.
///
/// Its key is in the keyframe that is held of it. Decompressed it would take 192 bytes, and save a tenth of the time
/// that a check takes.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) host: HostName,
    epoch: u32,
    pub(super) seen: Seen,
    pub(super) frames: Frames,
    pub(super) heard_at: Moment,
    pub(super) allowance: Allowance,
    pub(super) paths: Paths,
    /// Whether its neighbours agree that it is dead, and nothing came from it since.
    pub(super) is_dead: bool,
}

impl Known {
    /// What the first keyframe of an origin says. None if the origin did not seal it, where that is checked.
    pub(super) fn of_keyframe(frame: &Frame, checks_signature: bool, now: Moment) -> Option<Self> {
        let identity = Identity::of_verified(frame).ok()?;
        if checks_signature && !has_signed(&identity.public_key, frame) {
            return None;
        }
        let Position { epoch, sequence } = frame.position();
        let mut seen = Seen::default();
        seen.insert(sequence);
        Some(Self {
            host: identity.host,
            epoch,
            seen,
            frames: Frames::new(frame, now),
            heard_at: said_at(frame, now),
            allowance: Allowance::begun(now),
            paths: Paths::default(),
            is_dead: false,
        })
    }

    /// Who it is.
    pub(super) fn origin(&self) -> OriginId {
        self.frames.origin()
    }

    /// Where its newest frame stands.
    pub(super) fn position(&self) -> Position {
        Position { epoch: self.epoch, sequence: self.seen.newest() }
    }

    /// After which sequence of the newest epoch frames are missing: after the newest one, or after the keyframe that is
    /// held if its successor is missing.
    pub(super) fn held_sequence(&self, lacks_keyframe: bool) -> u32 {
        let keyframe = self.frames.keyframe();
        match lacks_keyframe {
            false => self.seen.newest(),
            true if keyframe.epoch == self.epoch => keyframe.sequence,
            true => 0,
        }
    }

    pub(super) fn has_seen(&self, position: Position) -> bool {
        position.epoch < self.epoch || (position.epoch == self.epoch && self.seen.contains(position.sequence))
    }

    pub(super) fn has_signed(&self, frame: &Frame) -> bool {
        self.frames.public_key().is_some_and(|key| has_signed(&key, frame))
    }

    /// Learns all that a genuine frame tells of its origin, besides the frame itself. Whether it is the first of an
    /// epoch.
    pub(super) fn note(&mut self, frame: &Frame, now: Moment) -> bool {
        let position = frame.position();
        let is_new_epoch = position.epoch > self.epoch;
        self.allowance.spend(Draw::of(frame, self.epoch), now);
        if is_new_epoch {
            self.epoch = position.epoch;
            self.seen = Seen::default();
        }
        self.is_dead &= position < self.position();
        self.seen.insert(position.sequence);
        self.heard_at = self.heard_at.max(said_at(frame, now));
        if frame.kind() == FrameKind::Keyframe
            && position > self.frames.keyframe()
            && let Ok(identity) = Identity::of_verified(frame)
            && identity.host != self.host
        {
            self.host = identity.host;
        }
        is_new_epoch
    }
}

fn has_signed(key: &PublicKey, frame: &Frame) -> bool {
    key.verifier().is_ok_and(|verifier| frame.verify(&verifier))
}

/// When the origin sealed a frame, as far as its relays could tell.
fn said_at(frame: &Frame, now: Moment) -> Moment {
    Moment(now.0.saturating_sub(frame.age_ms().into()))
}
