//! Stories of small networks, and what must hold in any.

#![expect(clippy::indexing_slicing, reason = "a test may panic")]

mod limits;
mod network;
mod trees;

use std::collections::BTreeSet;

use grapevine_proto::gossip::{CloseReason, Input, LinkId, RefuseReason};
use grapevine_proto::limits::SYNC_INTERVAL_MS;
use grapevine_proto::{Frame, Position};
use network::Network;
use proptest::prelude::*;

const A: usize = 0;
const B: usize = 1;
const C: usize = 2;

fn chain() -> Network {
    let mut network = Network::of(3);
    network.connect(A, B);
    network.connect(B, C);
    network.settle();
    network
}

fn hops(network: &Network, who: usize, frame: &Frame) -> Vec<u8> {
    let same = |other: &&Frame| (other.origin(), other.position()) == (frame.origin(), frame.position());
    network.agents[who].delivered.iter().filter(same).map(Frame::hop_count).collect()
}

#[test]
fn a_frame_crosses_a_chain_and_counts_its_hops() {
    let mut network = chain();
    let frame = network.publish(A, 1);
    network.settle();
    assert_eq!([A, B, C].map(|who| hops(&network, who, &frame)), [vec![0], vec![1], vec![2]]);
}

#[test]
fn a_hop_limit_of_one_stops_at_the_neighbour() {
    let mut network = Network::of(3);
    network.agents[A] = network::agent(1, 1, 1, network.now);
    network.connect(A, B);
    network.connect(B, C);
    network.settle();
    let frame = network.publish(A, 1);
    network.settle();
    assert_eq!([B, C].map(|who| hops(&network, who, &frame)), [vec![1], vec![]]);
    assert_eq!(network.agents[B].engine.counters().hop_limit_drops, 1);
}

#[test]
fn a_ring_delivers_once_and_comes_to_rest() {
    let mut network = Network::of(5);
    for who in 0..5 {
        network.connect(who, (who + 1) % 5);
    }
    network.settle();
    let frame = network.publish(A, 1);
    network.settle();
    for who in 0..5 {
        assert_eq!(hops(&network, who, &frame).len(), 1, "agent {who}");
    }
    let forwarded: u64 = network.agents.iter().map(|agent| agent.engine.counters().forwarded).sum();
    assert!((4..=6).contains(&forwarded), "{forwarded}: each of 4 hears it, and it may cross itself once");
}

#[test]
fn a_joiner_gets_what_was_said_before_it_came() {
    let mut network = Network::of(3);
    network.connect(A, B);
    network.settle();
    let keyframe = network.publish(A, 1);
    network.publish(A, 2);
    let newest = network.publish(A, 3);
    network.settle();
    network.connect(C, B);
    network.settle();
    let positions: Vec<Position> = network.agents[C].delivered.iter().map(Frame::position).collect();
    assert_eq!(positions, [keyframe.position(), newest.position()]);
}

#[test]
fn a_restart_that_kept_its_epoch_file_is_followed_at_once() {
    let mut network = chain();
    network.publish(A, 1);
    network.settle();
    network.restart(A, 1, 2);
    network.connect(A, B);
    network.settle();
    let frame = network.publish(A, 5);
    network.settle();
    assert_eq!(network.newest(C, frame.origin()), Some(Position { epoch: 2, sequence: 1 }));
}

#[test]
fn a_restart_that_lost_its_epoch_jumps_above_what_the_network_remembers() {
    let mut network = chain();
    for value in 0..5 {
        network.publish(A, value);
    }
    network.settle();
    network.restart(A, 1, 1);
    network.publish(A, 7);
    network.connect(A, B);
    network.settle();
    let frame = network.publish(A, 8);
    network.settle();
    assert_eq!(frame.position(), Position { epoch: 2, sequence: 1 });
    assert_eq!(network.newest(C, frame.origin()), Some(frame.position()));
}

#[test]
fn a_restart_learns_its_past_from_agents_that_are_not_its_neighbours() {
    let mut network = Network::of(3);
    network.connect(A, C);
    network.settle();
    network.publish(A, 1);
    network.publish(A, 2);
    network.settle();
    network.restart(A, 1, 1);
    network.connect(A, B);
    network.connect(B, C);
    network.settle();
    let frame = network.publish(A, 3);
    network.settle();
    assert_eq!(frame.position(), Position { epoch: 2, sequence: 1 });
    assert_eq!(network.newest(C, frame.origin()), Some(frame.position()));
}

#[test]
fn a_link_that_only_broke_does_not_raise_the_epoch() {
    let mut network = chain();
    network.publish(A, 1);
    network.settle();
    network.cut(network.links_of(A)[0]);
    network.publish(A, 2);
    network.connect(A, B);
    network.settle();
    let frame = network.publish(A, 3);
    network.settle();
    assert_eq!(frame.position(), Position { epoch: 1, sequence: 3 });
    assert_eq!(network.newest(C, frame.origin()), Some(frame.position()));
}

#[test]
fn two_agents_that_dial_each_other_keep_one_link() {
    for (first, second) in [(A, B), (B, A)] {
        let mut network = Network::of(2);
        network.connect(first, second);
        network.connect(second, first);
        network.settle();
        assert_eq!((network.links_of(A).len(), network.links_of(B).len()), (1, 1));
        let (smaller, larger) = if network.origin(A) < network.origin(B) { (A, B) } else { (B, A) };
        assert!(network.agents[smaller].closed.is_empty());
        assert!(matches!(network.agents[larger].closed[..], [CloseReason::Duplicate { .. }]));
    }
}

#[test]
fn a_link_to_itself_is_closed() {
    let mut network = Network::of(1);
    network.connect(A, A);
    network.settle();
    assert!(network.agents[A].closed.contains(&CloseReason::ToItself));
    assert!(network.links_of(A).is_empty());
}

#[test]
fn a_forgery_is_refused_and_does_not_shadow_the_real_frame() {
    let mut network = chain();
    network.publish(A, 1);
    network.settle();
    let real = network.publish(A, 2);
    let mut forged = real.bytes().to_vec();
    forged[24] ^= 1;
    let link = network.links_of(C)[0];
    network.inject(link, forged.into());
    while network.agents[C].refused.is_empty() {
        assert!(network.step(usize::MAX), "the forgery arrives before the real frame");
    }
    assert_eq!(network.agents[C].refused, [RefuseReason::BadSignature(real.origin())]);
    network.settle();
    assert_eq!(hops(&network, C, &real), [2]);
}

#[test]
fn a_neighbour_that_sends_rubbish_or_skips_its_hello_is_cut_off() {
    let mut network = chain();
    network.inject(network.links_of(C)[0], vec![0, 99].into());
    network.settle();
    assert_eq!(network.agents[C].closed, [CloseReason::Malformed]);

    let frame = network.publish(A, 1);
    let engine = &mut network.agents[C].engine;
    engine.handle(Input::LinkUp { link: LinkId(99), dialled: None, remote: None }, network.now);
    engine.handle(Input::Message { link: LinkId(99), bytes: frame.bytes().clone() }, network.now);
    let outputs: Vec<_> = std::iter::from_fn(|| engine.poll_output()).collect();
    assert!(format!("{outputs:?}").contains("NoHello"), "{outputs:?}");
}

#[test]
fn an_age_adds_up_what_the_engines_know() {
    let mut network = chain();
    for who in [B, C] {
        for link in network.links_of(who) {
            network.agents[who].engine.handle(Input::RoundTrip { link, rtt_ms: 20 }, network.now);
        }
    }
    let frame = network.publish(A, 1);
    network.settle();
    let at_c = network.agents[C].delivered.iter().find(|other| other.position() == frame.position()).unwrap();
    assert_eq!(at_c.age_ms(), 20, "half a round trip on either link");
}

#[test]
fn an_origin_is_forgotten_after_a_day_of_silence() {
    let mut network = chain();
    network.publish(A, 1);
    network.settle();
    let engine = &mut network.agents[C].engine;
    assert_eq!(engine.origin_count(), 1);
    let mut now = network.now;
    while now.0 < 23 * 60 * 60 * 1000 {
        now = engine.deadline();
        engine.handle(Input::Timeout, now);
    }
    assert_eq!(engine.origin_count(), 1);
    engine.handle(Input::Timeout, now.after_ms(60 * 60 * 1000 + 600_000));
    assert_eq!(engine.origin_count(), 0);
}

#[derive(Clone, Debug)]
enum Move {
    Publish(usize),
    Step(usize),
    Cut(usize),
    Connect(usize, usize),
    Restart(usize),
}

fn moves(agents: usize) -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec(
        prop_oneof![
            4 => (0..agents).prop_map(Move::Publish),
            12 => any::<usize>().prop_map(Move::Step),
            1 => (0..agents).prop_map(Move::Cut),
            2 => (0..agents, 0..agents).prop_map(|(a, b)| Move::Connect(a, b)),
            1 => (0..agents).prop_map(Move::Restart),
        ],
        0..80,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_happens_a_whole_mesh_converges_and_nothing_is_delivered_twice(moves in moves(4)) {
        let mut network = Network::of(4);
        for change in moves {
            match change {
                Move::Publish(who) => drop(network.publish(who, 1)),
                Move::Step(choice) => drop(network.step(choice)),
                Move::Cut(who) => if let Some(link) = network.links_of(who).first() { network.cut(*link) },
                Move::Connect(a, b) => network.connect(a, b),
                // The epoch file is lost as well.
                Move::Restart(who) => network.restart(who, u8::try_from(who).unwrap() + 1, 1),
            }
        }
        for who in 1..4 {
            network.connect(who - 1, who);
        }
        network.settle();
        // Whoever has to jump above an epoch of its own past has heard of it by now, at the latest when all have compared
        // what they hold: a host that spoke within the last 2 s is compared by its keyframe, which may be of either run.
        network.pass_ms(SYNC_INTERVAL_MS + 1000);
        let newest: Vec<Frame> = (0..4).map(|who| network.publish(who, 9)).collect();
        network.pass_ms(100);
        for who in 0..4 {
            for frame in &newest {
                prop_assert_eq!(network.newest(who, frame.origin()), Some(frame.position()), "at agent {}", who);
            }
            let delivered = &network.agents[who].delivered;
            let distinct: BTreeSet<_> = delivered.iter().map(|frame| (frame.origin(), frame.position())).collect();
            prop_assert_eq!(distinct.len(), delivered.len());
        }
    }

    #[test]
    fn arbitrary_messages_do_no_harm(messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20)) {
        let mut network = chain();
        for message in messages {
            if let Some(link) = network.links_of(C).first() {
                network.inject(*link, message.into());
            }
            network.settle();
        }
        network.connect(C, B);
        network.settle();
        let frame = network.publish(A, 1);
        network.settle();
        prop_assert_eq!(hops(&network, C, &frame), [2]);
    }
}
