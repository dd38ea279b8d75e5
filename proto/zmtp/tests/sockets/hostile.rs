//! Peers that mean no good.

use std::time::{Duration, Instant};

use grapevine_zmtp::limits::{ACCEPT_BURST, CONNECTIONS_MAX};
use grapevine_zmtp::{DialAs, DownReason, ProtocolError};

use crate::node::{DEADLINE, Node, eventually};
use crate::raw::Raw;
use crate::wire::{claim, command, greeting, message};

#[tokio::test]
async fn a_claimed_length_of_2_to_the_63_ends_the_link() {
    let (mut server, endpoint) = Node::listening().await;
    let mut raw = Raw::greet(&endpoint, "DEALER", &claim(0, 1 << 63)).await;
    assert_eq!(server.down().await.1, DownReason::Protocol(ProtocolError::MessageTooLong));
    raw.hear_all().await;
    assert_eq!(server.net.counters().protocol_errors, 1);
}

#[tokio::test]
async fn another_socket_type_is_told_why_it_is_refused() {
    let (server, endpoint) = Node::listening().await;
    let mut raw = Raw::greet(&endpoint, "PUSH", &message(&[b"unread"])).await;
    let heard = raw.hear_all().await;
    assert!(heard.ends_with(&command("ERROR", b"\x13Invalid socket type")), "{heard:02x?}");
    eventually("it is closed", || server.net.counters().connections == 0).await;
    assert_eq!(server.net.counters().protocol_errors, 1);
}

#[tokio::test]
async fn something_else_than_zmtp_is_closed_at_once() {
    let (server, endpoint) = Node::listening().await;
    let mut raw = Raw::connect(&endpoint).await;
    let began = Instant::now();
    raw.say(b"GET / HTTP/1.1\r\nHost: srv01\r\n\r\n").await;
    raw.hear_all().await;
    assert!(began.elapsed() < Duration::from_secs(2));
    eventually("it is counted", || server.net.counters().protocol_errors == 1).await;
}

#[tokio::test]
async fn handshakes_that_dawdle_are_dropped_after_three_seconds() {
    let (server, endpoint) = Node::listening().await;
    let hello = greeting(1, "NULL");
    let mut dawdlers = Vec::new();
    for bytes in [0, 1, 10, 63, 64] {
        let mut raw = Raw::connect(&endpoint).await;
        raw.say(hello.get(..bytes).unwrap()).await;
        dawdlers.push(raw);
    }
    let began = Instant::now();
    let closed = async {
        for mut raw in dawdlers {
            // Each ends once the node has parted from it, at most half a second after the three.
            while tokio::io::AsyncReadExt::read(&mut raw.0, &mut [0; 64]).await.is_ok_and(|bytes| bytes > 0) {
            }
        }
    };
    tokio::time::timeout(DEADLINE, closed).await.unwrap();
    let took = began.elapsed();
    assert!(took > Duration::from_millis(2500) && took < Duration::from_secs(8), "{took:?}");
    eventually("all are counted", || server.net.counters().timeouts == 5).await;
    eventually("all are gone", || server.net.counters().connections == 0).await;
}

#[tokio::test]
async fn one_address_opens_so_many_connections_at_once() {
    let (mut server, endpoint) = Node::listening().await;
    let mut held = Vec::new();
    for _ in 0..ACCEPT_BURST + 8 {
        held.push(Raw::connect(&endpoint).await);
    }
    eventually("all are taken or turned away", || {
        let counters = server.net.counters();
        counters.connections + counters.turned_away == u64::from(ACCEPT_BURST) + 8
    })
    .await;
    assert!(server.net.counters().turned_away >= 1, "but for those that the time since has allowed");
    let mut other = Raw::connect_from(&endpoint, 2).await;
    other.say(&[greeting(1, "NULL"), crate::wire::ready("DEALER")].concat()).await;
    server.up().await;
}

#[tokio::test]
async fn three_hundred_connections_are_capped() {
    let (server, endpoint) = Node::listening().await;
    let mut held = Vec::new();
    for host in 1..=10 {
        for _ in 0..30 {
            held.push(Raw::connect_from(&endpoint, host).await);
        }
    }
    let most = u64::try_from(CONNECTIONS_MAX).unwrap();
    eventually("all are taken or turned away", || {
        let counters = server.net.counters();
        assert!(counters.connections <= most, "{counters:?}");
        counters.connections + counters.turned_away >= 300
    })
    .await;
    assert_eq!(server.net.counters().connections, most);
    drop(held);
    eventually("they are gone", || server.net.counters().connections == 0).await;
    Node::new().dial(&endpoint, DialAs::Dealer).await;
}
