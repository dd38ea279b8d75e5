//! What a collector remembers of each device that the lines of a file name.

/// Things by name, in the order in which the last pass met them.
///
/// A file names the same devices in the same order most of the time: each is then found where it was, without a
/// search and without a copy of its name.
#[derive(Debug)]
pub(crate) struct Roster<T> {
    /// Those before `met` are of this pass.
    things: Vec<(String, T)>,
    met: usize,
}

impl<T> Default for Roster<T> {
    fn default() -> Self {
        Self { things: Vec::new(), met: 0 }
    }
}

impl<T> Roster<T> {
    /// Starts a pass, in which nothing has been met yet.
    pub(crate) fn begin(&mut self) {
        self.met = 0;
    }

    /// What is known of `name`, or else `make` of it; none beyond [`THINGS_MAX`] names.
    pub(crate) fn meet(&mut self, name: &str, make: impl FnOnce() -> T) -> Option<&mut T> {
        let at = self.met;
        if self.things.get(at).is_none_or(|(next, _)| next != name) {
            match self.things.iter().position(|(known, _)| known == name) {
                Some(met) if met < at => return self.things.get_mut(met).map(|(_, thing)| thing),
                Some(later) => self.things.get_mut(at..=later)?.rotate_right(1),
                None if at < THINGS_MAX => self.things.insert(at, (name.to_owned(), make())),
                None => return None,
            }
        }
        self.met += 1;
        self.things.get_mut(at).map(|(_, thing)| thing)
    }

    /// Ends a pass: what it did not meet is forgotten.
    pub(crate) fn finish(&mut self) {
        self.things.truncate(self.met);
    }

    /// All names and what is known of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.things.iter().map(|(name, thing)| (name.as_str(), thing))
    }

    /// All names and what is known of them, to change.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut T)> {
        self.things.iter_mut().map(|(name, thing)| (name.as_str(), thing))
    }
}

/// A host of containers has an interface for each, and hides them; more than this is a fault or an attack.
const THINGS_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn a_roster_is_a_map_of_the_last_pass(passes in prop::collection::vec(prop::collection::vec("[a-e]", 0..8), 0..8)) {
            let mut roster = Roster::default();
            let mut model: BTreeMap<String, u32> = BTreeMap::new();
            for pass in passes {
                roster.begin();
                for name in &pass {
                    *roster.meet(name, || 0).unwrap() += 1;
                    *model.entry(name.clone()).or_default() += 1;
                }
                roster.finish();
                model.retain(|name, _| pass.contains(name));
                let met: BTreeMap<String, u32> =
                    roster.iter().map(|(name, count)| (name.to_owned(), *count)).collect();
                prop_assert_eq!(&met, &model);
            }
        }
    }

    #[test]
    fn names_without_end_are_not_all_kept() {
        let mut roster = Roster::default();
        let kept = (0..THINGS_MAX + 10).filter(|n| roster.meet(&n.to_string(), || ()).is_some()).count();
        assert_eq!(kept, THINGS_MAX);
    }
}
