//! Dials that are made once and may fail.

use std::time::{Duration, Instant};

use grapevine_zmtp::limits::REDIAL_MIN;
use grapevine_zmtp::{Dial, DialAs, DialId, Event, Slot};
use tokio::net::TcpListener;

use crate::keys::Keys;
use crate::node::{Node, eventually, local, message, port_of};

/// Which dial fails next, and why.
async fn failed(node: &mut Node) -> (DialId, String) {
    let failed = |event| match event {
        Event::DialFailed { dial, reason, .. } => Some((dial, reason)),
        Event::Unreachable { .. } => panic!("a dial that is made once goes on: {event:?}"),
        _ => None,
    };
    node.until("a failed dial", failed).await
}

#[tokio::test]
async fn a_link_knows_its_dial_and_where_it_leads() {
    let (mut server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let dial = client.net.dial_once(endpoint.clone(), DialAs::Dealer);
    let (link, there) = client.up().await;
    assert_eq!((there.dial, there.remote.unwrap().port()), (Some(dial.id()), port_of(&endpoint)));
    let (_, here) = server.up().await;
    assert_eq!((here.dial, here.remote.unwrap().to_string()), (None, here.address));
    client.net.send(link, Slot::Control, message("srv01", "up")).unwrap();
    assert_eq!(server.text().await, ["srv01", "up"]);
}

#[tokio::test]
async fn sixteen_dials_that_are_refused_fail_once_each() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let mut client = Node::new();
    let dials: Vec<Dial> = (0..16).map(|_| client.net.dial_once(local(port), DialAs::Dealer)).collect();
    let mut ids = Vec::new();
    for _ in &dials {
        let (id, reason) = failed(&mut client).await;
        assert!(reason.contains("refused"), "{reason}");
        ids.push(id);
    }
    ids.sort_unstable();
    assert_eq!(ids, dials.iter().map(Dial::id).collect::<Vec<_>>());
    assert!(client.events_end_with_the_node().await.is_empty(), "each is told once");
}

#[tokio::test]
async fn a_peer_that_refuses_the_handshake_fails_the_dial() {
    let (_server, endpoint) = Node::listening_with(Keys::Of(1)).await;
    let mut client = Node::secured(Keys::Of(2));
    let dial = client.net.dial_once(endpoint, DialAs::Dealer);
    let (id, reason) = failed(&mut client).await;
    assert_eq!(id, dial.id());
    assert!(reason.contains("Unknown key"), "{reason}");
}

#[tokio::test]
async fn a_host_that_does_not_answer_fails_the_dial_after_a_second() {
    // A full backlog: the system drops what comes.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    let is_full = Duration::from_millis(200);
    while let Ok(stream) = tokio::time::timeout(is_full, tokio::net::TcpStream::connect(address)).await {
        queued.push(stream.unwrap());
    }
    let mut client = Node::new();
    let began = Instant::now();
    let _dial = client.net.dial_once(local(address.port()), DialAs::Dealer);
    assert_eq!(failed(&mut client).await.1, "no answer within 1 s");
    let took = began.elapsed();
    assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn after_its_link_nothing_is_dialled() {
    let (server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let _dial = client.net.dial_once(endpoint.clone(), DialAs::Dealer);
    let (link, _) = client.up().await;
    server.net.shutdown(Duration::from_secs(5)).await;
    assert_eq!(client.down().await.0, link);
    let listener = TcpListener::bind(("127.0.0.1", port_of(&endpoint))).await.unwrap();
    // Several times as long as the first pause between dials.
    let dialled = tokio::time::timeout(5 * REDIAL_MIN, listener.accept()).await;
    assert!(dialled.is_err(), "{dialled:?}");
    assert!(client.events_end_with_the_node().await.is_empty(), "nothing more is told");
}

#[tokio::test]
async fn a_dropped_dial_ends_without_a_word() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let client = Node::new();
    let dial = client.net.dial_once(local(listener.local_addr().unwrap().port()), DialAs::Dealer);
    let (_silent, _) = listener.accept().await.unwrap();
    eventually("the handshake is under way", || client.net.counters().connections == 1).await;
    drop(dial);
    eventually("it ends", || client.net.counters().connections == 0).await;
    assert!(client.events_end_with_the_node().await.is_empty());
}
