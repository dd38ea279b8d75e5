//! What a link is for, origin by origin: whose frames go over it, and what the neighbour calls them.

use super::control::{Alias, Name};
use super::slot::Slot;

/// The state of each origin on one link: two bytes, and eight for the neighbour's alias.
#[derive(Debug, Default)]
pub(super) struct Ties {
    ties: Vec<Tie>,
    theirs: Vec<Named>,
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
}

impl Ties {
    /// The state of a new link: `marks` for the first `slots` origins, none for those to come.
    pub(super) fn of(slots: usize, marks: u8) -> Self {
        Self { ties: vec![Tie { marks, low: 0 }; slots], theirs: Vec::new() }
    }

    pub(super) fn get(&self, slot: Slot) -> Tie {
        self.ties.get(slot.place()).copied().unwrap_or_default()
    }

    /// The state of an origin, to be changed. There is always one.
    pub(super) fn get_mut(&mut self, slot: Slot) -> Option<&mut Tie> {
        let place = slot.place();
        if place >= self.ties.len() {
            self.ties.resize(place + 1, Tie::default());
        }
        self.ties.get_mut(place)
    }

    /// Learns what an alias stands for: an epoch of the origin in `slot`, if it is known here.
    pub(super) fn learn(&mut self, name: Name, slot: Option<Slot>) {
        let place = usize::from(name.alias);
        if place >= self.theirs.len() {
            self.theirs.resize(place + 1, Named::Nothing);
        }
        if let Some(named) = self.theirs.get_mut(place) {
            *named = slot.map_or(Named::Nothing, |slot| Named::Origin { slot, epoch: name.epoch });
        }
    }

    /// What the neighbour means by `alias`. None if it never said.
    pub(super) fn meant_by(&self, alias: Alias) -> Option<Named> {
        self.theirs.get(usize::from(alias)).copied()
    }

    /// The neighbour is told that an alias of it is not understood.
    pub(super) fn set_told(&mut self, alias: Alias) {
        if let Some(named) = self.theirs.get_mut(usize::from(alias)) {
            *named = Named::Told;
        }
    }

    /// Forgets an origin: another will take its place.
    pub(super) fn vacate(&mut self, slot: Slot) {
        if let Some(tie) = self.ties.get_mut(slot.place()) {
            *tie = Tie::default();
        }
        for named in &mut self.theirs {
            if matches!(named, Named::Origin { slot: held, .. } if *held == slot) {
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
}
