//! Frames that take trees, trees that are repaired, parts of a network that meet, and hosts that are found dead.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use grapevine_proto::limits::{DIGEST_SPEAKS_MS, STALL_MS, UPKEEP_MS};
use grapevine_proto::{Frame, OriginId, Position};
use proptest::prelude::*;

use crate::network::Network;
use crate::{A, B, C};

/// Agents in a ring, whose trees have been laid.
fn ring(agents: u8) -> Network {
    join(Network::of(agents))
}

fn join(mut network: Network) -> Network {
    let agents = network.agents.len();
    for who in 0..agents {
        network.connect(who, (who + 1) % agents);
    }
    for value in 0..12 {
        say_all(&mut network, value);
    }
    network.pass_ms(100);
    network
}

/// Within a second each agent publishes a frame.
fn say_all(network: &mut Network, value: u32) -> Vec<Frame> {
    let agents = network.agents.len();
    let pause_ms = 1000 / u64::try_from(agents).unwrap();
    let say = |who| {
        network.pass_ms(pause_ms);
        network.publish_now(who, value)
    };
    (0..agents).map(say).collect()
}

/// Copies of frames that were sent, and those that nobody needed.
fn sent(network: &Network) -> (u64, u64) {
    let of = |count: fn(&grapevine_proto::gossip::Counters) -> u64| {
        network.agents.iter().map(|agent| count(&agent.engine.counters())).sum()
    };
    (of(|counters| counters.forwarded), of(|counters| counters.duplicates))
}

fn has(network: &Network, who: usize, frame: &Frame) -> bool {
    network.newest(who, frame.origin()) == Some(frame.position())
}

/// What an agent holds: of each origin its keyframe's position, and its newest frame's.
fn held(network: &Network, who: usize) -> Vec<(OriginId, Vec<Position>)> {
    let mut all = Vec::new();
    let engine = &network.agents[who].engine;
    while let Some(held) = engine.held_after(all.last().map(|(origin, _)| *origin)) {
        all.push((held.origin, held.frames(network.now).map(|frame| frame.position()).collect()));
    }
    all
}

#[test]
fn after_the_first_seconds_each_frame_goes_over_each_edge_of_its_tree_once() {
    let mut network = ring(8);
    let (sends, duplicates) = sent(&network);
    for value in 3..13 {
        say_all(&mut network, value);
    }
    network.pass_ms(100);
    let (sends_later, duplicates_later) = sent(&network);
    let (sends, duplicates) = (sends_later - sends, duplicates_later - duplicates);
    assert_eq!(sends - duplicates, 10 * 8 * 7, "each of the others hears it");
    assert!(duplicates <= 8, "{duplicates}: now and then a path is tried that could be better");
}

#[test]
fn a_relay_that_swallows_everything_is_gone_around_within_100_ms() {
    let mut network = ring(8);
    network.swallow(2);
    let frame = network.publish_now(A, 9);
    network.pass_ms(100);
    for who in [1, 3, 4, 5, 6, 7] {
        assert!(has(&network, who, &frame), "agent {who}");
    }
    let next = network.publish(A, 10);
    network.pass_ms(100);
    assert!([1, 3, 4, 5, 6, 7].into_iter().all(|who| has(&network, who, &next)), "and the next one");
    let grafts: u64 = network.agents.iter().map(|agent| agent.engine.counters().grafts).sum();
    assert!(grafts < 40, "{grafts}: what was grafted stays so");
}

#[test]
fn a_link_that_breaks_is_gone_around_within_100_ms() {
    let mut network = ring(8);
    let link = network.links_of(1)[0];
    network.cut(link);
    network.settle();
    let frame = network.publish_now(A, 9);
    network.pass_ms(100);
    assert!((0..8).all(|who| has(&network, who, &frame)));
}

/// Or two agents that are each other's path wait for each other.
#[test]
fn who_brings_a_frame_first_is_its_path_though_it_was_pruned() {
    let mut network = Network::of(4);
    network.connect(B, A);
    network.connect(C, A);
    network.settle();
    let [by_b, by_c] = [0, 1].map(|place| network.links_of(A)[place]);
    let grafts = |network: &Network| network.agents[A].engine.counters().grafts;
    for (value, first, second) in [(1, by_b, by_c), (2, by_c, by_b)] {
        let frame = network.compose(3, value);
        for link in [first, second] {
            network.inject(link, frame.bytes().clone());
            network.settle();
        }
        assert_eq!(grafts(&network), u64::from(first == by_c), "frame {value}");
        network.pass_ms(1000);
    }
}

#[test]
fn two_halves_that_meet_know_all_of_each_other() {
    let mut network = ring(8);
    for who in [3, 7] {
        let link =
            network.links_of(who).into_iter().find(|link| network.other_end(*link) == Some((who + 1) % 8));
        network.cut(link.unwrap());
    }
    let apart = say_all(&mut network, 9);
    assert!(!has(&network, A, &apart[4]) && !has(&network, 4, &apart[0]));
    network.pass_ms(2 * DIGEST_SPEAKS_MS);
    network.connect(3, 4);
    network.pass_ms(100);
    for who in 0..8 {
        assert!(apart.iter().all(|frame| has(&network, who, frame)), "agent {who}");
    }
    let next = say_all(&mut network, 10);
    network.pass_ms(100);
    assert!((0..8).all(|who| next.iter().all(|frame| has(&network, who, frame))));
}

#[test]
fn who_sends_what_was_missing_goes_on_sending() {
    let mut network = Network::of(4);
    network.connect(A, B);
    network.connect(C, 3);
    (0..9).for_each(|value| drop(say_all(&mut network, value)));
    network.connect(B, C);
    network.settle();
    for value in 10..13 {
        let frame = network.publish_now(A, value);
        network.settle();
        assert!(
            has(&network, C, &frame) && has(&network, 3, &frame),
            "not only once it is announced and asked for"
        );
        network.pass_ms(300);
    }
}

#[test]
fn critical_frames_take_two_paths() {
    let mut network = Network::of(6);
    network.make_critical(A);
    let mut network = join(network);
    for value in 0..5 {
        network.publish(A, value);
    }
    network.pass_ms(500);
    let (_, before) = sent(&network);
    let frame = network.publish_now(A, 9);
    network.settle();
    let (_, after) = sent(&network);
    assert!((1..6).all(|who| has(&network, who, &frame)));
    assert!(after > before, "somebody hears it twice");
    network.swallow(2);
    let next = network.publish_now(A, 10);
    network.settle();
    assert!([1, 3, 4, 5].into_iter().all(|who| has(&network, who, &next)), "without a repair");
}

#[test]
fn a_joiner_has_everything_after_one_round_trip() {
    let mut network = Network::of(6);
    for who in 1..5 {
        network.connect(who, A);
    }
    say_all(&mut network, 1);
    let newest = say_all(&mut network, 2);
    network.settle();
    network.connect(5, A);
    network.settle();
    let known = &newest[..5];
    assert!(known.iter().all(|frame| has(&network, 5, frame)), "and no time passed");
}

/// A host dies whose neighbours are 1 to 3 of 5.
fn death(heard_by: &[usize]) -> Network {
    let mut network = Network::of(5);
    for who in 1..4 {
        network.connect(who, A);
        network.connect(who, 4);
    }
    network.settle();
    for who in 0..5 {
        network.say_links(who);
        network.settle();
    }
    for link in network.links_of(A) {
        if network.other_end(link).is_some_and(|who| heard_by.contains(&who)) {
            network.cut(link);
        }
    }
    network.settle();
    network.pass_ms(500);
    for who in 1..5 {
        network.say_links(who);
        network.pass_ms(100);
    }
    network
}

#[test]
fn a_host_is_dead_once_most_of_its_neighbours_lost_it() {
    for (lost_by, is_dead) in [(&[1][..], false), (&[1, 2][..], true), (&[1, 2, 3][..], true)] {
        let network = death(lost_by);
        let origin = network.origin(A);
        for who in 1..5 {
            assert_eq!(network.agents[who].engine.is_dead(origin), is_dead, "agent {who}, {lost_by:?}");
            assert_eq!(network.agents[who].died.len(), usize::from(is_dead), "and is told once");
        }
    }
}

#[test]
fn a_later_frame_refutes_a_death() {
    let mut network = death(&[1, 2]);
    let origin = network.origin(A);
    network.publish(A, 9);
    network.pass_ms(100);
    for who in 1..5 {
        assert!(!network.agents[who].engine.is_dead(origin), "agent {who}");
    }
}

#[test]
fn a_neighbour_whose_link_fell_silent_is_lost_only_if_its_next_frame_does_not_come() {
    for speaks in [true, false] {
        let mut network = ring(3);
        let link = network.links_of(B).into_iter().find(|link| network.other_end(*link) == Some(A)).unwrap();
        network.publish_now(A, 99);
        network.pass_ms(500);
        network.silence(link);
        for _ in 0..2 {
            network.pass_ms(300);
            assert_eq!(network.agents[B].engine.links().lost, [], "speaks: {speaks}");
            if speaks {
                network.publish_now(A, 99);
            }
        }
        network.pass_ms(600);
        assert_eq!(network.agents[B].engine.links().lost.is_empty(), speaks);
    }
}

#[test]
fn who_was_held_up_accuses_nobody() {
    let mut network = Network::of(2);
    network.connect(A, B);
    say_all(&mut network, 1);
    network.settle();
    network.wait_ms(UPKEEP_MS + 2 * STALL_MS);
    network.settle();
    network.cut(network.links_of(A)[0]);
    assert_eq!(network.agents[B].engine.links().lost, []);
    network.connect(A, B);
    network.pass_ms(5000);
    network.cut(network.links_of(A)[0]);
    assert_eq!(network.agents[B].engine.links().lost.len(), 1, "and later it does");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Two agents hear some of the frames of others, each other ones, and meet.
    #[test]
    fn whoever_meets_holds_the_same(heard in prop::collection::vec((2_usize..7, any::<bool>(), any::<bool>()), 0..40)) {
        let mut network = Network::of(7);
        for (value, (who, by_a, by_b)) in (0..).zip(heard) {
            let frame = network.publish(who, value);
            for (_, listener) in [(by_a, A), (by_b, B)].into_iter().filter(|(hears, _)| *hears) {
                network.overhear(listener, &frame);
            }
        }
        network.pass_ms(2 * DIGEST_SPEAKS_MS);
        network.connect(A, B);
        network.settle();
        let own = [network.origin(A), network.origin(B), network.origin(C)];
        let [a, b] = [A, B].map(|who| held(&network, who));
        prop_assert_eq!(a, b, "{:?}", own);
    }
}
