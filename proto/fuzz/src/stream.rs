//! A connection hears a stream of bytes, cut into pieces.
//!
//! An input's first byte says how many cuts there are, modulo 16. Each cut is one byte: the length of a piece, less
//! one. They are used over and over; without any the stream comes as one piece. The rest is the stream.
//!
//! What holds: the connection never panics; it holds no more than a message; it means and says the same wherever the
//! stream is cut; it says little more than it hears; its events are those of a peer of its kind; messages that it
//! hears can be sent and heard again; a connection that failed stays closed.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use grapevine_zmtp::limits::{MESSAGE_BYTES_MAX, PARTS_MAX, PREFIX_BYTES_MAX, PREFIXES_MAX};
use grapevine_zmtp::{Connection, ConnectionEvent, Message, ProtocolError, Side, SocketType};

use crate::input::Input;

/// A stream and where it is cut.
#[derive(Clone, Copy, Debug)]
pub struct Stream<'a> {
    cuts: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Stream<'a> {
    /// The stream of this input.
    pub fn of(input: &'a [u8]) -> Self {
        let mut input = Input(input);
        let cuts = input.byte().unwrap_or_default() % 16;
        Self { cuts: input.bytes(cuts.into()), bytes: input.0 }
    }

    /// Each piece, and the byte that decided its length.
    pub(crate) fn pieces(self) -> impl Iterator<Item = (u8, &'a [u8])> {
        let mut cuts = self.cuts.iter().cycle();
        let mut left = self.bytes;
        std::iter::from_fn(move || {
            if left.is_empty() {
                return None;
            }
            let cut = cuts.next();
            let length = cut.map_or(left.len(), |cut| usize::from(*cut) + 1);
            let (piece, rest) = left.split_at(length.min(left.len()));
            left = rest;
            Some((cut.copied().unwrap_or_default(), piece))
        })
    }

    /// Lets a connection of `side` that has heard `opening` hear the stream, and checks what holds.
    pub fn check(self, side: Side, opening: &[u8]) {
        let mut whole = End::after(side, opening);
        whole.hear(self.bytes);
        let mut split = End::after(side, opening);
        for (_, piece) in self.pieces() {
            split.hear(piece);
        }
        assert_eq!(whole.events, split.events, "a cut changes what is heard");
        assert_eq!(whole.error, split.error, "a cut changes the end");
        assert_eq!(whole.said(), split.said(), "a cut changes what is said");
        split.check_events(side);
        check_sent_again(&split.events);
    }
}

/// One end of a connection, and what happened to it.
#[derive(Debug)]
pub struct End {
    /// The connection.
    pub connection: Connection,
    /// What it told.
    pub events: Vec<ConnectionEvent>,
    /// How it failed, if it did.
    pub error: Option<ProtocolError>,
    said: Vec<u8>,
    heard_bytes: usize,
}

impl End {
    /// A connection without keys that has heard `opening`.
    pub fn after(side: Side, opening: &[u8]) -> Self {
        let mut end = Self::of(Connection::new(side, Duration::ZERO));
        end.hear(opening);
        end
    }

    /// A connection that has heard nothing yet.
    pub fn of(connection: Connection) -> Self {
        Self { connection, events: Vec::new(), error: None, said: Vec::new(), heard_bytes: 0 }
    }

    /// Hears bytes at time zero, unless it has failed.
    pub fn hear(&mut self, bytes: &[u8]) {
        self.hear_at(bytes, Duration::ZERO);
    }

    /// Hears bytes, unless it has failed.
    pub fn hear_at(&mut self, bytes: &[u8], now: Duration) {
        if self.error.is_some() {
            return;
        }
        self.heard_bytes += bytes.len();
        self.error = self.connection.receive(bytes, now).err();
        self.events.extend(std::iter::from_fn(|| self.connection.poll_event()));
        let held_bytes = self.connection.held_bytes();
        assert!(held_bytes <= HELD_BYTES_MAX, "{held_bytes} bytes are held");
        if self.error.is_some() {
            assert!(!self.connection.is_open(), "open after an error");
            assert_eq!(self.connection.deadline(), Duration::MAX, "something is due after an error");
        }
    }

    /// All that it has said so far.
    pub fn said(&mut self) -> &[u8] {
        self.said.extend_from_slice(&self.connection.output().split());
        &self.said
    }

    /// Checks that its events are those of a peer of its kind, and that it says little.
    pub(crate) fn check_events(&mut self, side: Side) {
        let said_bytes = self.said().len();
        assert!(said_bytes <= self.heard_bytes + SAID_BYTES_MAX, "it says {said_bytes} bytes");
        let mut peer = None;
        let mut prefixes: BTreeSet<Bytes> = BTreeSet::new();
        let mut message_bytes = 0;
        for event in &self.events {
            match event {
                ConnectionEvent::Open { peer: kind, .. } => {
                    assert_eq!(peer.replace(*kind), None, "open twice");
                    let fits = match side {
                        Side::Listener => matches!(kind, SocketType::Dealer | SocketType::Sub),
                        Side::Dealer => *kind == SocketType::Router,
                        Side::Subscriber => *kind == SocketType::Pub,
                    };
                    assert!(fits, "a {kind:?} does not fit a {side:?}");
                }
                ConnectionEvent::Message(message) => {
                    assert!(peer.is_some_and(|peer| peer != SocketType::Sub), "a message of a {peer:?}");
                    assert!((1..=PARTS_MAX).contains(&message.parts().len()), "too many parts or none");
                    assert!(message.len() <= MESSAGE_BYTES_MAX, "a long message");
                    message_bytes += message.len();
                }
                ConnectionEvent::Subscribed(prefix) => {
                    assert_eq!(peer, Some(SocketType::Sub), "only a subscriber subscribes");
                    assert!(prefix.len() <= PREFIX_BYTES_MAX, "a long prefix");
                    assert!(prefixes.insert(prefix.clone()), "subscribed twice");
                    assert!(prefixes.len() <= PREFIXES_MAX, "many prefixes");
                }
                ConnectionEvent::Cancelled(prefix) => {
                    assert!(prefixes.remove(prefix), "cancelled what was not subscribed to");
                }
                ConnectionEvent::RoundTrip(_) => assert!(peer.is_some(), "a round trip before the handshake"),
            }
        }
        assert!(message_bytes <= self.heard_bytes, "more is told than was heard");
        for prefix in &prefixes {
            assert!(self.connection.wants(prefix), "the subscription to {prefix:?} is lost");
        }
        assert_eq!(self.connection.wants(b""), prefixes.contains(&b""[..]));
    }
}

/// What the other end of a fresh connection of `side` says until both are open. The other end of a listener dials
/// as `dialler`.
pub fn opening(side: Side, dialler: Side) -> Vec<u8> {
    let far = if side == Side::Listener { dialler } else { Side::Listener };
    let (mut near, mut far) = (End::after(side, &[]), End::after(far, &[]));
    let (mut near_said, mut far_said) = (0, 0);
    while !(near.connection.is_open() && far.connection.is_open()) {
        let to_far = near.said().get(near_said..).unwrap_or_default().to_vec();
        let to_near = far.said().get(far_said..).unwrap_or_default().to_vec();
        assert!(!(to_far.is_empty() && to_near.is_empty()), "the handshake hangs");
        near_said += to_far.len();
        far_said += to_near.len();
        far.hear(&to_far);
        near.hear(&to_near);
    }
    far.said().to_vec()
}

/// Messages that were heard come through once more.
fn check_sent_again(events: &[ConnectionEvent]) {
    let messages = events.iter().filter_map(|event| match event {
        ConnectionEvent::Message(message) => Some(message),
        ConnectionEvent::Open { .. }
        | ConnectionEvent::Subscribed(_)
        | ConnectionEvent::Cancelled(_)
        | ConnectionEvent::RoundTrip(_) => None,
    });
    let messages: Vec<&Message> = messages.collect();
    if messages.is_empty() {
        return;
    }
    let mut sender = End::after(Side::Dealer, &opening(Side::Dealer, Side::Dealer));
    for message in &messages {
        sender.connection.send(message);
    }
    let mut reader = End::after(Side::Listener, sender.said());
    let told = reader.events.drain(..).skip(1);
    let again: Vec<ConnectionEvent> = told.collect();
    let expected: Vec<ConnectionEvent> =
        messages.into_iter().cloned().map(ConnectionEvent::Message).collect();
    assert_eq!(again, expected, "what was heard cannot be sent");
}

/// Most bytes that a connection holds: a message, short of its last byte, and the last part's header.
const HELD_BYTES_MAX: usize = MESSAGE_BYTES_MAX + 9;

/// What a connection says unasked: its greeting, a READY and an ERROR. An answer is no longer than its question.
const SAID_BYTES_MAX: usize = 256;
