use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::connection::{Connection, ConnectionEvent, Side, SocketType};
use crate::error::ProtocolError;
use crate::mechanism::{Role, Security};
use crate::message::Message;
use bytes::Bytes;
use proptest::prelude::*;

const NOW: Duration = Duration::ZERO;

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_bytes(&[seed; 32])
}

fn randomness(seed: u8) -> Randomness {
    Randomness { short_term: [seed; 32], cookie: [seed; COOKIE_BYTES], nonce: [seed; 16] }
}

/// A server known by keys 1 and 2, which lets in 10 as a neighbour and 20 as a viewer.
fn server() -> Connection {
    let admitted = vec![(secret(10).public(), Role::Neighbour), (secret(20).public(), Role::Viewer)];
    let keys = ServerKeys { secrets: vec![secret(1), secret(2)], admitted };
    Connection::secured(Side::Listener, &Security::Server(Arc::new(keys)), randomness(100), NOW)
}

fn client(side: Side, own: u8, server: u8) -> Connection {
    let keys = ClientKeys { secret: secret(own), server: secret(server).public() };
    Connection::secured(side, &Security::Client(Arc::new(keys)), randomness(101), NOW)
}

/// Carries bytes both ways until nothing is left to say; the errors of client and server.
fn converse(client: &mut Connection, server: &mut Connection) -> [Option<ProtocolError>; 2] {
    let mut errors = [None, None];
    loop {
        let (said, answered) = (take(client), take(server));
        if said.is_empty() && answered.is_empty() {
            return errors;
        }
        let [clients, servers] = &mut errors;
        if clients.is_none() {
            *clients = client.receive(&answered, NOW).err();
        }
        if servers.is_none() {
            *servers = server.receive(&said, NOW).err();
        }
    }
}

fn take(end: &mut Connection) -> Bytes {
    end.output().split().freeze()
}

fn events(end: &mut Connection) -> Vec<ConnectionEvent> {
    std::iter::from_fn(|| end.poll_event()).collect()
}

/// A client and a server whose handshake is done.
fn open_pair() -> (Connection, Connection) {
    let (mut client, mut server) = (client(Side::Dealer, 10, 1), server());
    assert_eq!(converse(&mut client, &mut server), [None, None]);
    assert!(client.is_open() && server.is_open());
    events(&mut client);
    events(&mut server);
    (client, server)
}

#[test]
fn a_neighbour_and_a_server_open_each_other_and_talk_both_ways() {
    for server_key in [1, 2] {
        let (mut client, mut server) = (client(Side::Dealer, 10, server_key), server());
        assert_eq!(converse(&mut client, &mut server), [None, None]);
        let open = |peer| ConnectionEvent::Open { peer, identity: Bytes::new() };
        assert_eq!(events(&mut client), [open(SocketType::Router)]);
        assert_eq!(events(&mut server), [open(SocketType::Dealer)]);
        let message = Message::of([Bytes::from_static(b"two"), Bytes::from_static(b"parts")]);
        client.send(&message);
        server.send(&message);
        converse(&mut client, &mut server);
        assert_eq!(events(&mut client), [ConnectionEvent::Message(message.clone())]);
        assert_eq!(events(&mut server), [ConnectionEvent::Message(message)]);
    }
}

#[test]
fn a_viewer_may_subscribe_and_not_be_a_neighbour() {
    let (mut viewer, mut server_end) = (client(Side::Subscriber, 20, 1), server());
    assert_eq!(converse(&mut viewer, &mut server_end), [None, None]);
    viewer.subscribe(b"srv");
    converse(&mut viewer, &mut server_end);
    assert!(server_end.wants(b"srv-1"));

    let (mut viewer, mut server_end) = (client(Side::Dealer, 20, 1), server());
    let [theirs, ours] = converse(&mut viewer, &mut server_end);
    assert_eq!(ours, Some(ProtocolError::ViewerAsNeighbour));
    assert!(matches!(theirs, Some(ProtocolError::Refused { .. })), "{theirs:?}");
    assert!(!server_end.is_open() && !viewer.is_open());
}

#[test]
fn a_wrong_key_of_either_end_opens_nothing() {
    for (own, server_key) in [(11, 1), (10, 3)] {
        let (mut stranger, mut server_end) = (client(Side::Dealer, own, server_key), server());
        let [_, ours] = converse(&mut stranger, &mut server_end);
        assert_eq!(ours, Some(ProtocolError::WrongKey));
        assert!(!stranger.is_open() && events(&mut server_end).is_empty());
    }
}

#[test]
fn one_end_without_a_key_is_told_apart() {
    let mut plain = Connection::new(Side::Dealer, NOW);
    let [theirs, ours] = converse(&mut plain, &mut server());
    assert_eq!(ours, Some(ProtocolError::OtherMechanism { expected: "CURVE" }));
    assert_eq!(theirs, Some(ProtocolError::OtherMechanism { expected: "NULL" }));
}

#[test]
fn a_recorded_handshake_does_not_open_another_connection() {
    let (mut dialler, mut first) = (client(Side::Dealer, 10, 1), server());
    let mut recorded = Vec::new();
    loop {
        let said = take(&mut dialler);
        let answered = take(&mut first);
        if said.is_empty() && answered.is_empty() {
            break;
        }
        recorded.push(said.clone());
        first.receive(&said, NOW).unwrap();
        dialler.receive(&answered, NOW).unwrap();
    }
    assert!(first.is_open());
    let admitted = vec![(secret(10).public(), Role::Neighbour)];
    let keys = ServerKeys { secrets: vec![secret(1)], admitted };
    let mut second =
        Connection::secured(Side::Listener, &Security::Server(Arc::new(keys)), randomness(102), NOW);
    let result = recorded.iter().try_for_each(|bytes| second.receive(bytes, NOW));
    assert_eq!(result, Err(ProtocolError::Replayed));
}

#[test]
fn a_recorded_message_is_not_taken_twice_and_a_changed_one_not_at_all() {
    let (mut client, mut server) = open_pair();
    client.send(&Message::of([Bytes::from_static(b"once")]));
    let sealed = take(&mut client);
    server.receive(&sealed, NOW).unwrap();
    assert_eq!(server.receive(&sealed, NOW), Err(ProtocolError::Replayed));

    let (mut client, mut server) = open_pair();
    client.send(&Message::of([Bytes::from_static(b"changed")]));
    let mut sealed = take(&mut client).to_vec();
    *sealed.last_mut().unwrap() ^= 1;
    assert_eq!(server.receive(&sealed, NOW), Err(ProtocolError::Forged));
    assert!(events(&mut server).is_empty());
}

#[test]
fn traffic_in_the_clear_is_refused_after_the_handshake() {
    let (_, mut server) = open_pair();
    assert_eq!(server.receive(b"\x00\x05clear", NOW), Err(ProtocolError::MalformedCommand("MESSAGE")));
}

#[test]
fn heartbeats_are_sealed_too() {
    let (mut client, mut server) = open_pair();
    let later = crate::limits::PING_INTERVAL;
    client.handle_timeout(later).unwrap();
    let ping = take(&mut client);
    assert!(!ping.windows(4).any(|bytes| bytes == b"PING"));
    server.receive(&ping, later).unwrap();
    client.receive(&take(&mut server), later).unwrap();
    assert!(matches!(events(&mut client)[..], [ConnectionEvent::RoundTrip(_)]));
}

#[test]
fn the_longest_message_passes_and_a_longer_one_does_not() {
    let (mut client, mut server) = open_pair();
    let longest = Message::of([Bytes::from(vec![7; crate::limits::MESSAGE_BYTES_MAX])]);
    client.send(&longest);
    converse(&mut client, &mut server);
    assert_eq!(events(&mut server), [ConnectionEvent::Message(longest)]);
    client.send(&Message::of([Bytes::from(vec![7; crate::limits::MESSAGE_BYTES_MAX + 1])]));
    assert_eq!(converse(&mut client, &mut server)[1], Some(ProtocolError::MessageTooLong));
}

proptest! {
    #[test]
    fn messages_pass_at_any_split(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 1..=4), cut in 1_usize..64) {
        let (mut client, mut server) = open_pair();
        let mut message = Message::default();
        parts.into_iter().for_each(|part| message.push(part.into()));
        client.send(&message);
        for piece in take(&mut client).chunks(cut) {
            server.receive(piece, NOW).unwrap();
        }
        prop_assert_eq!(events(&mut server), [ConnectionEvent::Message(message)]);
    }

    #[test]
    fn any_flipped_bit_of_a_handshake_opens_nothing(step in 0_usize..4, at: prop::sample::Index, bit in 0..8) {
        let (mut client, mut server) = (client(Side::Dealer, 10, 1), server());
        let mut flipped = false;
        // Greetings first: they may differ in what nobody looks at.
        for turn in 0..6 {
            for (from, to) in [(true, turn), (false, turn)] {
                let (sender, receiver) = if from { (&mut client, &mut server) } else { (&mut server, &mut client) };
                let mut bytes = take(sender).to_vec();
                if to > 0 && (to - 1) * 2 + usize::from(!from) == step && !bytes.is_empty() && !flipped {
                    let at = at.index(bytes.len());
                    bytes[at] ^= 1_u8 << bit;
                    flipped = true;
                }
                if receiver.receive(&bytes, NOW).is_err() {
                    return Ok(());
                }
            }
        }
        // The padding of HELLO means nothing; what else was flipped must have been noticed, or awaits more bytes.
        prop_assert!(!flipped || step == 0 || !(client.is_open() && server.is_open()));
    }
}
