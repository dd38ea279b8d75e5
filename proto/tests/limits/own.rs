//! Frames of an agent's own key that it has not sent: forgotten runs, lies, and machines that were cloned.

use grapevine_proto::gossip::{CloseReason, Control, RefuseReason};
use grapevine_proto::limits::{CLAIMED_EPOCHS_MAX, POSITION_MAX};
use grapevine_proto::{OriginKey, Position};

use super::{A, B, C, chain, delivered};
use crate::network::{self, Network};

/// Two agents with the key of host 1 and one between them.
fn cloned() -> Network {
    let mut network = Network::default();
    for (seed, epoch) in [(1, 1), (2, 1), (1, 1)] {
        network.start(seed, epoch);
    }
    network.connect(A, B);
    network.connect(C, B);
    network.settle();
    network
}

const CLONE: usize = C;
const MINUTES: usize = 30;

#[test]
fn two_agents_with_one_key_come_to_rest_and_both_tell() {
    let mut network = cloned();
    for n in 0..60 * MINUTES {
        for who in [A, CLONE] {
            network.pass_ms(500);
            network.publish_now(who, 1);
            network.settle();
        }
        if n == 60 {
            let warned = [A, CLONE].map(|who| network.agents[who].key_warnings);
            assert!(warned.iter().sum::<usize>() >= 1, "within a minute: {warned:?}");
        }
    }
    for who in [A, CLONE] {
        let (jumps, warnings) = (network.agents[who].jumps.len(), network.agents[who].key_warnings);
        assert!((MINUTES / 2..=MINUTES + 4).contains(&jumps), "{jumps} jumps");
        assert!((MINUTES / 2..=MINUTES).contains(&warnings), "{warnings} warnings");
    }
    let epoch = network.agents[A].composer.position().epoch;
    assert!(epoch <= u32::try_from(2 * MINUTES + 10).unwrap(), "epoch {epoch}");

    for link in network.links_of(CLONE) {
        network.cut(link);
    }
    for _ in 0..61 {
        network.publish(A, 3);
        network.settle();
    }
    assert_eq!(
        network.newest(B, network.origin(A)),
        Some(network.agents[A].composer.position()),
        "A is back"
    );
}

#[test]
fn a_frame_of_its_own_is_checked_once() {
    let mut network = cloned();
    network.publish(CLONE, 1);
    let later = network.publish(CLONE, 2);
    let link = network.links_of(A)[0];
    for _ in 0..1000 {
        network.inject(link, later.bytes().clone());
    }
    network.settle();
    assert_eq!(network.agents[A].jumps, [1]);
    let duplicates = network.agents[A].engine.counters().duplicates;
    assert!((999..=1001).contains(&duplicates), "{duplicates}: 999 of these, and what was relayed");
}

#[test]
fn a_host_that_was_set_back_several_times_is_no_clone() {
    let mut network = Network::of(4);
    // Parts of the network remember different runs.
    for (holder, epoch) in [(1, 5), (2, 9), (3, 12)] {
        network.restart(A, 1, epoch);
        network.publish(A, 1);
        network.connect(A, holder);
        network.settle();
    }
    network.restart(A, 1, 1);
    for holder in 1..4 {
        network.connect(A, holder);
        network.settle();
        network.publish(A, 1);
        network.settle();
    }
    let frame = network.publish(A, 2);
    network.settle();
    assert_eq!(frame.position().epoch, 13);
    assert_eq!([1, 2, 3].map(|who| network.newest(who, frame.origin())), [Some(frame.position()); 3]);
    assert_eq!((&network.agents[A].jumps[..], network.agents[A].key_warnings), (&[5, 9, 12][..], 0));
}

#[test]
fn a_run_that_no_frame_proves_is_believed_if_it_is_near() {
    let mut network = Network::of(2);
    network.agents[A] = network::agent(1, 3, 1, network.now);
    network.publish(A, 1);
    network.connect(A, B);
    network.settle();
    for link in network.links_of(A) {
        network.cut(link);
    }
    network.agents[A] = network::agent(1, 1, 1, network.now);
    network.connect(A, B);
    network.settle();
    let frame = network.publish(A, 2);
    network.settle();
    assert_eq!(frame.position(), Position { epoch: 4, sequence: 1 });
    assert_eq!(
        network.newest(B, frame.origin()),
        Some(frame.position()),
        "its hop limit holds the proof back"
    );
}

#[test]
fn a_neighbour_that_lies_about_held_frames_moves_the_epoch_a_little() {
    let mut network = chain(2);
    let link = network.links_of(A)[0];
    let mut say = |held_epoch| {
        network.inject(link, Control::Welcome { held_epoch, held_sequence: 1 }.encode());
        network.settle();
        network.publish(A, 1);
        network.agents[A].composer.position().epoch
    };
    assert_eq!(say(u32::MAX), 1);
    assert_eq!(say(2 + CLAIMED_EPOCHS_MAX), 1);
    let first = say(1 + CLAIMED_EPOCHS_MAX);
    assert_eq!(first, 2 + CLAIMED_EPOCHS_MAX);
    let latest = (0..3600).map(|n| say(first + n)).last();
    assert!(latest < Some(first + 2 * 3600), "two jumps at once, and one an hour: {latest:?}");
    assert!(network.agents[A].jumps.len() <= 4, "{:?}", network.agents[A].jumps);
    assert_eq!(network.agents[A].key_warnings, 0, "nothing was signed");
}

#[test]
fn positions_that_leave_no_room_are_refused() {
    let mut network = chain(3);
    network.publish(A, 1);
    network.settle();
    let before = delivered(&network, B, network.origin(A)).len();
    network.agents[A].composer.jump_above(POSITION_MAX);
    for _ in 0..7 {
        network.publish(A, 1);
    }
    network.settle();
    let origin = OriginKey::from_seed(&[1; 32]).origin();
    assert_eq!(network.agents[B].refused, [RefuseReason::FarAhead(origin); 7]);
    assert_eq!(delivered(&network, B, origin).len(), before);
    assert_eq!(network.agents[B].closed, [] as [CloseReason; 0]);
}
