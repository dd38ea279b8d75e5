//! Peers that mean no good.

use std::time::{Duration, Instant};

use grapevine_zmtp::limits::{ADDRESS_CONNECTIONS_MAX, CONNECTIONS_MAX, HANDSHAKES_MAX};
use grapevine_zmtp::{Connection, DialAs, DownReason, Endpoint, ProtocolError, Randomness, Side, Slot};

use crate::keys::Keys;
use crate::node::{DEADLINE, Node, eventually, message};
use crate::raw::Raw;
use crate::wire::{self, claim, command, greeting};

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
    let mut raw = Raw::greet(&endpoint, "PUSH", &wire::message(&[b"unread"])).await;
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
async fn one_address_takes_neither_all_connections_nor_the_tap() {
    let directory = tempfile::tempdir().unwrap();
    let tap = Endpoint::Unix(directory.path().join("tap.sock"));
    let (mut server, endpoint) = Node::listening().await;
    server.net.listen(&tap).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..ADDRESS_CONNECTIONS_MAX + 4 {
        held.push(Raw::quiet(&endpoint, 1).await);
    }
    let taken = u64::try_from(ADDRESS_CONNECTIONS_MAX).unwrap();
    eventually("all are taken or turned away", || {
        let counters = server.net.counters();
        (counters.connections, counters.turned_away) == (taken, 4)
    })
    .await;
    for _ in 0..taken {
        server.up().await;
    }
    held.push(Raw::quiet(&endpoint, 1).await);
    assert_eq!(server.rejected().await.1, DownReason::TurnedAway);
    held.push(Raw::quiet(&endpoint, 2).await);
    server.up().await;
    let mut local = Node::new();
    local.dial(&tap, DialAs::Dealer).await;
}

#[tokio::test]
async fn links_that_the_node_dialled_take_no_seats() {
    let (mut server, endpoint) = Node::listening().await;
    let (_other, elsewhere) = Node::listening().await;
    let mut dials = Vec::new();
    for _ in 0..8 {
        dials.push(server.dial(&elsewhere, DialAs::Dealer).await);
    }
    let mut held = Vec::new();
    for _ in 0..ADDRESS_CONNECTIONS_MAX {
        held.push(Raw::quiet(&endpoint, 1).await);
        server.up().await;
    }
    assert_eq!(server.net.counters().turned_away, 0);
}

#[tokio::test]
async fn three_hundred_connections_are_capped() {
    let (mut server, endpoint) = Node::listening().await;
    let mut held = Vec::new();
    let mut hosts = (1..=20).flat_map(|host| [host; 15]);
    for host in hosts.by_ref().take(CONNECTIONS_MAX) {
        held.push(Raw::quiet(&endpoint, host).await);
        server.up().await;
    }
    for host in hosts {
        held.push(Raw::quiet(&endpoint, host).await);
    }
    let most = u64::try_from(CONNECTIONS_MAX).unwrap();
    eventually("the others are turned away", || server.net.counters().turned_away == 300 - most).await;
    assert_eq!(server.net.counters().connections, most);
    drop(held);
    for _ in 0..most {
        server.down().await;
    }
    Node::new().dial(&endpoint, DialAs::Dealer).await;
}

/// A client's greeting and HELLO, for which a server has to compute, and which it never follows up.
fn hello(keys: Keys, number: u8) -> Vec<u8> {
    let mut randomness = Randomness::NONE;
    randomness.short_term = [number; 32];
    let mut client = Connection::secured(Side::Dealer, &keys.config().dial, randomness, Duration::ZERO);
    client.receive(&greeting(1, "CURVE"), Duration::ZERO).unwrap();
    client.output().to_vec()
}

#[tokio::test]
async fn a_flood_of_handshakes_costs_neither_links_nor_newcomers() {
    let keys = Keys::Of(1);
    let (mut server, endpoint) = Node::listening_with(keys).await;
    let mut client = Node::secured(keys);
    let (_dial, there) = client.dial(&endpoint, DialAs::Dealer).await;
    let (here, _) = server.up().await;
    let mut held = Vec::new();
    for host in 2..=21 {
        for n in 0..15 {
            let mut raw = Raw::connect_from(&endpoint, host).await;
            raw.say(&hello(keys, n)).await;
            held.push(raw);
        }
        // A round trip for every 15 handshakes.
        client.net.send(there, Slot::Control, message("", "there")).unwrap();
        server.text().await;
        server.net.send(here, Slot::Control, message("", "and back")).unwrap();
        client.text().await;
    }
    let half_open = u64::try_from(HANDSHAKES_MAX).unwrap();
    eventually("the oldest have made room", || {
        let counters = server.net.counters();
        counters.turned_away >= 300 - half_open && counters.connections <= 1 + half_open
    })
    .await;
    let mut newcomer = Node::secured(keys);
    newcomer.dial(&endpoint, DialAs::Dealer).await;
    assert_eq!(client.net.counters().connections, 1, "it is the link it was");
}
