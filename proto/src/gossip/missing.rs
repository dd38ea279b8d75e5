//! Frames that were announced and have not come.

use std::collections::{BTreeMap, BTreeSet};

use super::link::LinkId;
use super::slot::Slot;
use crate::frame::Position;
use crate::limits::ABSENT_BYTES;
use crate::moment::Moment;

/// For each origin the newest frame announced that has not come, who announced it, and when to ask for it.
#[derive(Debug, Default)]
pub(super) struct Missing {
    of: BTreeMap<Slot, Absent>,
    due: BTreeSet<(Moment, Slot)>,
}

#[derive(Debug)]
struct Absent {
    position: Position,
    announcers: [Option<LinkId>; ANNOUNCERS_MAX],
    /// How long each of those who are asked has for its answer.
    patience_ms: u64,
    due: Moment,
}

const _: () = assert!(size_of::<(Slot, Absent)>() + size_of::<(Moment, Slot)>() <= ABSENT_BYTES);

/// An agent that has a frame which this one lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) slot: Slot,
    pub(super) link: LinkId,
}

impl Missing {
    /// `link` announced the frame of an origin at `position`, which has not come; it is worth a question if it does not
    /// come within `patience_ms`.
    pub(super) fn announced(
        &mut self,
        slot: Slot,
        position: Position,
        link: LinkId,
        patience_ms: u64,
        now: Moment,
    ) {
        if let Some(absent) = self.of.get_mut(&slot) {
            absent.position = absent.position.max(position);
            if !absent.announcers.contains(&Some(link))
                && let Some(place) = absent.announcers.iter_mut().find(|place| place.is_none())
            {
                *place = Some(link);
            }
            return;
        }
        let announcers = std::array::from_fn(|place| (place == 0).then_some(link));
        let due = now.after_ms(patience_ms);
        self.of.insert(slot, Absent { position, announcers, patience_ms, due });
        self.due.insert((due, slot));
    }

    /// Frames of an origin up to `newest` came. Whether none is missing any longer.
    pub(super) fn came(&mut self, slot: Slot, newest: Position) -> bool {
        let is_over = self.of.get(&slot).is_none_or(|absent| absent.position <= newest);
        if is_over {
            self.forget(slot);
        }
        is_over
    }

    pub(super) fn forget(&mut self, slot: Slot) {
        if let Some(absent) = self.of.remove(&slot) {
            self.due.remove(&(absent.due, slot));
        }
    }

    /// When to ask next.
    pub(super) fn due(&self) -> Option<Moment> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Takes whom to ask now, for one origin: the first who announced its frame and was not asked yet; the next one's
    /// turn comes as much later. If there is none left, the origin is given up: `Err`.
    pub(super) fn ask(&mut self, now: Moment) -> Option<Result<Ask, Slot>> {
        let (due, slot) = self.due.first().copied().filter(|(due, _)| *due <= now)?;
        self.due.remove(&(due, slot));
        let Some(absent) = self.of.get_mut(&slot) else { return Some(Err(slot)) };
        let [next, rest @ ..] = absent.announcers;
        let Some(link) = next else {
            self.of.remove(&slot);
            return Some(Err(slot));
        };
        absent.announcers = std::array::from_fn(|place| rest.get(place).copied().flatten());
        absent.due = now.after_ms(absent.patience_ms);
        self.due.insert((absent.due, slot));
        Some(Ok(Ask { slot, link }))
    }
}

/// Most agents that are asked for a frame before the next announcement starts anew.
const ANNOUNCERS_MAX: usize = 3;

#[cfg(test)]
mod tests;
