//! Neighbours that send what no honest one does.

use grapevine_proto::gossip::{CloseReason, LinkId, RefuseReason};

use super::{A, B, C, chain};
use crate::network::Network;

/// A chain of three whose first host was heard by all, the link by which C hears it, and a forgery in its name.
fn forged() -> (Network, LinkId, Vec<u8>) {
    let mut network = chain(3);
    network.publish(A, 1);
    network.settle();
    let mut forged = network.compose(A, 1).bytes().to_vec();
    forged[24] ^= 1;
    let link = network.links_of(C)[0];
    (network, link, forged)
}

#[test]
fn the_eighth_forgery_closes_the_link() {
    let (mut network, link, forged) = forged();
    for n in 0..20 {
        let message = if n % 2 == 0 { forged.clone() } else { vec![1, 2, 3] };
        network.inject(link, message.into());
    }
    network.settle();
    assert_eq!(network.agents[C].closed, [CloseReason::Forgery]);
    assert_eq!(network.agents[C].refused.len(), 8);
    assert_eq!(network.agents[C].engine.counters().refused, 8, "the rest was not even looked at");
}

#[test]
fn forgeries_in_the_name_of_the_agent_itself_count_as_well() {
    let (mut network, _, forged) = forged();
    let link = network.links_of(A)[0];
    for _ in 0..8 {
        network.inject(link, forged.clone().into());
    }
    network.settle();
    assert_eq!(network.agents[A].closed, [CloseReason::Forgery]);
}

#[test]
fn a_bit_that_flips_now_and_then_is_forgiven() {
    let (mut network, link, forged) = forged();
    for _ in 0..100 {
        network.wait_ms(10_000);
        network.inject(link, forged.clone().into());
        network.settle();
    }
    assert_eq!(network.agents[C].closed, []);
    assert_eq!(network.agents[C].refused, [RefuseReason::BadSignature(network.origin(A)); 100]);
    let real = network.publish(A, 2);
    network.settle();
    assert_eq!(network.newest(C, real.origin()), Some(real.position()));
}

#[test]
fn a_forgery_goes_no_further_than_one_link() {
    let (mut network, _, forged) = forged();
    let link = network.links_of(B)[0];
    for _ in 0..7 {
        network.inject(link, forged.clone().into());
    }
    network.settle();
    assert_eq!(network.agents[B].engine.counters().refused, 7);
    assert_eq!(network.agents[C].engine.counters().refused, 0, "nobody behind the first one sees it");
}

#[test]
fn a_frame_beyond_its_hop_limit_is_a_forgery() {
    let mut network = chain(3);
    let frame = network.compose(A, 1);
    let mut bytes = frame.bytes().to_vec();
    let hop_count = bytes.len() - 5;
    bytes[hop_count] = 255;
    let link = network.links_of(C)[0];
    for _ in 0..8 {
        network.inject(link, bytes.clone().into());
    }
    network.settle();
    assert_eq!(network.agents[C].refused, [RefuseReason::TooFar(frame.origin()); 8]);
    assert_eq!(network.agents[C].closed, [CloseReason::Forgery]);
}

#[test]
fn a_neighbour_that_repeats_old_frames_is_named_once_a_minute() {
    let mut network = chain(3);
    let frame = network.publish(A, 1);
    network.settle();
    let link = network.links_of(C)[0];
    let rate = grapevine_proto::limits::REPEAT_RATE;
    for _ in 0..rate.burst {
        network.inject(link, frame.bytes().clone());
    }
    network.settle();
    assert_eq!(network.agents[C].refused, []);
    for _ in 0..1000 {
        network.inject(link, frame.bytes().clone());
    }
    network.settle();
    assert_eq!(network.agents[C].refused, [RefuseReason::Repeats]);
    assert_eq!(network.agents[C].closed, []);
}
