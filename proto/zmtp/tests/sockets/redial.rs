//! Dials that fail, and listeners that come back.

use std::time::{Duration, Instant};

use grapevine_zmtp::{DialAs, DownReason, Event};
use tokio::net::TcpListener;

use crate::node::{Node, eventually, keyframe, local, message, sub};

#[tokio::test]
async fn a_subscriber_is_back_within_two_and_a_half_seconds() {
    let (server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, link) = client.dial(&endpoint, sub(&["srv"])).await;
    server.net.shutdown(Duration::from_secs(5)).await;
    assert_eq!(client.down().await, (link, DownReason::ClosedByPeer));
    // Long enough away for the pause between dials to have grown.
    let unreachable = |event| matches!(event, Event::Unreachable { .. }).then_some(());
    client.until("a refused dial", unreachable).await;

    let mut server = Node::new();
    server.net.listen(&endpoint).await.expect("the port is free again after a shutdown");
    let began = Instant::now();
    let (again, _) = client.up().await;
    assert!(began.elapsed() < Duration::from_millis(2500), "{:?}", began.elapsed());
    assert_ne!(again, link);
    assert_eq!(server.subscribed().await.1, "srv", "it subscribes again");
    server.net.publish(keyframe(1), &message("srv01", "back"));
    assert_eq!(client.text().await, ["srv01", "back"]);
}

#[tokio::test]
async fn an_endpoint_is_unreachable_once_for_each_reason() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut client = Node::new();
    let dial = client.net.dial(local(port), DialAs::Dealer);
    for _ in 0..3 {
        drop(listener.accept().await.unwrap());
    }
    drop(listener);
    let mut reasons = Vec::new();
    while reasons.len() < 2 {
        let reason = |event| match event {
            Event::Unreachable { dial, reason, .. } => Some((dial, reason)),
            _ => None,
        };
        let (id, reason) = client.until("a failed dial", reason).await;
        assert_eq!(id, dial.id());
        reasons.push(reason);
    }
    // The peer's close may arrive as a reset.
    reasons.retain(|reason| reason.contains("refused"));
    assert_eq!(
        reasons.len(),
        1,
        "three dials that end in one way are told once, and then the refused ones once"
    );
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_unreachable() {
    let mut client = Node::new();
    let endpoint = "no-such-host.invalid:6130".parse().unwrap();
    let _dial = client.net.dial(endpoint, DialAs::Dealer);
    let reason = |event| if let Event::Unreachable { reason, .. } = event { Some(reason) } else { None };
    assert!(!client.until("a failed dial", reason).await.is_empty());
}

#[tokio::test]
async fn a_busy_port_is_told_with_its_remedy() {
    let (_first, endpoint) = Node::listening().await;
    let second = Node::new();
    let error = second.net.listen(&endpoint).await.unwrap_err().to_string();
    assert!(error.contains(&endpoint.to_string()), "{error}");
    assert!(error.contains("is in use") && error.contains("take another port"), "{error}");
}

#[tokio::test]
async fn a_node_ends_with_its_events() {
    let (server, endpoint) = Node::listening().await;
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, DialAs::Dealer).await;
    let net = server.net.clone();
    drop(server.events);
    assert_eq!(client.down().await.1, DownReason::ClosedByPeer);
    eventually("the link is closed", || net.counters().connections == 0).await;
    let refused = |event| if let Event::Unreachable { reason, .. } = event { Some(reason) } else { None };
    let reason = client.until("a refused dial", refused).await;
    assert!(reason.contains("refused"), "nobody listens: {reason}");
}
