//! Much to say, and peers that do not listen.

use std::collections::BTreeSet;

use bytes::Bytes;
use grapevine_zmtp::limits::{MESSAGE_BYTES_MAX, QUEUE_BYTES_MAX, UNSENT_BYTES_MAX};
use grapevine_zmtp::{DialAs, DownReason, Event, LinkId, Net, SendError, Slot, SocketType};
use tokio::io::AsyncWriteExt;

use crate::node::{DEADLINE, Node, keyframe, message, sub};
use crate::raw::Raw;
use crate::wire::command;

/// Sends messages `from..to` of a snapshot for as long as there is room. Returns the first that is left.
fn send_some(net: &Net, link: LinkId, from: u64, to: u64, length: usize) -> u64 {
    let mut next = from;
    while next < to && net.has_room(link) {
        net.send(link, keyframe(next), message(&next.to_string(), vec![7; length])).unwrap();
        next += 1;
    }
    next
}

/// Sends a whole snapshot to a link, and takes one of as many messages from it.
async fn exchange(node: &mut Node, link: LinkId, count: u64, length: usize) {
    let mut next = send_some(&node.net, link, 0, count, length);
    let mut missing: BTreeSet<Bytes> = (0..count).map(|n| n.to_string().into()).collect();
    while next < count || !missing.is_empty() {
        match node.events.recv().await.unwrap() {
            Event::Room { link } => next = send_some(&node.net, link, next, count, length),
            Event::Message { message, .. } => {
                assert!(missing.remove(message.parts().first().unwrap()), "each comes once");
            }
            Event::Down { reason, .. } => panic!("{reason}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_snapshot_of_two_megabytes_comes_through() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, sub(&[""])).await;
    let (link, _) = server.subscribed().await;
    let count = 2000;
    let mut next = send_some(&server.net, link, 0, count, 1000);
    assert!(next < count, "it does not fit at once");
    let mut missing: BTreeSet<Bytes> = (0..count).map(|n| n.to_string().into()).collect();
    let all = async {
        while !missing.is_empty() {
            tokio::select! {
                event = server.events.recv() => {
                    if let Some(Event::Room { .. }) = event {
                        next = send_some(&server.net, link, next, count, 1000);
                    }
                }
                (_, parts) = client.message() => {
                    assert!(missing.remove(parts.first().unwrap()), "each comes once");
                }
            }
        }
    };
    tokio::time::timeout(DEADLINE, all).await.unwrap();
    assert_eq!((next, server.net.counters().queue_drops), (count, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_ends_that_send_much_do_not_wait_for_each_other() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, there) = client.dial(&endpoint, DialAs::Dealer).await;
    let (here, _) = server.up().await;
    let exchanged = async {
        tokio::join!(exchange(&mut server, here, 1000, 30_000), exchange(&mut client, there, 1000, 30_000))
    };
    tokio::time::timeout(DEADLINE, exchanged).await.unwrap();
}

#[tokio::test]
async fn a_subscriber_that_never_reads_is_closed_and_costs_nobody() {
    let (mut server, endpoint) = Node::listening().await;
    let _never_reads = Raw::greet(&endpoint, "SUB", &command("SUBSCRIBE", b"")).await;
    let (slow, _) = server.subscribed().await;
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, sub(&[""])).await;
    server.subscribed().await;
    let (mut key, mut ended) = (0, None);
    let stalled = async {
        while ended.is_none() {
            // As fast as the other subscriber reads.
            for _ in 0..30 {
                key += 1;
                server.net.publish(keyframe(key), &message(&key.to_string(), vec![7; 1000]));
            }
            while client.message().await.1.first().unwrap() != &key.to_string() {}
            while let Ok(event) = tokio::time::timeout(std::time::Duration::ZERO, server.events.recv()).await
            {
                if let Some(Event::Down { link, reason }) = event {
                    ended = Some((link, reason));
                }
            }
        }
    };
    tokio::time::timeout(DEADLINE, stalled).await.unwrap();
    assert_eq!(ended, Some((slow, DownReason::Stalled)));
    let counters = server.net.counters();
    assert_eq!((counters.connections, counters.stalls), (1, 1));
    assert!(counters.queue_drops > 0, "what did not fit was dropped and counted");
    assert_eq!(client.net.counters().messages_in, key, "the other one got all");
}

#[tokio::test]
async fn control_that_nobody_takes_ends_the_link() {
    let (mut server, endpoint) = Node::listening().await;
    let _never_reads = Raw::greet(&endpoint, "DEALER", b"").await;
    let (link, peer) = server.up().await;
    assert_eq!(peer.socket_type, SocketType::Dealer);
    // All at once, so that not even the first is written.
    for _ in 0..=QUEUE_BYTES_MAX / 1000 {
        server.net.send(link, Slot::Control, message("", vec![7; 1000])).unwrap();
    }
    assert_eq!(server.down().await, (link, DownReason::Overrun));
    assert!(server.net.counters().queue_drops > 60, "what was queued is lost, and counted");
}

#[tokio::test]
async fn a_message_that_no_peer_takes_is_refused_here() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, link) = client.dial(&endpoint, DialAs::Dealer).await;
    let bytes = MESSAGE_BYTES_MAX + 1;
    for slot in [Slot::Control, keyframe(1)] {
        let sent = client.net.send(link, slot, message("", vec![7; bytes]));
        assert_eq!(sent, Err(SendError::TooLong { bytes }));
    }
    client.net.send(link, Slot::Control, message("srv01", "the link is there")).unwrap();
    assert_eq!(server.text().await, ["srv01", "the link is there"]);
    let drops = client.net.counters().queue_drops;
    client.net.publish(Slot::Control, &message("", vec![7; bytes]));
    assert_eq!(client.net.counters().queue_drops, drops + 1);
}

#[tokio::test]
async fn a_peer_that_takes_no_answers_is_not_read_from() {
    let (mut server, endpoint) = Node::listening().await;
    let mut raw = Raw::greet(&endpoint, "SUB", b"").await;
    server.up().await;
    let (ping, pong) = (command("PING", &[0; 18]), command("PONG", &[0; 16]));
    let flood = ping.repeat(1000);
    let flooding = async {
        // Ends when the node closes.
        while raw.0.write_all(&flood).await.is_ok() {}
    };
    let ((_, reason), ()) = tokio::join!(server.down(), flooding);
    assert_eq!(reason, DownReason::Stalled);
    let counters = server.net.counters();
    let answers = counters.bytes_in / length_of(&ping) * length_of(&pong);
    let unsent = answers.saturating_sub(counters.bytes_out);
    let most = u64::try_from(UNSENT_BYTES_MAX + 8192).unwrap();
    assert!(unsent > 0 && unsent < most, "{unsent} bytes of answers were made for nobody");
    // The rest waits in the peer's system, and little of it in ours.
    let sent = counters.bytes_out;
    assert!(!cfg!(target_os = "linux") || sent < 1024 * 1024, "{sent} bytes of answers were sent to nobody");
}

fn length_of(bytes: &[u8]) -> u64 {
    bytes.len().try_into().unwrap()
}
