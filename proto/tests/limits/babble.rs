//! Hosts that send more frames than they may.

use grapevine_proto::FrameKind;
use grapevine_proto::gossip::RefuseReason;

use super::{A, B, C, chain, delivered};
use crate::network::Network;

#[test]
fn a_babbling_host_is_contained_by_its_neighbour() {
    let mut network = chain(3);
    let origin = network.origin(A);
    for n in 0..1200 {
        network.wait_ms(100);
        network.publish_now(A, n);
        if n % 10 == 0 {
            network.publish_now(C, n);
        }
        network.settle();
    }
    let [at_b, at_c] = [B, C].map(|who| delivered(&network, who, origin).len());
    assert!((260..280).contains(&at_b), "{at_b} of 1,200 frames in two minutes");
    assert_eq!(at_c, at_b, "nothing is left to contain");
    assert_eq!(network.agents[B].engine.counters().excess, 1200 - u64::try_from(at_b).unwrap());
    assert_eq!(network.agents[B].refused, [RefuseReason::Excess(origin); 2], "once a minute");
    assert_eq!(network.agents[C].refused, []);
    assert_eq!(delivered(&network, A, network.origin(C)).len(), 120, "others do not notice");
}

#[test]
fn keyframes_and_leaves_of_a_babbling_host_come_through() {
    let mut network = chain(2);
    let mut keyframes = 0;
    for n in 0..900 {
        network.wait_ms(100);
        keyframes += usize::from(network.publish_now(A, n).kind() == FrameKind::Keyframe);
        network.settle();
    }
    let leave = network.leave(A);
    network.settle();
    let delivered = delivered(&network, B, network.origin(A));
    let arrived = delivered.iter().filter(|frame| frame.kind() == FrameKind::Keyframe).count();
    assert_eq!((arrived, keyframes), (3, 3), "every 30 s");
    assert_eq!(delivered.last().unwrap().position(), leave.position());
}

#[test]
fn a_link_that_stalled_is_forgiven() {
    let mut network = chain(3);
    for _ in 0..15 {
        network.wait_ms(1000);
        network.publish_now(A, 1);
    }
    network.settle();
    let newest = network.publish(A, 2);
    network.settle();
    assert!(network.agents[B].engine.counters().excess > 0, "not all of 15 s at once");
    assert_eq!(network.newest(C, newest.origin()), Some(newest.position()), "but all is well a second later");
    assert_eq!(network.agents[B].refused, []);
}

#[test]
fn an_honest_host_loses_nothing_however_often_it_starts_anew() {
    let mut network = Network::of(3);
    network.connect(B, C);
    let origin = network.origin(A);
    let mut sent = 0;
    for epoch in 1..=30 {
        network.restart(A, 1, epoch);
        network.connect(A, B);
        network.connect(A, C);
        network.settle();
        for n in 0..2 {
            network.publish(A, n);
            // What comes by the link that was slower is old.
            while network.step(usize::try_from(n).unwrap()) {}
            sent += 1;
        }
        network.leave(A);
        network.settle();
        sent += 1;
    }
    for who in [B, C] {
        assert_eq!(delivered(&network, who, origin).len(), sent);
        assert_eq!(network.agents[who].engine.counters().excess, 0);
    }
}

#[test]
fn new_epochs_are_no_way_around_it() {
    let mut network = chain(3);
    for epoch in 2..1200 {
        network.wait_ms(100);
        network.agents[A].composer.jump_above(epoch);
        network.publish_now(A, 1);
        network.settle();
    }
    let arrived = delivered(&network, C, network.origin(A)).len();
    assert!((115..130).contains(&arrived), "{arrived} epochs in two minutes");
}

#[test]
fn forgeries_do_not_use_up_what_a_host_may_send() {
    let mut network = chain(2);
    network.publish(A, 1);
    network.settle();
    let mut forged = network.compose(A, 1).bytes().to_vec();
    forged[24] ^= 1;
    let link = network.links_of(B)[0];
    for _ in 0..7 {
        network.inject(link, forged.clone().into());
    }
    network.settle();
    let real = network.publish_now(A, 1);
    network.settle();
    assert_eq!(network.newest(B, real.origin()), Some(real.position()));
}
