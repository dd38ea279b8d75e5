//! What a link is for, origin by origin: whose frames go over it, and what the neighbour calls them.

use std::collections::BTreeSet;

use super::control::{Alias, Name};
use super::slot::Slot;
use crate::limits::{ALIASES_MAX, TIE_BYTES};

/// The state of each origin on one link: two bytes, and eight for the neighbour's alias. What there is to say, to tell
/// and to send is marked there, so that it takes no more however much that is.
#[derive(Debug, Default)]
pub(super) struct Ties {
    ties: Vec<Tie>,
    theirs: Vec<Named>,
    /// Of `ties`, those with [`Tie::UNSAID`].
    unsaid: Turn,
    /// Of `ties`, those with [`Tie::OWED`].
    owed: Turn,
    /// Of `theirs`, those that are [`Named::Untold`].
    untold: Turn,
}

const _: () = assert!(size_of::<Tie>() + size_of::<Named>() == TIE_BYTES);

/// Places that are taken in turn, starting where the last one was.
#[derive(Debug, Default)]
struct Turn {
    left: usize,
    at: usize,
}

/// How one origin's frames go over one link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tie {
    marks: u8,
    /// The last byte of the newest sequence that the neighbour is known to have.
    low: u8,
}

/// What an alias of the neighbour stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// This epoch of the origin in that slot.
    Origin {
        /// The origin's place here.
        slot: Slot,
        /// The epoch that the neighbour knows.
        epoch: u32,
    },
    /// An origin that is not known here. The neighbour will be told so.
    Untold,
    /// An origin that is not known here. The neighbour was told so.
    Told,
    /// An origin that is not known here, or none at all.
    Nothing,
}

impl Tie {
    /// Whether the neighbour knows this agent's alias.
    pub(super) const NAMED: u8 = 1;
    /// Whether the neighbour pruned this link: it gets the frames elsewhere.
    pub(super) const LAZY: u8 = 2;
    /// Whether this agent pruned the link: it gets the frames elsewhere.
    pub(super) const PRUNED: u8 = 4;
    /// Whether `low` says anything.
    const HAS: u8 = 8;
    /// Whether the neighbour is to hear that its link was pruned or grafted.
    const UNSAID: u8 = 16;
    /// Whether the origin's keyframe is to be asked for, too, once that is said.
    const LACKS_KEYFRAME: u8 = 32;
    /// Whether the newest frame is owed to the neighbour.
    const OWED: u8 = 64;
    /// Whether its keyframe is owed before.
    const OWED_KEYFRAME: u8 = 128;

    pub(super) fn is(self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    pub(super) fn set(&mut self, mark: u8) {
        self.marks |= mark;
    }

    pub(super) fn clear(&mut self, mark: u8) {
        self.marks &= !mark;
    }

    /// Whether the neighbour has the frame whose sequence ends in `low`, as far as is known.
    pub(super) fn has(self, low: u8) -> bool {
        self.is(Self::HAS) && self.low == low
    }

    pub(super) fn set_has(&mut self, low: u8) {
        self.marks |= Self::HAS;
        self.low = low;
    }

    /// Nobody knows which frames the neighbour has.
    pub(super) fn forget_has(&mut self) {
        self.clear(Self::HAS);
    }
}

/// What to say of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsaid {
    /// Announce its frames only.
    Prune,
    /// Send its frames.
    Graft {
        /// Its keyframe is missing.
        lacks_keyframe: bool,
    },
}

impl Ties {
    /// The state of a new link: `marks` for the first `slots` origins, none for those to come.
    pub(super) fn of(slots: usize, marks: u8) -> Self {
        Self { ties: vec![Tie { marks, low: 0 }; slots], ..Self::default() }
    }

    pub(super) fn get(&self, slot: Slot) -> Tie {
        self.ties.get(slot.place()).copied().unwrap_or_default()
    }

    /// The state of an origin, to be changed. There is always one.
    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Tie> {
        reach(&mut self.ties, slot.place(), Tie::default())
    }

    /// Has the neighbour announce an origin's frames only.
    pub(super) fn prune(&mut self, slot: Slot) {
        self.say(slot, Tie::PRUNED, Tie::LACKS_KEYFRAME);
    }

    /// Has the neighbour send an origin's frames, its keyframe too if that is missing.
    pub(super) fn graft(&mut self, slot: Slot, lacks_keyframe: bool) {
        self.say(slot, if lacks_keyframe { Tie::LACKS_KEYFRAME } else { 0 }, Tie::PRUNED);
    }

    /// Takes what is to be said of the next origin.
    pub(super) fn take_unsaid(&mut self) -> Option<(Slot, Unsaid)> {
        let place = self.unsaid.next(&self.ties, |tie| tie.is(Tie::UNSAID))?;
        let tie = self.ties.get_mut(place)?;
        let lacks_keyframe = tie.is(Tie::LACKS_KEYFRAME);
        tie.clear(Tie::UNSAID | Tie::LACKS_KEYFRAME);
        self.unsaid.left -= 1;
        let unsaid = if tie.is(Tie::PRUNED) { Unsaid::Prune } else { Unsaid::Graft { lacks_keyframe } };
        Some((Slot(Alias::try_from(place).ok()?), unsaid))
    }

    /// Owes the neighbour the newest frame of an origin, and its keyframe before if it is to have that.
    pub(super) fn owe(&mut self, slot: Slot, keyframe: bool) {
        let Some(tie) = self.get_mut(slot) else { return };
        let is_new = !tie.is(Tie::OWED);
        tie.set(if keyframe { Tie::OWED | Tie::OWED_KEYFRAME } else { Tie::OWED });
        self.owed.left += usize::from(is_new);
    }

    /// Whether anything is owed.
    pub(super) fn owes(&self) -> bool {
        self.owed.left > 0
    }

    /// Takes the next origin of which something is owed, and whether that is its keyframe.
    pub(super) fn take_owed(&mut self) -> Option<(Slot, bool)> {
        let place = self.owed.next(&self.ties, |tie| tie.is(Tie::OWED))?;
        let tie = self.ties.get_mut(place)?;
        let keyframe = tie.is(Tie::OWED_KEYFRAME);
        tie.clear(Tie::OWED | Tie::OWED_KEYFRAME);
        self.owed.left -= 1;
        Some((Slot(Alias::try_from(place).ok()?), keyframe))
    }

    /// Learns what an alias stands for: an epoch of the origin in `slot`, if it is known here. False if it is none.
    pub(super) fn learn(&mut self, name: Name, slot: Option<Slot>) -> bool {
        let place = usize::from(name.alias);
        let named = reach(&mut self.theirs, place, Named::Nothing).filter(|_| place < ALIASES_MAX);
        let Some(named) = named else { return false };
        self.untold.left -= usize::from(*named == Named::Untold);
        *named = slot.map_or(Named::Nothing, |slot| Named::Origin { slot, epoch: name.epoch });
        true
    }

    /// What the neighbour means by `alias`. None if it never said.
    pub(super) fn meant_by(&self, alias: Alias) -> Option<Named> {
        self.theirs.get(usize::from(alias)).copied()
    }

    /// The neighbour is to be told that an alias of it is not understood.
    pub(super) fn tell(&mut self, alias: Alias) {
        if let Some(named) = self.theirs.get_mut(usize::from(alias)) {
            self.untold.left += usize::from(*named != Named::Untold);
            *named = Named::Untold;
        }
    }

    /// Takes an alias that is not understood.
    pub(super) fn take_untold(&mut self) -> Option<Alias> {
        let place = self.untold.next(&self.theirs, |named| *named == Named::Untold)?;
        *self.theirs.get_mut(place)? = Named::Told;
        self.untold.left -= 1;
        Alias::try_from(place).ok()
    }

    /// Whether anything is to be said or told.
    pub(super) fn has_to_speak(&self) -> bool {
        self.unsaid.left > 0 || self.untold.left > 0
    }

    /// Forgets origins: others will take their places.
    pub(super) fn vacate(&mut self, slots: &BTreeSet<Slot>) {
        for slot in slots {
            if let Some(tie) = self.ties.get_mut(slot.place()) {
                self.unsaid.left -= usize::from(tie.is(Tie::UNSAID));
                self.owed.left -= usize::from(tie.is(Tie::OWED));
                *tie = Tie::default();
            }
        }
        for named in &mut self.theirs {
            if matches!(named, Named::Origin { slot, .. } if slots.contains(slot)) {
                *named = Named::Nothing;
            }
        }
    }

    /// The origin in `slot` is in another epoch from now on: the alias has to be named anew, and nobody has any of its
    /// frames.
    pub(super) fn renew(&mut self, slot: Slot) {
        if let Some(tie) = self.ties.get_mut(slot.place()) {
            tie.clear(Tie::NAMED | Tie::HAS);
        }
    }

    fn say(&mut self, slot: Slot, set: u8, clear: u8) {
        let Some(tie) = self.get_mut(slot) else { return };
        let is_new = !tie.is(Tie::UNSAID);
        tie.clear(clear);
        tie.set(set | Tie::UNSAID);
        self.unsaid.left += usize::from(is_new);
    }
}

impl Turn {
    fn next<T>(&mut self, all: &[T], is_due: impl Fn(&T) -> bool) -> Option<usize> {
        if self.left == 0 {
            return None;
        }
        let (before, after) = all.split_at_checked(self.at).unwrap_or((all, &[]));
        let later = after.iter().position(&is_due).map(|place| before.len() + place);
        self.at = later.or_else(|| before.iter().position(&is_due))?;
        Some(self.at)
    }
}

/// The item at `place`, if there may be one. A list takes no more memory than [`ALIASES_MAX`] items, however it grows.
fn reach<T: Clone>(all: &mut Vec<T>, place: usize, empty: T) -> Option<&mut T> {
    if place >= all.len() && place < ALIASES_MAX {
        if place >= all.capacity() {
            let capacity = (2 * all.len()).clamp(place + 1, ALIASES_MAX);
            all.reserve_exact(capacity - all.len());
        }
        all.resize(place + 1, empty);
    }
    all.get_mut(place)
}

#[cfg(test)]
mod tests;
