use super::*;
use crate::body::Step;
use crate::catalogue::{cpu, host};
use proptest::prelude::*;

const TEXTS: [&str; 4] = ["", "a", "höher", "long and longer"];

/// A number or a text, perhaps absent, perhaps kept.
fn any_cell() -> impl Strategy<Value = (Cell<&'static str>, MetricRef)> {
    let number = any::<i64>().prop_map(|steps| (Step::Number(steps), MetricRef::Known(&cpu::USE)));
    let text = prop::sample::select(TEXTS.to_vec());
    let text = text.prop_map(|text| (Step::Text(text), MetricRef::Known(&host::KERNEL)));
    let absence = prop::option::of(prop::sample::select(Absence::ALL.to_vec()));
    (prop_oneof![number, text], absence, any::<bool>(), any::<u32>()).prop_map(
        |((step, metric), absence, has_value, kept_age_s)| {
            let value = (has_value || absence.is_none()).then_some(step);
            (Cell { value, absence, kept_age_s }, metric)
        },
    )
}

fn states_of(cells: &[(Cell<&str>, MetricRef)]) -> States {
    let bare: Vec<_> = cells.iter().map(|(cell, _)| cell.clone()).collect();
    States::of(&bare, cells.iter().map(|(_, metric)| metric))
}

fn without_age(state: StateRef<'_>) -> StateRef<'_> {
    match state {
        StateRef::Kept { value, absence, .. } => StateRef::Kept { value, absence, age_ms: 0 },
        other => other,
    }
}

proptest! {
    #[test]
    fn what_is_packed_comes_out_again(cells in prop::collection::vec(any_cell(), 0..40)) {
        let states = states_of(&cells);
        let plain: Vec<_> = cells.iter().map(|(cell, metric)| cell.state(metric)).collect();
        prop_assert_eq!(states.iter().collect::<Vec<_>>(), plain.clone());
        for (index, state) in plain.iter().enumerate() {
            prop_assert_eq!(states.get(index), Some(*state));
            let rank = states.kept().position(|place| place == index);
            prop_assert_eq!(states.kept_rank(index), rank);
            prop_assert_eq!(rank.is_some(), matches!(state, StateRef::Kept { .. }));
        }
        prop_assert_eq!(states.get(plain.len()), None);
    }

    #[test]
    fn differences_are_those_of_the_states_but_for_ages(
        pairs in prop::collection::vec((any_cell(), any_cell(), any::<bool>(), any::<u32>()), 0..40),
    ) {
        let then: Vec<_> = pairs.iter().map(|(then, ..)| then.clone()).collect();
        let now: Vec<_> = pairs.iter().map(|(then, now, moves, kept_age_s)| {
            let (cell, metric) = then.clone();
            if *moves { now.clone() } else { (Cell { kept_age_s: *kept_age_s, ..cell }, metric) }
        }).collect();
        let (then, now) = (states_of(&then), states_of(&now));
        let plain: Vec<usize> = then.iter().map(without_age).zip(now.iter().map(without_age)).enumerate()
            .filter(|(_, (then, now))| then != now)
            .map(|(place, _)| place)
            .collect();
        prop_assert_eq!(now.differences(&then).collect::<Vec<_>>(), plain);
    }
}
