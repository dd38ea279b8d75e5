//! The verdict on a host follows from what most of its neighbours say, and from nothing else.

use std::collections::BTreeMap;

use grapevine_proto::{OriginId, Position, is_dead};
use proptest::prelude::*;

const HOST: OriginId = OriginId(0);

fn position() -> impl Strategy<Value = Position> {
    (1_u32..4, 1_u32..6).prop_map(|(epoch, sequence)| Position { epoch, sequence })
}

/// Neighbours, each with the position at which it lost the host, if it did.
fn claims() -> impl Strategy<Value = BTreeMap<OriginId, Option<Position>>> {
    prop::collection::btree_map((1_u64..100).prop_map(OriginId), prop::option::of(position()), 0..12)
}

fn verdict(newest: Position, claims: &BTreeMap<OriginId, Option<Position>>) -> bool {
    let neighbours: Vec<OriginId> = claims.keys().copied().collect();
    is_dead(HOST, newest, &neighbours, |neighbour| claims[&neighbour])
}

/// How many of the claims count against a host at `newest`.
fn accusers(newest: Position, claims: &BTreeMap<OriginId, Option<Position>>) -> usize {
    claims.values().flatten().filter(|position| **position >= newest).count()
}

proptest! {
    #[test]
    fn more_than_half_of_the_neighbours_decide(newest in position(), claims in claims()) {
        prop_assert_eq!(verdict(newest, &claims), accusers(newest, &claims) > claims.len() / 2);
    }

    #[test]
    fn a_later_frame_than_all_claims_refutes_them(claims in claims()) {
        let latest = claims.values().flatten().max().copied().unwrap_or_default();
        let later = Position { sequence: latest.sequence + 1, ..latest };
        let restarted = Position { epoch: latest.epoch + 1, sequence: 1 };
        prop_assert!(!verdict(later, &claims) && !verdict(restarted, &claims));
    }

    #[test]
    fn a_minority_of_liars_can_neither_kill_nor_save(
        newest in position(),
        liars in prop::collection::vec(any::<bool>(), 1..6),
        honest in any::<bool>(),
    ) {
        // One honest neighbour more than there are liars; the honest ones are of one mind.
        let truth = vec![honest; liars.len() + 1];
        let votes = liars.iter().chain(&truth).map(|lost| lost.then_some(newest));
        let claims = (1..).map(OriginId).zip(votes).collect();
        prop_assert_eq!(verdict(newest, &claims), honest);
    }

    #[test]
    fn who_is_named_twice_has_one_vote_and_the_host_has_none(newest in position(), claims in claims()) {
        let mut neighbours: Vec<OriginId> = claims.keys().copied().collect();
        neighbours.extend(claims.keys().take(1).cycle().take(20));
        neighbours.extend([HOST; 20]);
        let lost_by = |neighbour| if neighbour == HOST { Some(newest) } else { claims[&neighbour] };
        prop_assert_eq!(is_dead(HOST, newest, &neighbours, lost_by), verdict(newest, &claims));
    }
}

#[test]
fn nobody_dies_without_neighbours_and_half_of_them_is_no_majority() {
    let newest = Position { epoch: 1, sequence: 9 };
    assert!(!verdict(newest, &BTreeMap::new()));
    let of = |accusers: u64, others: u64| {
        (1..=accusers + others).map(|id| (OriginId(id), (id <= accusers).then_some(newest))).collect()
    };
    assert!(verdict(newest, &of(1, 0)));
    assert!(!verdict(newest, &of(2, 2)));
    assert!(verdict(newest, &of(3, 2)));
}
