use super::*;
use crate::origin::OriginId;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Step {
    Prune(Slot),
    Graft(Slot, bool),
    Owe(Slot, bool),
    Name(Alias, Option<Slot>),
    Tell(Alias),
    Vacate(BTreeSet<Slot>),
    TakeUnsaid,
    TakeOwed,
    TakeUntold,
}

fn slot() -> impl Strategy<Value = Slot> {
    (0..12_u16).prop_map(Slot)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        slot().prop_map(Step::Prune),
        (slot(), any::<bool>()).prop_map(|(slot, lacks)| Step::Graft(slot, lacks)),
        (slot(), any::<bool>()).prop_map(|(slot, keyframe)| Step::Owe(slot, keyframe)),
        (0..12_u16, prop::option::of(slot())).prop_map(|(alias, slot)| Step::Name(alias, slot)),
        (0..12_u16).prop_map(Step::Tell),
        prop::collection::btree_set(slot(), 1..4).prop_map(Step::Vacate),
        Just(Step::TakeUnsaid),
        Just(Step::TakeOwed),
        Just(Step::TakeUntold),
    ]
}

/// What there is to do, each thing in a map of its own.
#[derive(Default)]
struct Plain {
    unsaid: BTreeMap<Slot, Unsaid>,
    owed: BTreeMap<Slot, bool>,
    untold: BTreeSet<Alias>,
    names: BTreeMap<Alias, Option<Slot>>,
}

impl Plain {
    fn take(&mut self, ties: &mut Ties, step: Step) {
        match step {
            Step::Prune(slot) => {
                ties.prune(slot);
                self.unsaid.insert(slot, Unsaid::Prune);
            }
            Step::Graft(slot, lacks_keyframe) => {
                ties.graft(slot, lacks_keyframe);
                let before = self.unsaid.get(&slot) == Some(&Unsaid::Graft { lacks_keyframe: true });
                self.unsaid.insert(slot, Unsaid::Graft { lacks_keyframe: lacks_keyframe || before });
            }
            Step::Owe(slot, keyframe) => {
                ties.owe(slot, keyframe);
                *self.owed.entry(slot).or_default() |= keyframe;
            }
            Step::Name(alias, slot) => {
                assert!(ties.learn(Name { alias, origin: OriginId(7), epoch: 1 }, slot));
                self.names.insert(alias, slot);
                self.untold.remove(&alias);
            }
            Step::Tell(alias) => {
                ties.tell(alias);
                // Of aliases that were not named themselves, some lie below one that was.
                if ties.meant_by(alias).is_some() {
                    self.untold.insert(alias);
                    self.names.remove(&alias);
                }
            }
            Step::Vacate(slots) => {
                ties.vacate(&slots);
                self.unsaid.retain(|slot, _| !slots.contains(slot));
                self.owed.retain(|slot, _| !slots.contains(slot));
                self.names.retain(|_, slot| slot.is_none_or(|slot| !slots.contains(&slot)));
            }
            Step::TakeUnsaid => match ties.take_unsaid() {
                Some((slot, unsaid)) => assert_eq!(self.unsaid.remove(&slot), Some(unsaid)),
                None => assert!(self.unsaid.is_empty()),
            },
            Step::TakeOwed => match ties.take_owed() {
                Some((slot, keyframe)) => assert_eq!(self.owed.remove(&slot), Some(keyframe)),
                None => assert!(self.owed.is_empty()),
            },
            Step::TakeUntold => match ties.take_untold() {
                Some(alias) => assert!(self.untold.remove(&alias)),
                None => assert!(self.untold.is_empty()),
            },
        }
    }
}

proptest! {
    #[test]
    fn what_is_to_be_done_is_done_once(steps in prop::collection::vec(step(), 0..200)) {
        let (mut ties, mut plain) = (Ties::default(), Plain::default());
        for step in steps {
            plain.take(&mut ties, step);
            prop_assert_eq!(ties.owes(), !plain.owed.is_empty());
            prop_assert_eq!(ties.has_to_speak(), !plain.unsaid.is_empty() || !plain.untold.is_empty());
        }
        for (alias, slot) in plain.names {
            let expected = slot.map_or(Named::Nothing, |slot| Named::Origin { slot, epoch: 1 });
            prop_assert_eq!(ties.meant_by(alias), Some(expected));
        }
    }
}

#[test]
fn they_are_taken_in_turn() {
    let mut ties = Ties::default();
    for place in 0..5 {
        ties.owe(Slot(place), false);
    }
    assert_eq!(ties.take_owed(), Some((Slot(0), false)));
    assert_eq!(ties.take_owed(), Some((Slot(1), false)));
    ties.owe(Slot(0), true);
    ties.owe(Slot(1), true);
    let rest: Vec<_> = std::iter::from_fn(|| ties.take_owed()).collect();
    let expected = [(1, true), (2, false), (3, false), (4, false), (0, true)];
    assert_eq!(rest, expected.map(|(place, keyframe)| (Slot(place), keyframe)));
}

#[test]
fn aliases_beyond_the_last_are_none() {
    let mut ties = Ties::default();
    let last = Alias::try_from(ALIASES_MAX - 1).unwrap();
    let name = |alias| Name { alias, origin: OriginId(1), epoch: 1 };
    assert!(ties.learn(name(last), None));
    assert!(!ties.learn(name(last + 1), None));
    assert_eq!((ties.meant_by(last), ties.meant_by(last + 1)), (Some(Named::Nothing), None));
}

#[test]
fn a_list_takes_no_more_than_its_bound_in_whatever_steps_it_grows() {
    for steps in [vec![ALIASES_MAX / 2 + 1], vec![ALIASES_MAX - 2], (0..ALIASES_MAX).collect()] {
        let mut all = Vec::new();
        for place in steps.into_iter().chain([ALIASES_MAX - 1, ALIASES_MAX]) {
            reach(&mut all, place, 0_u8);
            assert!(all.capacity() <= ALIASES_MAX, "{}", all.capacity());
        }
        assert_eq!(all.len(), ALIASES_MAX);
    }
}
