//! Hand-made peers greet: good ones, old ones and strangers.

use std::time::Duration;

use grapevine_zmtp::{ConnectionEvent, ProtocolError, Side, SocketType};

use crate::pair::{End, opened};
use crate::wire::{command, frame, greeting, message, property, ready};

/// What a listener makes of these bytes.
fn heard(bytes: &[u8]) -> End {
    let mut end = End::alone(Side::Listener);
    end.hear(bytes);
    end
}

/// How a listener fails on a READY with this body.
fn refused_ready(body: &[u8]) -> Option<ProtocolError> {
    heard(&[greeting(1, "NULL"), command("READY", body)].concat()).error
}

#[test]
fn our_greeting_is_the_rfcs() {
    let mut expected = greeting(1, "NULL");
    expected[8] = 0;
    assert_eq!(End::alone(Side::Dealer).said(), expected);
    let mut listener = End::alone(Side::Listener);
    assert_eq!(listener.said(), expected[..10], "the signature");
    listener.hear(&expected[..9]);
    assert_eq!(listener.said(), b"");
    listener.hear(&expected[9..10]);
    assert_eq!(listener.said(), expected[10..], "the rest once the dialler has said as much");
}

#[test]
fn a_stranger_is_refused_at_its_first_wrong_byte() {
    let good = greeting(1, "NULL");
    for (at, wrong, error) in [
        (0, b'G', ProtocolError::NotZmtp),
        (9, 0x7e, ProtocolError::NotZmtp),
        (10, 1, ProtocolError::OldVersion { major: 1 }),
        (10, 2, ProtocolError::OldVersion { major: 2 }),
        (12, b'C', ProtocolError::OtherMechanism { expected: "NULL" }),
        (16, b'X', ProtocolError::OtherMechanism { expected: "NULL" }),
        (31, 1, ProtocolError::OtherMechanism { expected: "NULL" }),
    ] {
        let mut end = heard(&good[..at]);
        assert_eq!(end.error, None, "{at} bytes are right");
        end.hear(&[wrong]);
        assert_eq!(end.error, Some(error), "byte {at}");
        assert_eq!(end.connection.held_bytes(), 0);
    }
}

#[test]
fn what_may_differ_in_a_greeting_is_not_looked_at() {
    let mut bytes = greeting(1, "NULL");
    bytes[1..9].fill(0xa5);
    bytes[33..].fill(0xa5);
    let mut end = heard(&[bytes, ready("DEALER")].concat());
    assert_eq!(end.events(), [opened(SocketType::Dealer, "")]);
}

#[test]
fn the_listener_answers_as_the_counterpart() {
    for (theirs, peer, ours) in [
        ("DEALER", SocketType::Dealer, "ROUTER"),
        ("SUB", SocketType::Sub, "XPUB"),
        ("XSUB", SocketType::Sub, "XPUB"),
    ] {
        let mut end = heard(&greeting(1, "NULL"));
        assert_eq!(end.said().len(), 64, "no READY before the peer's");
        end.hear(&ready(theirs));
        assert_eq!(end.events(), [opened(peer, "")]);
        let body = [property("Socket-Type", ours.as_bytes()), property("Identity", b"")].concat();
        assert_eq!(end.said(), command("READY", &body));
    }
}

#[test]
fn a_socket_type_that_does_not_fit_is_told_so() {
    let fits = [
        (Side::Listener, ["DEALER", "SUB", "XSUB"].as_slice()),
        (Side::Dealer, &["ROUTER", "DEALER"]),
        (Side::Subscriber, &["PUB", "XPUB"]),
    ];
    let all = [
        "REQ", "REP", "DEALER", "ROUTER", "PUB", "XPUB", "SUB", "XSUB", "PUSH", "PULL", "PAIR", "dealer", "",
    ];
    for (side, good) in fits {
        for theirs in all {
            let mut end = End::alone(side);
            end.hear(&greeting(1, "NULL"));
            end.said();
            end.hear(&ready(theirs));
            if good.contains(&theirs) {
                assert_eq!(end.error, None, "{side:?} and {theirs}");
                assert!(end.connection.is_open());
            } else {
                assert_eq!(end.error, Some(ProtocolError::SocketType { theirs: theirs.to_owned() }));
                assert!(
                    end.said().ends_with(&command("ERROR", b"\x13Invalid socket type")),
                    "{side:?} and {theirs}"
                );
            }
        }
    }
}

#[test]
fn the_metadata_of_ready_is_read() {
    let body = [
        property("X-Colour", b"green"),
        property("IDENTITY", b"srv01"),
        property("socket-type", b"SUB"),
        property("Resource", b""),
    ];
    let mut end = heard(&[greeting(1, "NULL"), command("READY", &body.concat())].concat());
    assert_eq!(end.events(), [opened(SocketType::Sub, "srv01")]);
}

#[test]
fn a_malformed_ready_is_refused() {
    let good = property("Socket-Type", b"SUB");
    let malformed = Some(ProtocolError::MalformedCommand("READY"));
    assert_eq!(refused_ready(&good), None);
    assert_eq!(refused_ready(b""), malformed, "no socket type");
    assert_eq!(refused_ready(&[good.clone(), good.clone()].concat()), malformed, "twice");
    assert_eq!(refused_ready(&[good.clone(), property("", b"x")].concat()), malformed, "no name");
    assert_eq!(
        refused_ready(&[&good[..], b"\x08Identity\xff\xff\xff\xff"].concat()),
        malformed,
        "claims 4 GiB"
    );
    for cut in 1..good.len() {
        assert_eq!(refused_ready(&good[..cut]), malformed, "{cut} bytes");
    }
}

#[test]
fn only_ready_is_expected_in_a_handshake() {
    for bytes in [
        message(&[b"hello"]),
        command("SUBSCRIBE", b"srv"),
        command("CANCEL", b"srv"),
        command("PING", b"\0\0"),
        command("PONG", b""),
        command("HELLO", b""),
    ] {
        let end = heard(&[greeting(1, "NULL"), bytes].concat());
        assert_eq!(end.error, Some(ProtocolError::ExpectedReady));
    }
    assert_eq!(
        heard(&[greeting(1, "NULL"), frame(4, b"")].concat()).error,
        Some(ProtocolError::MalformedCommand("unnamed"))
    );
}

#[test]
fn a_second_ready_is_refused() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&ready("DEALER"));
    assert_eq!(end.error, Some(ProtocolError::MalformedCommand("READY")));
}

#[test]
fn a_refusal_is_told_in_printable_words() {
    let mut end = End::alone(Side::Dealer);
    end.hear(&[greeting(1, "NULL"), command("ERROR", b"\x09go \x1b[2Jaway")].concat());
    assert_eq!(end.error, Some(ProtocolError::Refused { reason: "go [2Jaw".to_owned() }));
    for body in [b"".as_slice(), b"\x05go"] {
        let mut end = End::alone(Side::Dealer);
        end.hear(&[greeting(1, "NULL"), command("ERROR", body)].concat());
        assert_eq!(end.error, Some(ProtocolError::MalformedCommand("ERROR")));
    }
}

#[test]
fn a_peer_of_3_0_subscribes_by_messages_and_is_never_pinged() {
    let mut end = End::serving("SUB", 0);
    end.hear(&[message(&[b"\x01srv"]), message(&[b"\x01cm"]), message(&[b"\0srv"])].concat());
    let expected = [
        ConnectionEvent::Subscribed("srv".into()),
        ConnectionEvent::Subscribed("cm".into()),
        ConnectionEvent::Cancelled("srv".into()),
    ];
    assert_eq!(end.events(), expected);
    assert_eq!(end.connection.deadline(), Duration::MAX);

    let mut subscriber = End::alone(Side::Subscriber);
    subscriber.hear(&[greeting(0, "NULL"), ready("XPUB")].concat());
    subscriber.said();
    subscriber.connection.subscribe(b"srv");
    assert_eq!(subscriber.said(), message(&[b"\x01srv"]));
}

#[test]
fn a_peer_of_3_1_or_later_subscribes_by_commands() {
    for (major, minor) in [(3, 1), (3, 2), (4, 0)] {
        let mut hello = greeting(minor, "NULL");
        hello[10] = major;
        let mut end = End::alone(Side::Subscriber);
        end.hear(&[hello, ready("PUB")].concat());
        end.said();
        end.connection.subscribe(b"srv");
        assert_eq!(end.said(), command("SUBSCRIBE", b"srv"), "ZMTP {major}.{minor}");
        assert_eq!(end.connection.deadline(), Duration::from_secs(5));
    }
}
