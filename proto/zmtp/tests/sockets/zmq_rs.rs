//! Peers of the `zeromq` crate, which is ZMTP 3.0 in Rust.

use std::time::{Duration, Instant};

use grapevine_zmtp::{DialAs, Endpoint, Slot, SocketType};
use tokio::time::timeout;
use zeromq::{DealerSocket, PubSocket, RouterSocket, Socket, SocketRecv, SocketSend, SubSocket, ZmqMessage};

use crate::node::{DEADLINE, Node, eventually, keyframe, message, port_of, sub};

/// The address as the crate writes it.
fn address(endpoint: &Endpoint) -> String {
    format!("tcp://127.0.0.1:{}", port_of(endpoint))
}

/// Where a socket of the crate listens.
async fn bound(socket: &mut impl Socket) -> Endpoint {
    socket.bind("tcp://127.0.0.1:0").await.unwrap().to_string().parse().unwrap()
}

async fn recv(socket: &mut impl SocketRecv) -> Vec<String> {
    let received = timeout(DEADLINE, socket.recv()).await.expect("a message in time").unwrap();
    received.into_vec().iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

fn parts(parts: &[&'static str]) -> ZmqMessage {
    ZmqMessage::try_from(parts.iter().map(|part| bytes::Bytes::from(*part)).collect::<Vec<_>>()).unwrap()
}

#[tokio::test]
async fn its_sub_follows_us_and_comes_back_after_a_restart() {
    let (mut server, endpoint) = Node::listening().await;
    let mut socket = SubSocket::new();
    socket.connect(&address(&endpoint)).await.unwrap();
    socket.subscribe("srv").await.unwrap();
    assert_eq!(server.subscribed().await.1, "srv");
    server.net.publish(keyframe(1), &message("cmbox", "up"));
    server.net.publish(keyframe(2), &message("srv01", "up"));
    assert_eq!(recv(&mut socket).await, ["srv01", "up"]);

    // It notices the end of a connection only while it receives.
    let restart = async {
        server.net.shutdown(Duration::from_secs(5)).await;
        let mut server = Node::new();
        server.net.listen(&endpoint).await.unwrap();
        let began = Instant::now();
        assert_eq!(server.subscribed().await.1, "srv");
        assert!(began.elapsed() < Duration::from_millis(2500), "{:?}", began.elapsed());
        server.net.publish(keyframe(1), &message("srv01", "up again"));
        server
    };
    let (received, _server) = tokio::join!(recv(&mut socket), restart);
    assert_eq!(received, ["srv01", "up again"]);
}

#[tokio::test]
async fn its_dealer_is_a_neighbour() {
    let (mut server, endpoint) = Node::listening().await;
    let mut socket = DealerSocket::new();
    socket.connect(&address(&endpoint)).await.unwrap();
    let (link, peer) = server.up().await;
    assert_eq!(peer.socket_type, SocketType::Dealer);
    socket.send(parts(&["srv01", "up"])).await.unwrap();
    assert_eq!(server.text().await, ["srv01", "up"]);
    server.net.send(link, Slot::Control, message("srv02", "up too")).unwrap();
    assert_eq!(recv(&mut socket).await, ["srv02", "up too"]);
}

#[tokio::test]
async fn we_are_a_neighbour_of_its_router() {
    let mut socket = RouterSocket::new();
    let endpoint = bound(&mut socket).await;
    let mut client = Node::new();
    let (_dial, link) = client.dial(&endpoint, DialAs::Dealer).await;
    client.net.send(link, Slot::Control, message("srv01", "up")).unwrap();
    let received = timeout(DEADLINE, socket.recv()).await.unwrap().unwrap().into_vec();
    let [identity, host, frame] = received.try_into().unwrap();
    assert_eq!((&*host, &*frame), (&b"srv01"[..], &b"up"[..]));
    let answer = ZmqMessage::try_from(vec![identity, "srv02".into(), "up too".into()]).unwrap();
    socket.send(answer).await.unwrap();
    assert_eq!(client.text().await, ["srv02", "up too"]);
}

#[tokio::test]
async fn we_subscribe_to_its_pub() {
    let mut socket = PubSocket::new();
    let endpoint = bound(&mut socket).await;
    let mut client = Node::new();
    let (_dial, _) = client.dial(&endpoint, sub(&["srv"])).await;
    // A PUB says nothing of who has subscribed, so that it repeats itself until it is heard.
    let publishing = async {
        loop {
            socket.send(parts(&["cmbox", "up"])).await.unwrap();
            socket.send(parts(&["srv01", "up"])).await.unwrap();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        () = publishing => {}
        heard = client.text() => assert_eq!(heard, ["srv01", "up"]),
    }
}

#[tokio::test]
async fn its_closed_sockets_leave_nothing_behind() {
    let (mut server, endpoint) = Node::listening().await;
    for _ in 0..3 {
        let mut socket = SubSocket::new();
        socket.connect(&address(&endpoint)).await.unwrap();
        socket.subscribe("").await.unwrap();
        server.subscribed().await;
    }
    eventually("all are closed", || server.net.counters().connections == 0).await;
}
