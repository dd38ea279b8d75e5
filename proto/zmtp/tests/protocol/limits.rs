//! Peers that want too much, or something else.

use std::time::Duration;

use grapevine_zmtp::limits::{COMMAND_BYTES_MAX, IDLE, MESSAGE_BYTES_MAX, PARTS_MAX, PING_INTERVAL};
use grapevine_zmtp::{ConnectionEvent, ProtocolError, Side};

use crate::pair::End;
use crate::wire::{claim, command, frame, greeting, message, property};

#[test]
fn the_longest_message_comes_through_and_no_longer_one() {
    let longest = vec![7; MESSAGE_BYTES_MAX];
    let mut end = End::serving("DEALER", 1);
    end.hear(&message(&[&longest]));
    assert_eq!(end.messages(), [[longest]]);
    end.hear(&claim(0, 65_537));
    assert_eq!(end.error, Some(ProtocolError::MessageTooLong), "at the claim");
}

#[test]
fn a_claimed_length_reserves_nothing() {
    for length in [1 << 17, 1 << 38, 1 << 63, u64::MAX] {
        let mut end = End::serving("DEALER", 1);
        end.hear(&claim(0, length));
        assert_eq!(end.error, Some(ProtocolError::MessageTooLong), "{length}");
        assert_eq!(end.connection.held_bytes(), 0);
    }
}

#[test]
fn all_parts_together_are_bounded_at_the_claim() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&frame(1, &vec![7; MESSAGE_BYTES_MAX - 300]));
    end.hear(&claim(0, 300));
    assert_eq!(end.error, None, "it just fits");
    let mut end = End::serving("DEALER", 1);
    end.hear(&frame(1, &vec![7; MESSAGE_BYTES_MAX - 300]));
    end.hear(&claim(0, 301));
    assert_eq!(end.error, Some(ProtocolError::MessageTooLong));
}

#[test]
fn four_parts_are_taken_and_not_five() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&message(&[b"a".as_slice(); PARTS_MAX]));
    assert_eq!(end.messages().len(), 1);
    end.hear(&message(&[b"".as_slice(); PARTS_MAX + 1]));
    assert_eq!(end.error, Some(ProtocolError::TooManyParts));
}

#[test]
fn a_long_command_is_refused_at_its_claim() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&command("LATER", &vec![0; COMMAND_BYTES_MAX - 6]));
    assert_eq!(end.error, None);
    end.hear(&claim(4, 1025));
    assert_eq!(end.error, Some(ProtocolError::CommandTooLong));
}

#[test]
fn reserved_flags_are_refused() {
    for flags in (0..=255).filter(|flags| ![0, 1, 2, 3, 4, 6].contains(flags)) {
        let mut end = End::serving("DEALER", 1);
        end.hear(&[flags]);
        assert_eq!(end.error, Some(ProtocolError::ReservedFlags { flags }), "at the first byte");
    }
}

#[test]
fn commands_of_later_versions_are_ignored() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&[command("LATER", b"whatever"), message(&[b"still here"])].concat());
    assert_eq!(end.messages(), [["still here"]]);
    assert_eq!(end.said(), b"");
}

#[test]
fn a_command_may_come_between_the_parts_of_a_message() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&[frame(1, b"srv01"), command("PING", b"\0\x0ahere"), frame(0, b"up")].concat());
    assert_eq!(end.messages(), [["srv01", "up"]]);
    assert_eq!(end.said(), command("PONG", b"here"));
}

#[test]
fn a_ping_has_a_time_to_live_and_a_short_context() {
    for (body, is_good) in
        [(&[0; 1][..], false), (&[0; 2], true), (&[0; 18], true), (&[0; 19], false), (&[], false)]
    {
        let mut end = End::serving("DEALER", 1);
        end.hear(&command("PING", body));
        let expected = (!is_good).then_some(ProtocolError::MalformedCommand("PING"));
        assert_eq!(end.error, expected, "{} bytes", body.len());
    }
}

#[test]
fn an_identity_has_at_most_255_bytes() {
    for (length, expected) in [(255, None), (256, Some(ProtocolError::IdentityTooLong))] {
        let mut end = End::alone(Side::Listener);
        let properties = [property("Socket-Type", b"DEALER"), property("Identity", &vec![b'x'; length])];
        end.hear(&[greeting(1, "NULL"), command("READY", &properties.concat())].concat());
        assert_eq!((end.connection.is_open(), end.error), (expected.is_none(), expected));
    }
}

#[test]
fn a_peer_that_promises_shorter_silences_is_held_to_them() {
    let second = Duration::from_secs(1);
    for (ttl_tenths_s, idle) in [(0, IDLE), (10, PING_INTERVAL), (80, 8 * second), (6000, IDLE)] {
        let mut end = End::serving("DEALER", 1);
        let ttl: [u8; 2] = u16::to_be_bytes(ttl_tenths_s);
        end.hear(&command("PING", &ttl));
        assert_eq!(end.connection.idle(), idle, "{ttl_tenths_s} tenths");
        let before = idle - Duration::from_millis(1);
        assert_eq!(end.connection.handle_timeout(before), Ok(()));
        assert_eq!(end.connection.handle_timeout(idle), Err(ProtocolError::Idle));
    }
    let mut end = End::serving("DEALER", 1);
    end.hear(&[command("PING", b"\x00\x0a"), command("PING", b"\0\0")].concat());
    assert_eq!(end.connection.idle(), IDLE, "the last PING counts");
}

#[test]
fn a_pong_that_nobody_asked_for_is_no_round_trip() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&command("PONG", &[0; 4]));
    assert_eq!(end.events(), []);
    end.connection.handle_timeout(end.connection.deadline()).unwrap();
    let ping = end.said();
    let answer = command("PONG", &ping[ping.len() - 4..]);
    end.hear(&[answer.clone(), answer].concat());
    assert_eq!(end.events().len(), 1, "one round trip for each PING");
}

#[test]
fn answers_to_pings_are_no_longer_than_the_pings() {
    let mut end = End::serving("DEALER", 1);
    let flood = command("PING", &[0; 18]).repeat(1000);
    end.hear(&flood);
    assert!(end.said().len() <= flood.len());
}

#[test]
fn a_subscriber_cannot_send_messages() {
    for sent in [&[&b"news"[..]][..], &[b""], &[b"news", b"\x01srv"]] {
        let mut end = End::serving("SUB", 1);
        end.hear(&message(sent));
        assert_eq!((end.events(), end.error), (vec![], Some(ProtocolError::SubscriberSends)));
    }
}

#[test]
fn a_neighbour_cannot_subscribe() {
    let mut end = End::serving("DEALER", 1);
    end.hear(&[command("SUBSCRIBE", b""), message(&[b"\x01"])].concat());
    assert_eq!(end.events(), [ConnectionEvent::Message(grapevine_zmtp::Message::of(["\x01".into()]))]);
    assert!(!end.connection.wants(b"srv01"));
}
