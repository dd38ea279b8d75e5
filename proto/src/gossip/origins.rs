//! What is known of each origin: its key, the frames held, and which were seen.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use super::allowance::Draw;
use super::control::Alias;
use super::held::Held;
use super::index::Index;
use super::known::Known;
use super::room::{Room, pooled};
use super::slot::Slot;
use crate::frame::{Frame, FrameKind, Position};
use crate::limits::{
    ALIASES_MAX, HOST_NAME_BYTES_MAX, ORIGIN_BYTES, ORIGIN_FORGET_MS, ORIGIN_SILENT_MS, ORIGINS_MAX,
};
use crate::moment::Moment;
use crate::origin::{HostName, OriginId};

/// All origins that were heard of.
///
/// Once there is no room for a further one, or for a larger frame, the origin that was silent longest gives way, if
/// that was long enough. One that is alive never does, whatever floods in. A live origin's frame for which there is
/// no room is spread all the same; only who joins later has to wait for the next one.
#[derive(Debug)]
pub(super) struct Origins {
    index: Index,
    known: Vec<Option<Known>>,
    free: Vec<Slot>,
    /// Places whose origins were forgotten, until the links know.
    vacated: Vec<Slot>,
    room: Room,
    sweep_at: Moment,
    /// When to look again for an origin that gives its place, and for one that gives its bytes: a look passes all.
    place_look_at: Moment,
    bytes_look_at: Moment,
    checks_signatures: bool,
}

/// Two frames have some words each with their bytes.
const _: () = assert!(
    2 * size_of::<Option<Known>>() + 2 * size_of::<(OriginId, Slot)>() + HOST_NAME_BYTES_MAX + 2 * 40
        <= ORIGIN_BYTES
);

/// What a frame is before its signature is checked.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// It may be news of an origin that is known.
    Fresh(Slot),
    /// It may be the first keyframe of an origin.
    Stranger,
    /// Seen before, or older than what is known.
    Duplicate(Slot),
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
        /// The origin's place.
        slot: Slot,
        /// Whether it is of a later epoch than was known.
        is_new_epoch: bool,
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
            index: Index::default(),
            known: Vec::new(),
            free: Vec::new(),
            vacated: Vec::new(),
            room: Room::default(),
            sweep_at: now.after_ms(SWEEP_INTERVAL_MS),
            place_look_at: now,
            bytes_look_at: now,
            checks_signatures: true,
        }
    }

    #[cfg(feature = "simulation")]
    pub(super) fn trust(&mut self) {
        self.checks_signatures = false;
    }

    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    /// How many places there are, taken or not.
    pub(super) fn slots(&self) -> usize {
        self.known.len()
    }

    /// How many bytes of frames are held.
    pub(super) fn held_bytes(&self) -> usize {
        self.room.bytes()
    }

    pub(super) fn slot(&self, origin: OriginId) -> Option<Slot> {
        self.index.get(origin)
    }

    pub(super) fn get(&self, slot: Slot) -> Option<&Known> {
        self.known.get(slot.place())?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Known> {
        self.known.get_mut(slot.place())?.as_mut()
    }

    pub(super) fn of(&self, origin: OriginId) -> Option<&Known> {
        self.get(self.slot(origin)?)
    }

    /// All origins with ids in a range, in ascending order.
    pub(super) fn range(
        &self,
        range: RangeInclusive<OriginId>,
    ) -> impl Iterator<Item = (OriginId, Slot, &Known)> {
        self.index.range(range).filter_map(|(origin, slot)| Some((origin, slot, self.get(slot)?)))
    }

    /// All origins.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Known> {
        self.known.iter().flatten()
    }

    /// All origins by their places.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Slot, &mut Known)> {
        let places = (0..=Alias::MAX).map(Slot);
        places.zip(&mut self.known).filter_map(|(slot, known)| Some((slot, known.as_mut()?)))
    }

    /// Where the newest frame of `origin` stands.
    pub(super) fn position(&self, origin: OriginId) -> Option<Position> {
        Some(self.of(origin)?.position())
    }

    /// The name of the host that is `origin`.
    pub(super) fn host(&self, origin: OriginId) -> Option<&HostName> {
        Some(&self.of(origin)?.host)
    }

    pub(super) fn held_after(&self, after: Option<OriginId>) -> Option<Held<'_>> {
        let (origin, slot) = self.index.after(after)?;
        let known = self.get(slot)?;
        Some(Held { origin, host: &known.host, frames: &known.frames })
    }

    /// Looks at a frame without a look at its signature.
    pub(super) fn look(&mut self, frame: &Frame, now: Moment) -> Look {
        let slot = self.slot(frame.origin());
        let Some((slot, known)) = slot.and_then(|slot| Some((slot, self.get_mut(slot)?))) else {
            let is_keyframe = frame.kind() == FrameKind::Keyframe;
            return if is_keyframe { Look::Stranger } else { Look::Unverifiable };
        };
        if known.has_seen(frame.position()) {
            Look::Duplicate(slot)
        } else if known.allowance.has(Draw::of(frame, known.position().epoch), now) {
            Look::Fresh(slot)
        } else {
            Look::Excess { is_beyond_excuse: known.allowance.is_beyond_excuse(now) }
        }
    }

    /// Takes in a frame of another host that may be news, if it is genuine.
    pub(super) fn admit(&mut self, slot: Slot, frame: &Frame, now: Moment) -> Admission {
        let checks = self.checks_signatures;
        let Some(known) = self.get_mut(slot) else { return Admission::BadSignature };
        if checks && !known.has_signed(frame) {
            return Admission::BadSignature;
        }
        let is_new_epoch = known.note(frame, now);
        Admission::New { slot, is_new_epoch, has_room: self.hold(slot, frame, now) }
    }

    /// Takes in another host's first keyframe, if it is genuine.
    pub(super) fn meet(&mut self, frame: &Frame, now: Moment) -> Admission {
        let Some(known) = Known::of_keyframe(frame, self.checks_signatures, now) else {
            return Admission::BadSignature;
        };
        while self.index.len() >= ORIGINS_MAX {
            if !self.make_room(Need::Place, now) {
                return Admission::Full;
            }
        }
        while !self.room.fits(0, known.frames.bytes()) {
            if !self.make_room(Need::Bytes, now) {
                return Admission::Full;
            }
        }
        match self.insert(frame.origin(), known) {
            Some(slot) => Admission::New { slot, is_new_epoch: false, has_room: true },
            None => Admission::Full,
        }
    }

    /// Takes in a frame of this host, for which there is always room. Returns its place, and whether the frame is the
    /// first of an epoch. None if it has no readable identity.
    pub(super) fn publish(&mut self, frame: &Frame, now: Moment) -> Option<(Slot, bool)> {
        let slot = self.slot(frame.origin());
        let Some((slot, known)) = slot.and_then(|slot| Some((slot, self.get_mut(slot)?))) else {
            let known = Known::of_keyframe(frame, false, now)?;
            return Some((self.insert(frame.origin(), known)?, false));
        };
        let is_new_epoch = known.note(frame, now);
        if let Some(frames) = known.frames.with(frame, now) {
            let before = std::mem::replace(&mut known.frames, frames).bytes();
            let after = known.frames.bytes();
            self.room.exchange(before, after);
        }
        Some((slot, is_new_epoch))
    }

    pub(super) fn sweep_at(&self) -> Moment {
        self.sweep_at
    }

    pub(super) fn forget_silent(&mut self, now: Moment) {
        if now < self.sweep_at {
            return;
        }
        self.sweep_at = now.after_ms(SWEEP_INTERVAL_MS);
        let is_over = |known: &Known| now.since(known.heard_at) >= ORIGIN_FORGET_MS;
        let over: Vec<OriginId> = self
            .index
            .iter()
            .filter(|(_, slot)| self.get(*slot).is_some_and(is_over))
            .map(|(origin, _)| origin)
            .collect();
        for origin in over {
            self.remove(origin);
        }
    }

    /// The places whose origins were forgotten. Whoever takes them sees to it that no link refers to them any longer.
    pub(super) fn take_vacated(&mut self) -> BTreeSet<Slot> {
        self.free.extend(&self.vacated);
        self.vacated.drain(..).collect()
    }

    /// None only if all aliases are in use at once.
    fn insert(&mut self, origin: OriginId, known: Known) -> Option<Slot> {
        let bytes = known.frames.bytes();
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None if self.known.len() >= ALIASES_MAX => return None,
            None => {
                let slot = Slot(Alias::try_from(self.known.len()).ok()?);
                self.known.push(None);
                slot
            }
        };
        *self.known.get_mut(slot.place())? = Some(known);
        self.index.insert(origin, slot);
        self.room.exchange(0, bytes);
        Some(slot)
    }

    fn remove(&mut self, origin: OriginId) {
        let Some(slot) = self.index.remove(origin) else { return };
        if let Some(known) = self.known.get_mut(slot.place()).and_then(Option::take) {
            self.room.exchange(known.frames.bytes(), 0);
            self.vacated.push(slot);
        }
    }

    /// Holds a frame of a known origin for those who join later, if there is room.
    fn hold(&mut self, slot: Slot, frame: &Frame, now: Moment) -> bool {
        loop {
            let Some(known) = self.known.get_mut(slot.place()).and_then(Option::as_mut) else { return false };
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
            Need::Place => self.place_look_at,
            Need::Bytes => self.bytes_look_at,
        };
        if now < look_at {
            return false;
        }
        let helps = |known: &Known| need == Need::Place || pooled(known.frames.bytes()) > 0;
        let all = self.index.iter().filter_map(|(origin, slot)| Some((origin, self.get(slot)?)));
        let silent = all.filter(|(_, known)| now.since(known.heard_at) >= ORIGIN_SILENT_MS && helps(known));
        let longest = silent.min_by_key(|(_, known)| known.heard_at).map(|(origin, _)| origin);
        match (longest, need) {
            (Some(origin), _) => self.remove(origin),
            (None, Need::Place) => self.place_look_at = now.after_ms(LOOK_INTERVAL_MS),
            (None, Need::Bytes) => self.bytes_look_at = now.after_ms(LOOK_INTERVAL_MS),
        }
        longest.is_some()
    }
}

/// Time between two looks for origins to forget, in milliseconds: 10 minutes.
const SWEEP_INTERVAL_MS: u64 = 10 * 60 * 1000;

/// Time after a look for silent origins that found none, in milliseconds.
const LOOK_INTERVAL_MS: u64 = 1000;
