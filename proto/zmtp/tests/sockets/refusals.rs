//! Two ends whose keys do not fit: nothing is opened, and both sides can be told why.

use grapevine_zmtp::{DialAs, DownReason, NetConfig, ProtocolError, Security};

use crate::keys::Keys;
use crate::libzmq::address;
use crate::node::{Node, sub};
use crate::python::Python;

const OURS: Keys = Keys::Of(1);
const OTHERS: Keys = Keys::Of(2);

/// What we see if libzmq has read our greeting and closes before it has sent all of its own.
const HUNG_UP: ProtocolError = ProtocolError::HungUp;
const OTHER_THAN_CURVE: ProtocolError = ProtocolError::OtherMechanism { expected: "CURVE" };
const OTHER_THAN_NULL: ProtocolError = ProtocolError::OtherMechanism { expected: "NULL" };

/// A peer of libzmq that dials with these keys is refused for one of these reasons.
async fn refuses(ours: Keys, theirs: Vec<(&'static str, String)>, expected: &[ProtocolError]) {
    let (mut server, endpoint) = Node::listening_with(ours).await;
    let Some(mut python) = Python::start("stranger", &[&address(&endpoint), "0"], theirs) else { return };
    assert_eq!(python.line().await, "refused");
    let (from, reason) = server.rejected().await;
    assert!(from.starts_with("127.0.0.1:"), "{from}");
    let DownReason::Protocol(error) = reason else { panic!("{reason}") };
    assert!(expected.contains(&error), "{error}");
}

#[tokio::test]
async fn its_wrong_key_is_refused() {
    refuses(OURS, OTHERS.for_neighbour(), &[ProtocolError::WrongKey]).await;
    let mut unknown = OTHERS.for_neighbour();
    unknown.splice(..1, OURS.for_neighbour().into_iter().take(1));
    refuses(OURS, unknown, &[ProtocolError::WrongKey]).await;
}

#[tokio::test]
async fn its_viewers_key_makes_no_neighbour() {
    refuses(OURS, OURS.for_viewer(), &[ProtocolError::ViewerAsNeighbour]).await;
}

#[tokio::test]
async fn its_peer_without_a_key_is_refused_where_keys_are_needed() {
    refuses(OURS, Vec::new(), &[OTHER_THAN_CURVE, HUNG_UP]).await;
}

#[tokio::test]
async fn its_peer_with_a_key_is_refused_where_there_are_none() {
    refuses(Keys::None, OURS.for_neighbour(), &[OTHER_THAN_NULL, HUNG_UP]).await;
}

/// Our dial with these keys to a listener of libzmq fails because of mechanisms or keys.
async fn fails(ours: Keys, theirs: Keys) {
    let python = Python::start("router", &["tcp://127.0.0.1:*", "0"], theirs.for_listener());
    let Some(mut python) = python else { return };
    let mut client = Node::secured(ours);
    let _dial = client.net.dial(python.bound().await, DialAs::Dealer);
    let reason = client.unreachable().await;
    let expected = [HUNG_UP, OTHER_THAN_CURVE, OTHER_THAN_NULL].map(|error| error.to_string());
    assert!(expected.contains(&reason), "{reason}");
}

#[tokio::test]
async fn our_dials_to_it_fail_without_the_right_key() {
    for (ours, theirs) in [(OURS, OTHERS), (OURS, Keys::None), (Keys::None, OURS)] {
        fails(ours, theirs).await;
    }
}

#[tokio::test]
async fn our_own_two_ends_tell_why_they_refuse() {
    let viewer = NetConfig { dial: OURS.cluster().viewer().unwrap().client(), ..NetConfig::default() };
    let null = NetConfig { dial: Security::Null, ..NetConfig::default() };
    for (config, here, there) in [
        (OTHERS.config(), ProtocolError::WrongKey, "the peer refused: \"Unknown key\""),
        (viewer, ProtocolError::ViewerAsNeighbour, "the peer refused: \"Viewers may subscribe only\""),
        (null, OTHER_THAN_CURVE, "the security mechanism NULL"),
    ] {
        let (mut server, endpoint) = Node::listening_with(OURS).await;
        let (net, events) = grapevine_zmtp::Net::new(config);
        let mut client = Node { net, events };
        let _dial = client.net.dial(endpoint, DialAs::Dealer);
        assert_eq!(server.rejected().await.1, DownReason::Protocol(here));
        let reason = client.unreachable().await;
        assert!(reason.contains(there), "{reason}");
    }
}

#[tokio::test]
async fn a_viewers_key_opens_a_subscription() {
    let (mut server, endpoint) = Node::listening_with(OURS).await;
    let dial = OURS.cluster().viewer().unwrap().client();
    let (net, events) = grapevine_zmtp::Net::new(NetConfig { dial, ..NetConfig::default() });
    let mut viewer = Node { net, events };
    let (_dial, _) = viewer.dial(&endpoint, sub(&["srv"])).await;
    assert_eq!(server.subscribed().await.1, "srv");
}
