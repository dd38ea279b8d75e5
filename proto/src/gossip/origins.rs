//! What is known of each origin: its key, the frames held, and which were seen.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::allowance::{Allowance, Draw};
use super::held::{Frames, Held};
use super::room::{Room, pooled};
use super::seen::Seen;
use crate::body::Identity;
use crate::frame::{Frame, FrameKind, Position};
use crate::limits::{HOST_NAME_BYTES_MAX, ORIGIN_BYTES, ORIGIN_FORGET_MS, ORIGIN_SILENT_MS, ORIGINS_MAX};
use crate::moment::Moment;
use crate::origin::{HostName, OriginId, Verifier};

/// All origins that were heard of.
///
/// Once there is no room for a further one, or for a larger frame, the origin that was silent longest gives way, if
/// that was long enough. One that is alive never does, whatever floods in. A live origin's frame for which there is
/// no room is spread all the same; only who joins later has to wait for the next one.
#[derive(Debug)]
pub(super) struct Origins {
    known: BTreeMap<OriginId, Known>,
    room: Room,
    sweep_at: Moment,
    /// When to look again for an origin that gives its place, and for one that gives its bytes: a look passes all.
    place_look_at: Moment,
    bytes_look_at: Moment,
}

#[derive(Debug)]
struct Known {
    verifier: Verifier,
    host: HostName,
    epoch: u32,
    seen: Seen,
    frames: Frames,
    heard_at: Moment,
    allowance: Allowance,
}

const _: () = assert!(size_of::<(OriginId, Known)>() + HOST_NAME_BYTES_MAX <= ORIGIN_BYTES);

/// What a frame is before its signature is checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It may be news of an origin that is known.
    Fresh,
    /// It may be the first keyframe of an origin.
    Stranger,
    /// Seen before, or older than what is known.
    Duplicate,
    /// No keyframe of its origin has come yet, so that its key is not known.
    Unverifiable,
    /// Its origin sent too many already.
    Excess {
        /// So many that somebody should hear of it.
        is_beyond_excuse: bool,
    },
}

/// What became of a frame that may be news.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// Genuine and seen for the first time.
    New {
        /// Whose it is.
        host: HostName,
        /// Whether there was room to hold it.
        has_room: bool,
    },
    /// Its origin did not seal it.
    BadSignature,
    /// No room for a further origin.
    Full,
}

/// What there may be no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Place,
    Bytes,
}

impl Origins {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            known: BTreeMap::new(),
            room: Room::default(),
            sweep_at: now.after_ms(SWEEP_INTERVAL_MS),
            place_look_at: now,
            bytes_look_at: now,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// How many bytes of frames are held.
    pub(super) fn held_bytes(&self) -> usize {
        self.room.bytes()
    }

    /// The name of the host that is `origin`.
    pub(super) fn host(&self, origin: OriginId) -> Option<&HostName> {
        self.known.get(&origin).map(|known| &known.host)
    }

    /// Where the newest frame of `origin` stands.
    pub(super) fn position(&self, origin: OriginId) -> Option<Position> {
        let known = self.known.get(&origin)?;
        Some(Position { epoch: known.epoch, sequence: known.seen.newest() })
    }

    pub(super) fn held_after(&self, after: Option<OriginId>) -> Option<Held<'_>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let (origin, known) = self.known.range((from, Bound::Unbounded)).next()?;
        Some(Held { origin: *origin, host: &known.host, frames: &known.frames })
    }

    /// Looks at a frame without a look at its signature.
    pub(super) fn look(&mut self, frame: &Frame, now: Moment) -> Look {
        let Some(known) = self.known.get_mut(&frame.origin()) else {
            let is_keyframe = frame.kind() == FrameKind::Keyframe;
            return if is_keyframe { Look::Stranger } else { Look::Unverifiable };
        };
        if known.has_seen(frame.position()) {
            Look::Duplicate
        } else if known.allowance.has(Draw::of(frame, known.epoch), now) {
            Look::Fresh
        } else {
            Look::Excess { is_beyond_excuse: known.allowance.is_beyond_excuse(now) }
        }
    }

    /// Takes in a frame of another host that may be news, if it is genuine.
    pub(super) fn admit(&mut self, frame: &Frame, now: Moment) -> Admission {
        let Some(known) = self.known.get_mut(&frame.origin()) else {
            return self.meet(frame, now);
        };
        if !frame.verify(&known.verifier) {
            return Admission::BadSignature;
        }
        known.note(frame, now);
        let host = known.host.clone();
        Admission::New { host, has_room: self.hold(frame, now) }
    }

    /// Takes in a frame of this host, for which there is always room. None if it has no readable identity.
    pub(super) fn publish(&mut self, frame: &Frame, now: Moment) -> Option<HostName> {
        let Some(known) = self.known.get_mut(&frame.origin()) else {
            return Some(self.insert(frame.origin(), Known::new(frame, now)?));
        };
        known.note(frame, now);
        if let Some(frames) = known.frames.with(frame, now) {
            self.room.exchange(known.frames.bytes(), frames.bytes());
            known.frames = frames;
        }
        Some(known.host.clone())
    }

    pub(super) fn sweep_at(&self) -> Moment {
        self.sweep_at
    }

    pub(super) fn forget_silent(&mut self, now: Moment) {
        if now >= self.sweep_at {
            let room = &mut self.room;
            self.known.retain(|_, known| {
                let stays = now.since(known.heard_at) < ORIGIN_FORGET_MS;
                if !stays {
                    room.exchange(known.frames.bytes(), 0);
                }
                stays
            });
            self.sweep_at = now.after_ms(SWEEP_INTERVAL_MS);
        }
    }

    /// Takes in another host's first keyframe.
    fn meet(&mut self, frame: &Frame, now: Moment) -> Admission {
        let Some(known) = Known::new(frame, now) else { return Admission::BadSignature };
        while self.known.len() >= ORIGINS_MAX {
            if !self.make_room(Need::Place, now) {
                return Admission::Full;
            }
        }
        while !self.room.fits(0, known.frames.bytes()) {
            if !self.make_room(Need::Bytes, now) {
                return Admission::Full;
            }
        }
        Admission::New { host: self.insert(frame.origin(), known), has_room: true }
    }

    fn insert(&mut self, origin: OriginId, known: Known) -> HostName {
        let host = known.host.clone();
        self.room.exchange(0, known.frames.bytes());
        self.known.insert(origin, known);
        host
    }

    /// Holds a frame of a known origin for those who join later, if there is room.
    fn hold(&mut self, frame: &Frame, now: Moment) -> bool {
        loop {
            let Some(known) = self.known.get_mut(&frame.origin()) else { return false };
            let Some(frames) = known.frames.with(frame, now) else { return true };
            let (before, after) = (known.frames.bytes(), frames.bytes());
            if self.room.fits(before, after) {
                self.room.exchange(before, after);
                known.frames = frames;
                return true;
            }
            if !self.make_room(Need::Bytes, now) {
                return false;
            }
        }
    }

    /// Forgets the origin that was silent longest, if there is one whose end helps.
    fn make_room(&mut self, need: Need, now: Moment) -> bool {
        let look_at = match need {
            Need::Place => &mut self.place_look_at,
            Need::Bytes => &mut self.bytes_look_at,
        };
        if now < *look_at {
            return false;
        }
        let helps = |known: &Known| need == Need::Place || pooled(known.frames.bytes()) > 0;
        let silent = self
            .known
            .iter()
            .filter(|(_, known)| now.since(known.heard_at) >= ORIGIN_SILENT_MS && helps(known));
        let longest = silent.min_by_key(|(_, known)| known.heard_at).map(|(origin, _)| *origin);
        match longest.and_then(|origin| self.known.remove(&origin)) {
            Some(known) => self.room.exchange(known.frames.bytes(), 0),
            None => *look_at = now.after_ms(LOOK_INTERVAL_MS),
        }
        longest.is_some()
    }
}

impl Known {
    /// What the first keyframe of an origin says. None if the origin did not seal it.
    fn new(frame: &Frame, now: Moment) -> Option<Self> {
        let (identity, verifier) = Identity::of_keyframe(frame).ok()?;
        let Position { epoch, sequence } = frame.position();
        let mut seen = Seen::default();
        seen.insert(sequence);
        Some(Self {
            verifier,
            host: identity.host,
            epoch,
            seen,
            frames: Frames::new(frame, now),
            heard_at: now,
            allowance: Allowance::begun(now),
        })
    }

    fn has_seen(&self, position: Position) -> bool {
        position.epoch < self.epoch || (position.epoch == self.epoch && self.seen.contains(position.sequence))
    }

    /// Learns all that a genuine frame tells of its origin, besides the frame itself.
    fn note(&mut self, frame: &Frame, now: Moment) {
        let position = frame.position();
        self.allowance.spend(Draw::of(frame, self.epoch), now);
        if position.epoch > self.epoch {
            self.epoch = position.epoch;
            self.seen = Seen::default();
        }
        self.seen.insert(position.sequence);
        self.heard_at = now;
        if frame.kind() == FrameKind::Keyframe
            && position > self.frames.keyframe()
            && let Ok(identity) = Identity::of_verified(frame)
        {
            self.host = identity.host;
        }
    }
}

/// Time between two looks for origins to forget, in milliseconds: 10 minutes.
const SWEEP_INTERVAL_MS: u64 = 10 * 60 * 1000;

/// Time after a look for silent origins that found none, in milliseconds.
const LOOK_INTERVAL_MS: u64 = 1000;
