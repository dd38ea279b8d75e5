//! Links between our own nodes.

use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_zmtp::{DialAs, DownReason, Event, Message, Net, NetConfig, SendError, Slot, SocketType};

use crate::node::{Node, keyframe, local, message, sub};

#[tokio::test]
async fn neighbours_talk_both_ways() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, there) = client.dial(&endpoint, DialAs::Dealer).await;
    let (here, peer) = server.up().await;
    assert_eq!((peer.socket_type, peer.dial), (SocketType::Dealer, None));
    assert!(peer.address.starts_with("127.0.0.1:"), "{}", peer.address);

    client.net.send(there, Slot::Control, message("srv01", "up")).unwrap();
    server.net.send(here, Slot::Control, message("srv02", "up too")).unwrap();
    assert_eq!(server.text().await, ["srv01", "up"]);
    assert_eq!(client.text().await, ["srv02", "up too"]);

    let (from, to) = (client.net.counters(), server.net.counters());
    assert_eq!((from.messages_out, from.messages_in, from.connections), (1, 1, 1));
    assert_eq!((to.messages_out, to.messages_in, to.connections), (1, 1, 1));
    assert!(from.bytes_out > 64 && from.bytes_out == to.bytes_in, "{from:?} {to:?}");
}

#[tokio::test]
async fn a_subscriber_gets_what_it_asked_for_and_nothing_else() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, sub(&["srv", "tape"])).await;
    let (link, first) = server.subscribed().await;
    assert_eq!(first, "srv");
    assert_eq!(server.subscribed().await, (link, "tape".into()));
    for (key, host) in (1..).zip(["srv01", "cmbox", "sr", "tape1", "srv02"]) {
        server.net.publish(keyframe(key), &message(host, "up"));
    }
    for host in ["srv01", "tape1", "srv02"] {
        assert_eq!(client.text().await, [host, "up"]);
    }
}

#[tokio::test]
async fn one_listener_serves_neighbours_and_subscribers() {
    let (mut server, endpoint) = Node::listening().await;
    let (mut neighbour, mut dashboard) = (Node::new(), Node::new());
    let (_first, _) = neighbour.dial(&endpoint, DialAs::Dealer).await;
    let (_second, _) = dashboard.dial(&endpoint, sub(&[""])).await;
    server.subscribed().await;
    server.net.publish(keyframe(1), &message("srv01", "to dashboards only"));
    assert_eq!(dashboard.text().await, ["srv01", "to dashboards only"]);
    assert_eq!(server.net.counters().messages_out, 1);
}

#[tokio::test]
async fn news_is_aged_when_it_is_written_and_control_is_not() {
    fn stamp(frame: Bytes, waited: Duration) -> Bytes {
        let is_aged = waited < Duration::from_secs(5);
        format!("{} aged {is_aged}", String::from_utf8_lossy(&frame)).into()
    }
    let (net, events) = Net::new(NetConfig { stamp: Some(stamp), ..NetConfig::default() });
    let mut server = Node { net, events };
    let endpoint = server.net.listen(&local(0)).await.unwrap();
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, DialAs::Dealer).await;
    let (link, _) = server.up().await;
    server.net.send(link, keyframe(1), message("srv01", "frame")).unwrap();
    server.net.send(link, Slot::Control, message("", "control")).unwrap();
    assert_eq!(client.text().await, ["", "control"]);
    assert_eq!(client.text().await, ["srv01", "frame aged true"]);
}

#[tokio::test]
async fn what_is_queued_together_is_written_together() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, sub(&[""])).await;
    server.subscribed().await;
    for round in ["old", "new"] {
        for key in 0..50 {
            server.net.publish(keyframe(key), &message("srv01", format!("{key} {round}")));
        }
    }
    for key in 0..50 {
        assert_eq!(client.text().await, ["srv01".to_owned(), format!("{key} new")], "the newest only");
    }
    assert_eq!(server.net.counters().messages_out, 50);
}

#[tokio::test]
async fn a_dropped_dial_closes_its_link() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (dial, link) = client.dial(&endpoint, DialAs::Dealer).await;
    client.net.send(link, Slot::Control, message("srv01", "last words")).unwrap();
    drop(dial);
    assert_eq!(server.text().await, ["srv01", "last words"]);
    assert_eq!(client.down().await, (link, DownReason::ClosedHere));
    assert_eq!(server.down().await.1, DownReason::ClosedByPeer);
    assert_eq!(client.net.send(link, Slot::Control, Message::default()), Err(SendError::Gone));
}

#[tokio::test]
async fn a_link_is_gone_before_its_end_is_told() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, DialAs::Dealer).await;
    let (link, _) = server.up().await;
    server.net.close(link);
    assert_eq!(server.down().await, (link, DownReason::ClosedHere));
    assert_eq!(server.net.send(link, Slot::Control, Message::default()), Err(SendError::Gone));
    assert!(!server.net.has_room(link));
    assert_eq!(client.down().await.1, DownReason::ClosedByPeer);
}

#[tokio::test]
async fn a_shutdown_sends_what_is_queued() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, there) = client.dial(&endpoint, DialAs::Dealer).await;
    let (here, _) = server.up().await;
    for n in 0..60 {
        server.net.send(here, keyframe(n), message("srv01", vec![7; 1000])).unwrap();
        // What the server has not read when it closes must not cost the client what it has not read.
        client.net.send(there, keyframe(n), message("srv02", vec![7; 1000])).unwrap();
    }
    let began = Instant::now();
    server.net.shutdown(Duration::from_secs(10)).await;
    assert!(began.elapsed() < Duration::from_secs(5), "it does not linger without need");
    for n in 0..60 {
        let (_, parts) = client.message().await;
        assert_eq!(parts, ["srv01".into(), Bytes::from(vec![7; 1000])], "message {n}");
    }
    assert_eq!(client.down().await.1, DownReason::ClosedByPeer);
    assert_eq!(server.net.counters().connections, 0);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_an_owner_who_waits_for_it() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, link) = client.dial(&endpoint, DialAs::Dealer).await;
    server.up().await;
    for n in 0..1000 {
        client.net.send(link, keyframe(n), message("srv01", "more than the events that fit")).unwrap();
    }
    let sent = |counters: grapevine_zmtp::Counters| counters.messages_in;
    crate::node::eventually("events are full", || sent(server.net.counters()) > 256).await;
    let began = Instant::now();
    server.net.shutdown(Duration::from_secs(10)).await;
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_shutdown_ends_dials() {
    let (_server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, link) = client.dial(&endpoint, DialAs::Dealer).await;
    let nobody = client.net.dial(local(1), DialAs::Dealer);
    client.net.shutdown(Duration::from_secs(10)).await;
    let net = client.net.clone();
    drop(client.net);
    assert_eq!(net.counters().connections, 0);
    let mut ends = Vec::new();
    drop((net, nobody));
    while let Some(event) = client.events.recv().await {
        if let Event::Down { link, reason } = event {
            ends.push((link, reason));
        }
    }
    assert_eq!(ends, [(link, DownReason::ClosedHere)], "and no task holds the node");
}
