//! Two connections, the wire between them and a clock, so that a test reads as a story.

use std::time::Duration;

use bytes::Bytes;
use grapevine_zmtp::{Connection, ConnectionEvent, Message, ProtocolError, Side, SocketType};

use crate::wire;

/// One end of the wire.
pub(crate) struct End {
    pub(crate) connection: Connection,
    /// How it failed, if it did.
    pub(crate) error: Option<ProtocolError>,
    events: Vec<ConnectionEvent>,
}

/// A connection from both ends.
pub(crate) struct Pair {
    pub(crate) client: End,
    pub(crate) server: End,
    /// What is sent is lost.
    pub(crate) is_cut: bool,
    now: Duration,
}

impl Pair {
    /// A client that has dialled a listener; nothing was exchanged yet.
    pub(crate) fn new(side: Side) -> Self {
        let now = Duration::from_secs(1000);
        let end = |side| End { connection: Connection::new(side, now), error: None, events: Vec::new() };
        Self { client: end(side), server: end(Side::Listener), is_cut: false, now }
    }

    /// A pair whose handshake is done and told of.
    pub(crate) fn open(side: Side) -> Self {
        let mut pair = Self::new(side);
        pair.drive();
        assert!(matches!(pair.client.events()[..], [ConnectionEvent::Open { .. }]));
        assert!(matches!(pair.server.events()[..], [ConnectionEvent::Open { .. }]));
        pair
    }

    /// Carries bytes both ways until neither end has anything to say.
    pub(crate) fn drive(&mut self) {
        loop {
            let to_server = self.client.connection.output().split();
            let to_client = self.server.connection.output().split();
            if to_server.is_empty() && to_client.is_empty() {
                return;
            }
            if !self.is_cut {
                self.server.receive(&to_server, self.now);
                self.client.receive(&to_client, self.now);
            }
        }
    }

    /// Lets time pass: wakes both ends whenever they want to be.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        loop {
            self.drive();
            let due = self.client.deadline().min(self.server.deadline());
            if due > end {
                self.now = end;
                return;
            }
            self.now = self.now.max(due);
            self.client.wake(self.now);
            self.server.wake(self.now);
        }
    }

    /// Lets the bytes that wait travel for as long as `delay`.
    pub(crate) fn delay(&mut self, delay: Duration) {
        self.now += delay;
    }
}

impl End {
    /// One end that speaks with a hand-made peer.
    pub(crate) fn alone(side: Side) -> Self {
        Self { connection: Connection::new(side, Duration::ZERO), error: None, events: Vec::new() }
    }

    /// A listener to which a hand-made peer of this type has connected.
    pub(crate) fn serving(socket_type: &str, minor: u8) -> Self {
        let mut end = Self::alone(Side::Listener);
        end.hear(&wire::greeting(minor, "NULL"));
        end.hear(&wire::ready(socket_type));
        assert!(matches!(end.events()[..], [ConnectionEvent::Open { .. }]));
        end.said();
        end
    }

    /// Hears bytes at time zero.
    pub(crate) fn hear(&mut self, bytes: &[u8]) {
        self.receive(bytes, Duration::ZERO);
    }

    /// What it said since the last time.
    pub(crate) fn said(&mut self) -> Vec<u8> {
        self.connection.output().split().to_vec()
    }

    /// What happened since the last time.
    pub(crate) fn events(&mut self) -> Vec<ConnectionEvent> {
        std::mem::take(&mut self.events)
    }

    /// The messages that came since the last time; all else is forgotten.
    pub(crate) fn messages(&mut self) -> Vec<Vec<Bytes>> {
        let events = self.events().into_iter();
        let message = |event| match event {
            ConnectionEvent::Message(message) => Some(message.parts().to_vec()),
            _ => None,
        };
        events.filter_map(message).collect()
    }

    /// Sends a message of two parts.
    pub(crate) fn send(&mut self, host: &'static str, frame: &'static str) {
        self.connection.send(&Message::of([host.into(), frame.into()]));
    }

    fn receive(&mut self, bytes: &[u8], now: Duration) {
        if self.error.is_none() && !bytes.is_empty() {
            self.error = self.connection.receive(bytes, now).err();
            self.events.extend(std::iter::from_fn(|| self.connection.poll_event()));
        }
    }

    fn wake(&mut self, now: Duration) {
        if self.error.is_none() {
            self.error = self.connection.handle_timeout(now).err();
        }
    }

    fn deadline(&self) -> Duration {
        if self.error.is_some() { Duration::MAX } else { self.connection.deadline() }
    }
}

/// The event of a finished handshake.
pub(crate) fn opened(peer: SocketType, identity: &'static str) -> ConnectionEvent {
    ConnectionEvent::Open { peer, identity: identity.into() }
}
