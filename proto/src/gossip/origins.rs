//! What is held of each origin: its key, its newest keyframe and delta, and which frames were seen.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::allowance::{Allowance, Draw};
use super::seen::Seen;
use crate::body::Identity;
use crate::frame::{Frame, FrameKind, Position};
use crate::limits::{ORIGIN_FORGET_MS, ORIGINS_MAX};
use crate::moment::Moment;
use crate::origin::{HostName, OriginId, Verifier};

/// All origins that were heard of.
#[derive(Debug)]
pub(super) struct Origins {
    known: BTreeMap<OriginId, Known>,
    sweep_at: Moment,
}

#[derive(Debug)]
struct Known {
    verifier: Verifier,
    host: HostName,
    epoch: u32,
    seen: Seen,
    keyframe: Timed,
    /// The newest delta or leave, if it is newer than the keyframe.
    newest: Option<Timed>,
    heard_at: Moment,
    allowance: Allowance,
}

#[derive(Debug)]
struct Timed {
    frame: Frame,
    at: Moment,
}

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
    /// Genuine and seen for the first time; of this host.
    New(HostName),
    /// Its origin did not seal it.
    BadSignature,
    /// No room for a further origin.
    Full,
}

/// What is held of one origin.
#[derive(Debug)]
pub struct Held<'a> {
    /// Whose frames these are.
    pub origin: OriginId,
    /// Its host's name.
    pub host: &'a HostName,
    keyframe: &'a Timed,
    newest: Option<&'a Timed>,
}

impl Held<'_> {
    /// The keyframe, then the newest delta or leave if there is one; aged by the time that they were held.
    pub fn frames(&self, now: Moment) -> impl Iterator<Item = Frame> {
        std::iter::once(self.keyframe).chain(self.newest).map(move |held| held.frame.aged(now.since(held.at)))
    }
}

impl Origins {
    pub(super) fn new(now: Moment) -> Self {
        Self { known: BTreeMap::new(), sweep_at: now.after_ms(SWEEP_INTERVAL_MS) }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Where the newest frame of `origin` stands.
    pub(super) fn position(&self, origin: OriginId) -> Option<Position> {
        let known = self.known.get(&origin)?;
        Some(Position { epoch: known.epoch, sequence: known.seen.newest() })
    }

    pub(super) fn held_after(&self, after: Option<OriginId>) -> Option<Held<'_>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let (origin, known) = self.known.range((from, Bound::Unbounded)).next()?;
        Some(Held {
            origin: *origin,
            host: &known.host,
            keyframe: &known.keyframe,
            newest: known.newest.as_ref(),
        })
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

    /// Holds a frame that may be news, if it is genuine.
    pub(super) fn admit(&mut self, frame: &Frame, now: Moment) -> Admission {
        let is_full = self.known.len() >= ORIGINS_MAX;
        let Some(known) = self.known.get_mut(&frame.origin()) else {
            return if is_full { Admission::Full } else { self.meet(frame, now) };
        };
        if !frame.verify(&known.verifier) {
            return Admission::BadSignature;
        }
        known.take_in(frame, now);
        Admission::New(known.host.clone())
    }

    pub(super) fn sweep_at(&self) -> Moment {
        self.sweep_at
    }

    pub(super) fn forget_silent(&mut self, now: Moment) {
        if now >= self.sweep_at {
            self.known.retain(|_, known| now.since(known.heard_at) < ORIGIN_FORGET_MS);
            self.sweep_at = now.after_ms(SWEEP_INTERVAL_MS);
        }
    }

    /// Takes in an origin's first keyframe.
    fn meet(&mut self, frame: &Frame, now: Moment) -> Admission {
        let Ok((identity, verifier)) = Identity::of_keyframe(frame) else {
            return Admission::BadSignature;
        };
        let mut seen = Seen::default();
        seen.insert(frame.position().sequence);
        let host = identity.host;
        let keyframe = Timed { frame: frame.clone(), at: now };
        let epoch = frame.position().epoch;
        let allowance = Allowance::begun(now);
        let known = Known {
            verifier,
            host: host.clone(),
            epoch,
            seen,
            keyframe,
            newest: None,
            heard_at: now,
            allowance,
        };
        self.known.insert(frame.origin(), known);
        Admission::New(host)
    }
}

impl Known {
    fn has_seen(&self, position: Position) -> bool {
        position.epoch < self.epoch || (position.epoch == self.epoch && self.seen.contains(position.sequence))
    }

    fn take_in(&mut self, frame: &Frame, now: Moment) {
        let position = frame.position();
        self.allowance.spend(Draw::of(frame, self.epoch), now);
        if position.epoch > self.epoch {
            self.epoch = position.epoch;
            self.seen = Seen::default();
        }
        self.seen.insert(position.sequence);
        self.heard_at = now;
        let newest = self.newest.as_ref().map(|held| held.frame.position());
        match frame.kind() {
            FrameKind::Keyframe if position > self.keyframe.frame.position() => {
                if let Ok(identity) = Identity::of_verified(frame) {
                    self.host = identity.host;
                }
                self.keyframe = Timed { frame: frame.clone(), at: now };
                self.newest = self.newest.take().filter(|_| newest > Some(position));
            }
            FrameKind::Delta | FrameKind::Leave
                if position > newest.unwrap_or(self.keyframe.frame.position()) =>
            {
                self.newest = Some(Timed { frame: frame.clone(), at: now });
            }
            FrameKind::Keyframe | FrameKind::Delta | FrameKind::Leave | FrameKind::Unknown(_) => {}
        }
    }
}

/// Time between two looks for origins to forget, in milliseconds: 10 minutes.
const SWEEP_INTERVAL_MS: u64 = 10 * 60 * 1000;
