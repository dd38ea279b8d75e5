//! Where to find an origin by its id.

use std::ops::RangeInclusive;

use super::slot::Slot;
use crate::origin::OriginId;

/// The places of origins, in the order of ids: a list, which takes half of what a tree does. Origins come and go so
/// seldom that it may be moved.
#[derive(Debug, Default)]
pub(super) struct Index(Vec<(OriginId, Slot)>);

impl Index {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, origin: OriginId) -> Option<Slot> {
        let (_, slot) = self.0.get(self.find(origin).ok()?)?;
        Some(*slot)
    }

    /// Notes the place of an origin that has none.
    pub(super) fn insert(&mut self, origin: OriginId, slot: Slot) {
        if let Err(place) = self.find(origin) {
            self.0.insert(place, (origin, slot));
        }
    }

    pub(super) fn remove(&mut self, origin: OriginId) -> Option<Slot> {
        let place = self.find(origin).ok()?;
        Some(self.0.remove(place).1)
    }

    /// All origins in the order of ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (OriginId, Slot)> {
        self.0.iter().copied()
    }

    /// Those with ids in a range.
    pub(super) fn range(&self, range: RangeInclusive<OriginId>) -> impl Iterator<Item = (OriginId, Slot)> {
        let from = self.find(*range.start()).unwrap_or_else(|place| place);
        let rest = self.0.get(from..).unwrap_or_default();
        rest.iter().copied().take_while(move |(origin, _)| range.contains(origin))
    }

    /// The first origin after `after`, or the very first.
    pub(super) fn after(&self, after: Option<OriginId>) -> Option<(OriginId, Slot)> {
        let place = after.map_or(0, |after| self.find(after).map_or_else(|place| place, |place| place + 1));
        self.0.get(place).copied()
    }

    /// Where the origin is, or would be.
    fn find(&self, origin: OriginId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&origin, |(other, _)| *other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::ops::Bound;

    fn id() -> impl Strategy<Value = OriginId> {
        (0..60_u64).prop_map(OriginId)
    }

    proptest! {
        #[test]
        fn agrees_with_a_tree(
            changes in prop::collection::vec((id(), prop::option::of(any::<u16>())), 0..200),
            (from, to) in (id(), id()),
        ) {
            let (mut index, mut tree) = (Index::default(), BTreeMap::new());
            for (origin, slot) in changes {
                match slot.map(Slot) {
                    Some(slot) => {
                        index.insert(origin, slot);
                        tree.entry(origin).or_insert(slot);
                    }
                    None => prop_assert_eq!(index.remove(origin), tree.remove(&origin)),
                }
            }
            let plain = |(origin, slot): (&OriginId, &Slot)| (*origin, *slot);
            prop_assert_eq!(index.len(), tree.len());
            prop_assert_eq!(index.get(from), tree.get(&from).copied());
            prop_assert!(index.iter().eq(tree.iter().map(plain)));
            prop_assert_eq!(index.after(None), tree.first_key_value().map(plain));
            let next = tree.range((Bound::Excluded(from), Bound::Unbounded)).next();
            prop_assert_eq!(index.after(Some(from)), next.map(plain));
            let (from, to) = (from.min(to), from.max(to));
            prop_assert!(index.range(from..=to).eq(tree.range(from..=to).map(plain)));
        }
    }
}
