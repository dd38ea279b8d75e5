//! Whom the origin has links with, and whom it has lost.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Changes, Section, bounded, find, since_keyframe};
use crate::frame::{Frame, FrameKind, Position, VERSION};
use crate::limits::LINKED_MAX;
use crate::origin::OriginId;

/// The links section: the direct links of an origin's agent, and those of them that broke. It stands in keyframes,
/// and in deltas where it differs from that of their keyframe. From many of them a reader tells which host died: see
/// [`is_dead`](crate::is_dead).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct Links {
    /// Neighbours with a link, ascending, at most [`LINKED_MAX`].
    pub up: Vec<OriginId>,
    /// Neighbours whose link broke, ascending by origin, at most [`LINKED_MAX`].
    pub lost: Vec<Lost>,
}

/// A neighbour whose link broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The neighbour.
    pub origin: OriginId,
    /// Where the newest of its frames stands that was held when the link broke.
    pub position: Position,
}

impl Links {
    /// Of which position the neighbour `origin` was lost, if it was.
    pub fn lost_at(&self, origin: OriginId) -> Option<Position> {
        let place = self.lost.binary_search_by_key(&origin, |lost| lost.origin).ok()?;
        self.lost.get(place).map(|lost| lost.position)
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.up.is_empty() && self.lost.is_empty()
    }

    /// The same within the bounds and in order: of each list the first [`LINKED_MAX`] as given, then sorted. Of one
    /// neighbour that was lost twice, the later position stays.
    #[must_use]
    pub(crate) fn bounded(mut self) -> Self {
        self.up.truncate(LINKED_MAX);
        self.up.sort_unstable();
        self.up.dedup();
        self.lost.truncate(LINKED_MAX);
        self.lost.sort_unstable_by_key(|lost| (lost.origin, std::cmp::Reverse(lost.position)));
        self.lost.dedup_by_key(|lost| lost.origin);
        self
    }
}

/// The links of an origin of which `keyframe` and perhaps `delta` are the newest frames known: the delta's, or where
/// it carries none, or is a delta of another keyframe, the keyframe's. Nobody checks signatures here, and no other
/// section is read beyond its first field, so that it costs little on frames that are held.
pub fn links_of(keyframe: &Frame, delta: Option<&Frame>) -> Links {
    let newest = delta.filter(|delta| is_delta_of(delta, keyframe)).and_then(links);
    newest.or_else(|| links(keyframe)).unwrap_or_default()
}

/// The links that a frame itself carries. None if it carries none, or none that this version can read: they are a
/// help, and must not keep anybody from the readings.
pub(crate) fn links(frame: &Frame) -> Option<Links> {
    (frame.version() == VERSION).then(|| find(frame.body()).ok().flatten()).flatten()
}

fn is_delta_of(delta: &Frame, keyframe: &Frame) -> bool {
    delta.kind() == FrameKind::Delta
        && delta.version() == VERSION
        && (delta.origin(), delta.schema()) == (keyframe.origin(), keyframe.schema())
        && delta.position() > keyframe.position()
        && since_keyframe(delta.body())
            .is_some_and(|since| Changes::keyframe_of(delta.position(), since) == keyframe.position())
}

impl Section for Links {
    const KIND: u8 = 6;
    const NAME: &'static str = "links";
}

/// The section as it is written.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(deserialize_with = "bounded::list::<_, _, LINKED_MAX>")]
    up: Vec<OriginId>,
    /// Origin, epoch and sequence.
    #[serde(deserialize_with = "bounded::list::<_, _, LINKED_MAX>")]
    lost: Vec<(OriginId, u32, u32)>,
}

impl From<Links> for Wire {
    fn from(Links { up, lost }: Links) -> Self {
        let lost = lost.into_iter();
        let lost =
            lost.map(|Lost { origin, position }| (origin, position.epoch, position.sequence)).collect();
        Self { up, lost }
    }
}

impl TryFrom<Wire> for Links {
    type Error = OutOfOrder;

    /// Whoever is named twice would have two votes.
    fn try_from(Wire { up, lost }: Wire) -> Result<Self, OutOfOrder> {
        let is_ascending = up.is_sorted_by(|a, b| a < b) && lost.is_sorted_by(|(a, ..), (b, ..)| a < b);
        let lost = lost.into_iter();
        let lost =
            lost.map(|(origin, epoch, sequence)| Lost { origin, position: Position { epoch, sequence } });
        is_ascending.then(|| Self { up, lost: lost.collect() }).ok_or(OutOfOrder)
    }
}

/// Origins in a list are not in ascending order, or one is there twice.
#[derive(Debug, Error)]
#[error("the origins are not in ascending order")]
struct OutOfOrder;
