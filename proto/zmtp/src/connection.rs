//! One connection, from the first byte to the last: a state machine over bytes.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use crate::command::{Command, error_body, ready_body};
use crate::error::ProtocolError;
use crate::frame::{self, Frame};
use crate::greeting::{self, GREETING_BYTES};
use crate::limits::{HANDSHAKE, IDLE, MESSAGE_BYTES_MAX, PARTS_MAX, PING_INTERVAL};
use crate::message::Message;
use crate::subscriptions::Subscriptions;

/// What the peer is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketType {
    /// A neighbour: messages both ways.
    Dealer,
    /// A neighbour that we dialled, or a foreign ROUTER.
    Router,
    /// A subscriber.
    Sub,
    /// A publisher.
    Pub,
}

/// Which end of the connection we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The peer dialled. It says what it is first, and we answer as its counterpart.
    Listener,
    /// We dialled, as one of the neighbours.
    Dealer,
    /// We dialled, as a subscriber.
    Subscriber,
}

/// What the peer did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionEvent {
    /// The handshake is done.
    Open {
        /// What the peer is.
        peer: SocketType,
        /// What it calls itself; empty if it does not.
        identity: Bytes,
    },
    /// A message came.
    Message(Message),
    /// The peer subscribed to a prefix that it had not.
    Subscribed(Bytes),
    /// The peer cancelled a subscription.
    Cancelled(Bytes),
    /// A PING came back after this time.
    RoundTrip(Duration),
}

/// The protocol's state. Give it what comes ([`receive`](Self::receive)), the time
/// ([`handle_timeout`](Self::handle_timeout)) and what to say; take events and [`output`](Self::output) from it.
#[derive(Debug)]
pub struct Connection {
    side: Side,
    phase: Phase,
    /// The peer's minor version of ZMTP 3: from 1 on it knows PING and SUBSCRIBE.
    minor: u8,
    inbox: BytesMut,
    outbox: BytesMut,
    partial: Message,
    subscriptions: Subscriptions,
    events: VecDeque<ConnectionEvent>,
    began: Duration,
    heard: Duration,
    pinged: Duration,
    ping_context: u32,
    /// Whether the last PING has no answer yet.
    is_pinged: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Greeting,
    Handshake,
    Open(SocketType),
    Failed,
}

impl Connection {
    /// A connection that begins now; `now` is any monotonic clock's.
    pub fn new(side: Side, now: Duration) -> Self {
        Self {
            side,
            phase: Phase::Greeting,
            minor: 0,
            inbox: BytesMut::new(),
            outbox: BytesMut::from(&greeting::ours()[..]),
            partial: Message::default(),
            subscriptions: Subscriptions::default(),
            events: VecDeque::new(),
            began: now,
            heard: now,
            pinged: now,
            ping_context: 0,
            is_pinged: false,
        }
    }

    /// Takes in what the peer sent. Any two bytes may be a message and become an event, so that events are to be taken
    /// before much more is received. Each PING adds its answer to [`output`](Self::output), so that nothing should be
    /// read from a peer that does not take it.
    ///
    /// # Errors
    /// The connection is over then; what is left of [`output`](Self::output) tells the peer why.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) -> Result<(), ProtocolError> {
        self.heard = now;
        self.inbox.extend_from_slice(bytes);
        let result = self.advance(now);
        if result.is_err() {
            self.phase = Phase::Failed;
        }
        if result.is_err() || self.inbox.is_empty() {
            // Gives the buffer back: most links are quiet most of the time.
            self.inbox = BytesMut::new();
        }
        result
    }

    /// What the peer did, if anything is left to tell.
    pub fn poll_event(&mut self) -> Option<ConnectionEvent> {
        let event = self.events.pop_front();
        if event.is_none() {
            // Gives the list back, which a burst may have made long.
            self.events = VecDeque::new();
        }
        event
    }

    /// What to send to the peer; to be advanced by what was sent.
    pub fn output(&mut self) -> &mut BytesMut {
        &mut self.outbox
    }

    /// Whether the handshake is done.
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open(_))
    }

    /// Bytes of the peer that are held until more come. Never more than a message and its frames' headers.
    pub fn held_bytes(&self) -> usize {
        self.inbox.len() + self.partial.len()
    }

    /// Appends a message to the output.
    pub fn send(&mut self, message: &Message) {
        frame::put_message(&mut self.outbox, message);
    }

    /// Asks the peer for messages whose first part begins with `prefix`.
    pub fn subscribe(&mut self, prefix: &[u8]) {
        if self.minor >= 1 {
            frame::put_command(&mut self.outbox, "SUBSCRIBE", prefix);
        } else {
            let mut message = BytesMut::from(&[1_u8][..]);
            message.extend_from_slice(prefix);
            self.send(&Message::of([message.freeze()]));
        }
    }

    /// Whether the peer has subscribed to `topic`.
    pub fn wants(&self, topic: &[u8]) -> bool {
        self.subscriptions.match_topic(topic)
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn deadline(&self) -> Duration {
        match self.phase {
            Phase::Open(_) if self.minor >= 1 => (self.pinged + PING_INTERVAL).min(self.heard + IDLE),
            // A peer of ZMTP 3.0 is not asked whether it lives, so that it need not say anything.
            Phase::Open(_) | Phase::Failed => Duration::MAX,
            Phase::Greeting | Phase::Handshake => self.began + HANDSHAKE,
        }
    }

    /// Does what is due at `now`.
    ///
    /// # Errors
    /// If the peer took too long; the connection is over then.
    pub fn handle_timeout(&mut self, now: Duration) -> Result<(), ProtocolError> {
        if now < self.deadline() {
            return Ok(());
        }
        if !self.is_open() {
            self.phase = Phase::Failed;
            return Err(ProtocolError::HandshakeTimeout);
        }
        if now >= self.heard + IDLE {
            self.phase = Phase::Failed;
            return Err(ProtocolError::Idle);
        }
        self.pinged = now;
        self.is_pinged = true;
        self.ping_context = self.ping_context.wrapping_add(1);
        let [a, b, c, d] = self.ping_context.to_be_bytes();
        let ttl_tenths_s = u16::try_from(IDLE.as_millis() / 100).unwrap_or(u16::MAX);
        let [high, low] = ttl_tenths_s.to_be_bytes();
        frame::put_command(&mut self.outbox, "PING", &[high, low, a, b, c, d]);
        Ok(())
    }

    fn advance(&mut self, now: Duration) -> Result<(), ProtocolError> {
        if self.phase == Phase::Greeting {
            let head = self.inbox.get(..GREETING_BYTES).unwrap_or(&self.inbox);
            let Some(minor) = greeting::check(head)? else { return Ok(()) };
            self.minor = minor;
            self.inbox.advance(GREETING_BYTES);
            self.phase = Phase::Handshake;
            match self.side {
                Side::Listener => {}
                Side::Dealer => self.say_ready("DEALER"),
                Side::Subscriber => self.say_ready("SUB"),
            }
        }
        while let Some(frame) = frame::take(&mut self.inbox, MESSAGE_BYTES_MAX - self.partial.len())? {
            match (self.phase, frame) {
                (Phase::Handshake, Frame::Command(command)) => self.handshake(Command::parse(&command)?)?,
                (Phase::Open(peer), Frame::Command(command)) => {
                    self.command(peer, Command::parse(&command)?, now)?;
                }
                (Phase::Open(peer), Frame::Part { body, more }) => self.part(peer, body, more)?,
                (Phase::Greeting | Phase::Handshake | Phase::Failed, _) => {
                    return Err(ProtocolError::ExpectedReady);
                }
            }
        }
        Ok(())
    }

    fn handshake(&mut self, command: Command) -> Result<(), ProtocolError> {
        let (socket_type, identity) = match command {
            Command::Ready { socket_type, identity } => (socket_type, identity),
            Command::Error(reason) => return Err(ProtocolError::Refused { reason: printable(&reason) }),
            Command::Subscribe(_)
            | Command::Cancel(_)
            | Command::Ping(_)
            | Command::Pong(_)
            | Command::Unknown => {
                return Err(ProtocolError::ExpectedReady);
            }
        };
        let peer = match (self.side, &*socket_type) {
            (Side::Listener, b"DEALER") => {
                self.say_ready("ROUTER");
                SocketType::Dealer
            }
            (Side::Listener, b"SUB" | b"XSUB") => {
                self.say_ready("XPUB");
                SocketType::Sub
            }
            (Side::Dealer, b"ROUTER" | b"DEALER") => SocketType::Router,
            (Side::Subscriber, b"PUB" | b"XPUB") => SocketType::Pub,
            _ => {
                frame::put_command(&mut self.outbox, "ERROR", &error_body("Invalid socket type"));
                return Err(ProtocolError::SocketType { theirs: printable(&socket_type) });
            }
        };
        self.phase = Phase::Open(peer);
        self.events.push_back(ConnectionEvent::Open { peer, identity });
        Ok(())
    }

    fn command(&mut self, peer: SocketType, command: Command, now: Duration) -> Result<(), ProtocolError> {
        match command {
            Command::Subscribe(prefix) if peer == SocketType::Sub => self.subscribed(prefix)?,
            Command::Cancel(prefix) if peer == SocketType::Sub => self.cancelled(prefix),
            Command::Ping(context) => frame::put_command(&mut self.outbox, "PONG", &context),
            Command::Pong(context) if self.is_pinged && *context == self.ping_context.to_be_bytes() => {
                self.is_pinged = false;
                self.events.push_back(ConnectionEvent::RoundTrip(now.saturating_sub(self.pinged)));
            }
            Command::Error(reason) => return Err(ProtocolError::Refused { reason: printable(&reason) }),
            Command::Ready { .. } => return Err(ProtocolError::MalformedCommand("READY")),
            Command::Subscribe(_) | Command::Cancel(_) | Command::Pong(_) | Command::Unknown => {}
        }
        Ok(())
    }

    fn part(&mut self, peer: SocketType, body: Bytes, more: bool) -> Result<(), ProtocolError> {
        if self.partial.parts().len() == PARTS_MAX {
            return Err(ProtocolError::TooManyParts);
        }
        self.partial.push(body);
        if more {
            return Ok(());
        }
        let message = std::mem::take(&mut self.partial);
        if peer != SocketType::Sub {
            self.events.push_back(ConnectionEvent::Message(message));
            return Ok(());
        }
        // ZMTP 3.0: a message of a subscriber is 1 and a prefix, or 0 and a prefix to cancel (RFC 23).
        let [body] = message.parts() else { return Ok(()) };
        match body.first() {
            Some(1) => self.subscribed(body.slice(1..)),
            Some(0) => {
                self.cancelled(body.slice(1..));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn subscribed(&mut self, prefix: Bytes) -> Result<(), ProtocolError> {
        if self.subscriptions.add(&prefix)? {
            self.events.push_back(ConnectionEvent::Subscribed(prefix));
        }
        Ok(())
    }

    fn cancelled(&mut self, prefix: Bytes) {
        if self.subscriptions.remove(&prefix) {
            self.events.push_back(ConnectionEvent::Cancelled(prefix));
        }
    }

    fn say_ready(&mut self, socket_type: &str) {
        frame::put_command(&mut self.outbox, "READY", &ready_body(socket_type));
    }
}

/// What a stranger said, cut and without what could fool a terminal.
fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(64).collect()
}
