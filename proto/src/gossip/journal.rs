//! What to announce: frames that came a moment ago.

use std::collections::BTreeSet;

use super::link::LinkId;
use super::slot::Slot;
use crate::limits::{ANNOUNCE_MS, CRITICAL_ANNOUNCE_MS, JOURNAL_ENTRY_BYTES, ORIGINS_MAX};
use crate::moment::Moment;

/// Frames that came within the last three flushes.
///
/// Two neighbours that both have a frame need not both say so. So of each pair one speaks at the next flush and the
/// other two flushes later, unless it has heard of the frame until then.
#[derive(Debug, Default)]
pub(super) struct Journal {
    young: Vec<Entry>,
    middle: Vec<Entry>,
    old: Vec<Entry>,
    flush_at: Option<Moment>,
}

/// What is to be announced now, each in the order of slots.
pub(super) struct Flush {
    /// By the first of each pair.
    pub(super) first: Vec<Entry>,
    /// By the second of each pair.
    pub(super) second: Vec<Entry>,
}

/// A frame that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Whose it is.
    pub(super) slot: Slot,
    /// The last byte of its origin's newest sequence by then.
    pub(super) low: u8,
    /// What its way here has cost.
    pub(super) cost: u8,
    /// The link that brought it.
    pub(super) ingress: Option<LinkId>,
}

const _: () = assert!(size_of::<Entry>() <= JOURNAL_ENTRY_BYTES);

impl Journal {
    /// Notes a frame, if there is room.
    pub(super) fn note(&mut self, entry: Entry, now: Moment) {
        if self.young.len() < ORIGINS_MAX {
            self.young.push(entry);
            self.wake(now);
        }
    }

    /// Has a flush take place sooner than usual, for a frame that must not be late.
    pub(super) fn hurry(&mut self, now: Moment) {
        let soon = now.after_ms(CRITICAL_ANNOUNCE_MS);
        self.flush_at = Some(self.flush_at.map_or(soon, |flush_at| flush_at.min(soon)));
    }

    /// Has a flush take place soon.
    pub(super) fn wake(&mut self, now: Moment) {
        self.flush_at.get_or_insert(now.after_ms(ANNOUNCE_MS));
    }

    /// When the next flush is due.
    pub(super) fn flush_at(&self) -> Option<Moment> {
        self.flush_at
    }

    /// What to announce now.
    pub(super) fn flush(&mut self, now: Moment) -> Flush {
        let mut first = std::mem::take(&mut self.young);
        // Of several of one origin the last counts, which tells of the newest frame.
        first.reverse();
        first.sort_by_key(|entry| entry.slot);
        first.dedup_by_key(|entry| entry.slot);
        let middle = std::mem::replace(&mut self.middle, first.clone());
        let second = std::mem::replace(&mut self.old, middle);
        let has_more = !self.middle.is_empty() || !self.old.is_empty();
        self.flush_at = has_more.then(|| now.after_ms(ANNOUNCE_MS));
        Flush { first, second }
    }

    /// Other origins will take these places.
    pub(super) fn vacate(&mut self, slots: &BTreeSet<Slot>) {
        for entries in [&mut self.young, &mut self.middle, &mut self.old] {
            entries.retain(|entry| !slots.contains(&entry.slot));
        }
    }
}

#[cfg(test)]
mod tests;
