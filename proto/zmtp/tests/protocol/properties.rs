//! Whatever the bytes and wherever they are cut.

use std::time::Duration;

use bytes::Bytes;
use grapevine_zmtp::limits::{MESSAGE_BYTES_MAX, PARTS_MAX};
use grapevine_zmtp::{Connection, ConnectionEvent, Message, Side};
use proptest::prelude::*;

use crate::pair::{End, Pair};
use crate::wire::{claim, command, frame, greeting, message, ready};

/// Most bytes that a connection holds: a message, short of its last byte, and the last part's header.
const HELD_BYTES_MAX: usize = MESSAGE_BYTES_MAX + 9;

/// A message of one to four parts, now and then long.
fn any_message() -> impl Strategy<Value = Vec<Bytes>> {
    let length = prop_oneof![8 => 0..300_usize, 1 => 10_000..16_000_usize];
    let part = (length, any::<u8>()).prop_map(|(length, byte)| Bytes::from(vec![byte; length]));
    prop::collection::vec(part, 1..=PARTS_MAX)
}

/// What a peer may send, good and bad.
fn any_traffic() -> impl Strategy<Value = Vec<u8>> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..80);
    let name = prop_oneof![
        Just("READY"),
        Just("ERROR"),
        Just("SUBSCRIBE"),
        Just("CANCEL"),
        Just("PING"),
        Just("PONG"),
        Just("X")
    ];
    let piece = prop_oneof![
        4 => (name, bytes()).prop_map(|(name, body)| command(name, &body)),
        4 => bytes().prop_map(|body| message(&[b"srv01", &body])),
        2 => (0..7_u8, bytes()).prop_map(|(flags, body)| frame(flags, &body)),
        1 => (0..7_u8, 0..70_000_u64).prop_map(|(flags, length)| claim(flags, length)),
        1 => (0..70_000_usize).prop_map(|length| frame(1, &vec![0; length])),
        1 => bytes(),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Feeds all bytes in pieces of these lengths. Returns what was told.
fn feed(connection: &mut Connection, mut bytes: &[u8], pieces: &[usize]) -> (Vec<ConnectionEvent>, bool) {
    let mut events = Vec::new();
    let mut pieces = pieces.iter().cycle();
    while let (false, Some(piece)) = (bytes.is_empty(), pieces.next()) {
        let (now, later) = bytes.split_at((*piece).clamp(1, bytes.len()));
        bytes = later;
        let result = connection.receive(now, Duration::ZERO);
        events.extend(std::iter::from_fn(|| connection.poll_event()));
        assert!(connection.held_bytes() <= HELD_BYTES_MAX, "{} bytes held", connection.held_bytes());
        if result.is_err() {
            assert!(!connection.is_open());
            return (events, true);
        }
    }
    (events, false)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn messages_come_through_at_any_split(
        messages in prop::collection::vec(any_message(), 1..8),
        pieces in prop::collection::vec(1..2000_usize, 1..20),
    ) {
        let mut sender = Connection::new(Side::Dealer, Duration::ZERO);
        sender.receive(&[greeting(1, "NULL"), ready("ROUTER")].concat(), Duration::ZERO).unwrap();
        for parts in &messages {
            sender.send(&shape(parts));
        }
        let mut listener = Connection::new(Side::Listener, Duration::ZERO);
        let (events, has_failed) = feed(&mut listener, &sender.output().split(), &pieces);
        prop_assert!(!has_failed);
        let expected: Vec<_> = messages.iter().map(|parts| ConnectionEvent::Message(shape(parts))).collect();
        prop_assert_eq!(&events[1..], expected);
        prop_assert_eq!(listener.held_bytes(), 0);
    }

    #[test]
    fn a_split_changes_nothing(
        traffic in any_traffic(),
        socket_type in prop_oneof![Just("DEALER"), Just("SUB")],
        minor in 0..2_u8,
        pieces in prop::collection::vec(1..500_usize, 1..20),
    ) {
        let bytes = [greeting(minor, "NULL"), ready(socket_type), traffic].concat();
        let mut whole = Connection::new(Side::Listener, Duration::ZERO);
        let mut split = Connection::new(Side::Listener, Duration::ZERO);
        let told = feed(&mut whole, &bytes, &[bytes.len()]);
        prop_assert_eq!(told, feed(&mut split, &bytes, &pieces));
        prop_assert_eq!(whole.output(), split.output());
    }

    #[test]
    fn arbitrary_bytes_are_bounded_and_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        side in prop_oneof![Just(Side::Listener), Just(Side::Dealer), Just(Side::Subscriber)],
        skip in 0..3_usize,
    ) {
        let good = [greeting(1, "NULL"), ready(if side == Side::Listener { "SUB" } else { "XPUB" })];
        let stream = [&good[..skip.min(2)].concat()[..], &bytes].concat();
        let mut connection = Connection::new(side, Duration::ZERO);
        feed(&mut connection, &stream, &[1, 7, 100]);
    }
}

#[test]
fn a_message_comes_through_at_every_split() {
    let bytes = [greeting(1, "NULL"), ready("DEALER"), message(&[b"srv01", &[7; 300]])].concat();
    for at in 1..bytes.len() {
        let mut end = End::alone(Side::Listener);
        end.hear(&bytes[..at]);
        end.hear(&bytes[at..]);
        assert_eq!(end.messages(), [[&b"srv01"[..], &[7; 300]]], "split at {at}");
    }
}

#[test]
fn what_was_received_does_not_keep_its_neighbours_alive() {
    let mut pair = Pair::open(Side::Dealer);
    for _ in 0..100 {
        pair.client.send("srv01", "up");
    }
    pair.drive();
    for parts in pair.server.messages() {
        for part in parts {
            let length = part.len();
            let alone = part.try_into_mut().unwrap();
            assert_eq!(alone.capacity(), length, "a buffer of its own");
        }
    }
}

fn shape(parts: &[Bytes]) -> Message {
    match parts {
        [a] => Message::of([a.clone()]),
        [a, b] => Message::of([a.clone(), b.clone()]),
        [a, b, c] => Message::of([a.clone(), b.clone(), c.clone()]),
        [a, b, c, d, ..] => Message::of([a.clone(), b.clone(), c.clone(), d.clone()]),
        [] => Message::default(),
    }
}
