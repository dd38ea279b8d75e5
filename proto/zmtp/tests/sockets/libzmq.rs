//! Peers of libzmq, the reference, through Python: each story in the clear and with CURVE.

use std::time::{Duration, Instant};

use grapevine_zmtp::{DialAs, DownReason, Endpoint, Event, Slot, SocketType};

use crate::keys::Keys;
use crate::node::{Node, keyframe, local, message, sub};
use crate::python::Python;

/// The cluster of these tests.
const SEALED: Keys = Keys::Of(1);

/// How long traffic may take to resume after either side was restarted.
const RESUME: Duration = Duration::from_millis(2500);

/// The address as libzmq writes it.
pub(crate) fn address(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Tcp { host, port } => format!("tcp://{host}:{port}"),
        Endpoint::Unix(path) => format!("ipc://{}", path.display()),
    }
}

async fn sub_follows_us(endpoint: &Endpoint, ours: Keys, theirs: Keys) {
    let mut server = Node::secured(ours);
    let endpoint = server.net.listen(endpoint).await.unwrap();
    let python = Python::start("sub", &[&address(&endpoint), "0"], theirs.for_viewer());
    let Some(mut python) = python else { return };
    assert_eq!(server.subscribed().await.1, "srv");
    server.net.publish(keyframe(1), &message("cmbox", "up"));
    server.net.publish(keyframe(2), &message("srv01", "up"));
    assert_eq!(python.line().await, "srv01 up");

    server.net.shutdown(Duration::from_secs(5)).await;
    let mut server = Node::secured(ours);
    server.net.listen(&endpoint).await.unwrap();
    let began = Instant::now();
    assert_eq!(server.subscribed().await.1, "srv");
    server.net.publish(keyframe(1), &message("srv01", "up again"));
    assert_eq!(python.line().await, "srv01 up again");
    assert!(began.elapsed() < RESUME, "{:?}", began.elapsed());
}

#[tokio::test]
async fn its_sub_follows_us_and_comes_back_after_a_restart() {
    sub_follows_us(&local(0), Keys::None, Keys::None).await;
}

#[tokio::test]
async fn its_sub_follows_us_with_a_viewers_key() {
    sub_follows_us(&local(0), SEALED, SEALED).await;
}

#[tokio::test]
async fn its_sub_follows_a_unix_socket_and_comes_back_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    // The socket's file keeps strangers out; keys are for TCP.
    sub_follows_us(&Endpoint::Unix(directory.path().join("tap.sock")), SEALED, Keys::None).await;
}

async fn dealer_is_a_neighbour(keys: Keys) {
    let (mut server, endpoint) = Node::listening_with(keys).await;
    let python = Python::start("dealer", &[&address(&endpoint), "0"], keys.for_neighbour());
    let Some(mut python) = python else { return };
    let (link, peer) = server.up().await;
    assert_eq!((peer.socket_type, &*peer.identity), (SocketType::Dealer, &b"python"[..]));
    assert_eq!(server.text().await, ["srv01", "up"]);
    let long = "x".repeat(60_000);
    server.net.send(link, Slot::Control, message("srv02", long.clone())).unwrap();
    assert_eq!(python.line().await, format!("srv02 {long}"));
    assert_eq!(server.text().await, ["srv02".to_owned(), long]);
}

#[tokio::test]
async fn its_dealer_is_a_neighbour() {
    dealer_is_a_neighbour(Keys::None).await;
}

#[tokio::test]
async fn its_dealer_is_a_neighbour_with_the_clusters_key() {
    dealer_is_a_neighbour(SEALED).await;
}

async fn heartbeats(keys: Keys) {
    let (mut server, endpoint) = Node::listening_with(keys).await;
    // It closes the connection if we leave its PINGs unanswered for 600 ms.
    let python = Python::start("dealer", &[&address(&endpoint), "200"], keys.for_neighbour());
    let Some(mut python) = python else { return };
    let (link, _) = server.up().await;
    let round_trip = |event| match event {
        Event::RoundTrip { link, .. } => Some(link),
        Event::Down { reason, .. } => panic!("{reason}"),
        _ => None,
    };
    assert_eq!(server.until("an answer to our PING", round_trip).await, link);
    server.net.send(link, Slot::Control, message("srv02", "still the same link")).unwrap();
    assert_eq!(python.line().await, "srv02 still the same link");
}

#[tokio::test]
async fn heartbeats_go_both_ways() {
    heartbeats(Keys::None).await;
}

#[tokio::test]
async fn heartbeats_are_sealed_both_ways() {
    heartbeats(SEALED).await;
}

async fn we_are_a_neighbour(keys: Keys) {
    let python = Python::start("router", &["tcp://127.0.0.1:*", "200"], keys.for_listener());
    let Some(mut python) = python else { return };
    let endpoint = python.bound().await;
    let mut client = Node::secured(keys);
    let (_dial, link) = client.dial(&endpoint, DialAs::Dealer).await;
    client.net.send(link, Slot::Control, message("srv01", "up")).unwrap();
    assert_eq!(client.text().await, ["srv01", "up"]);

    drop(python);
    assert_eq!(client.down().await.0, link);
    let python = Python::start("router", &[&address(&endpoint), "200"], keys.for_listener());
    let Some(mut python) = python else { return };
    python.bound().await;
    let began = Instant::now();
    let (again, _) = client.up().await;
    client.net.send(again, Slot::Control, message("srv01", "up again")).unwrap();
    assert_eq!(client.text().await, ["srv01", "up again"]);
    assert!(began.elapsed() < RESUME, "{:?}", began.elapsed());
}

#[tokio::test]
async fn we_are_a_neighbour_of_its_router_and_come_back_after_a_restart() {
    we_are_a_neighbour(Keys::None).await;
}

#[tokio::test]
async fn we_are_a_neighbour_of_its_router_with_the_clusters_key() {
    we_are_a_neighbour(SEALED).await;
}

async fn we_subscribe(keys: Keys) {
    let python = Python::start("xpub", &["tcp://127.0.0.1:*", "0"], keys.for_listener());
    let Some(mut python) = python else { return };
    let endpoint = python.bound().await;
    let mut client = Node::secured(keys);
    let (dial, link) = client.dial(&endpoint, sub(&["srv"])).await;
    python.until("1 srv").await;
    assert_eq!(client.text().await, ["srv01", "up"]);
    drop(dial);
    assert_eq!(client.down().await, (link, DownReason::ClosedHere));
    python.until("0 srv").await;
}

#[tokio::test]
async fn we_subscribe_to_its_xpub() {
    we_subscribe(Keys::None).await;
}

#[tokio::test]
async fn we_subscribe_to_its_xpub_with_a_key() {
    we_subscribe(SEALED).await;
}

#[tokio::test]
async fn we_subscribe_to_its_pub_with_a_key() {
    let python = Python::start("pub", &["tcp://127.0.0.1:*", "200"], SEALED.for_listener());
    let Some(mut python) = python else { return };
    let endpoint = python.bound().await;
    let mut client = Node::secured(SEALED);
    let (_dial, _) = client.dial(&endpoint, sub(&["srv"])).await;
    assert_eq!(client.text().await, ["srv01", "up"]);
}

#[tokio::test]
async fn its_push_is_refused() {
    let (server, endpoint) = Node::listening().await;
    let Some(mut python) = Python::start("push", &[&address(&endpoint), "0"], Vec::new()) else { return };
    python.until("refused").await;
    assert!(server.net.counters().protocol_errors >= 1);
}
