//! A list of allowed origins.

use std::collections::BTreeSet;

use grapevine_proto::OriginId;
use grapevine_proto::gossip::{CloseReason, RefuseReason};

use super::{A, B, C, chain, delivered};
use crate::network::{self, Network};

fn allow(network: &mut Network, who: usize, seed: u8, origins: &[OriginId]) {
    let agent = network::agent(seed, 1, 32, network.now);
    let engine = agent.engine.allowing(BTreeSet::from_iter(origins.iter().copied()));
    network.agents[who] = network::Agent { engine, ..agent };
}

#[test]
fn frames_of_others_are_dropped_and_told_of_once_a_minute() {
    let mut network = Network::of(4);
    let [a, b] = [A, B].map(|who| network.origin(who));
    allow(&mut network, C, 3, &[b]);
    for who in 1..4 {
        network.connect(who - 1, who);
    }
    network.settle();
    // Host 3 is no neighbour of C then, because it is not on the list.
    assert_eq!(network.agents[C].closed, [CloseReason::NotAllowed]);
    for n in 0..90 {
        network.publish(A, n);
        network.publish_now(B, n);
        network.publish_now(C, n);
        network.settle();
    }
    assert_eq!((delivered(&network, C, a).len(), delivered(&network, C, b).len()), (0, 90));
    assert!(network.agents[C].engine.counters().not_allowed >= 90, "B cannot know, and sends them all");
    assert_eq!(network.agents[C].refused, [RefuseReason::NotAllowed(a); 2]);
    assert_eq!(network.agents[C].engine.origin_count(), 2, "the one on the list and itself");
    assert_eq!(delivered(&network, A, network.origin(C)).len(), 90, "its own frames go out");
    assert_eq!(network.links_of(C).len(), 1, "and its neighbour is not to blame for the others");
}

#[test]
fn without_a_list_all_are_allowed() {
    let mut network = chain(3);
    let frame = network.publish(A, 1);
    network.settle();
    assert_eq!(network.newest(C, frame.origin()), Some(frame.position()));
    assert_eq!(network.agents[C].engine.counters().not_allowed, 0);
}
