//! One connection, from the first byte to the last: a state machine over bytes.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};

use crate::command::{self, Command, Metadata, error_body};
use crate::error::ProtocolError;
use crate::frame::{self, Frame};
use crate::greeting::{self, GREETING_BYTES, SIGNATURE_BYTES};
use crate::limits::{
    COMMAND_BYTES_MAX, HANDSHAKE, IDLE, IDLE_MIN, MESSAGE_BYTES_MAX, PARTS_MAX, PING_INTERVAL,
};
use crate::mechanism::curve::{Randomness, SEALED_BYTES, Session};
use crate::mechanism::{Heard, Mechanism, Role, Saying, Security};
use crate::message::Message;
use crate::subscriptions::Subscriptions;
use crate::unread::Unread;

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
    mechanism: Mechanism,
    /// Seals the traffic, if it is sealed.
    session: Option<Session>,
    /// The peer's minor version of ZMTP 3: from 1 on it knows PING and SUBSCRIBE.
    minor: u8,
    inbox: BytesMut,
    outbox: BytesMut,
    /// What is left to say of our greeting.
    unsaid: Bytes,
    partial: Message,
    subscriptions: Subscriptions,
    unread: Unread,
    events: VecDeque<ConnectionEvent>,
    began: Duration,
    heard: Duration,
    /// How long the peer may be silent.
    idle: Duration,
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
    /// A connection without security that begins now; `now` is any monotonic clock's.
    pub fn new(side: Side, now: Duration) -> Self {
        Self::secured(side, &Security::Null, Randomness::NONE, now)
    }

    /// A connection that begins now, secured as said.
    pub fn secured(side: Side, security: &Security, randomness: Randomness, now: Duration) -> Self {
        let mechanism = Mechanism::new(security, randomness);
        let greeting = greeting::ours(mechanism.name(), mechanism.is_server());
        // A listener says the rest once it has heard as much: whoever dials with another mechanism and leaves at its
        // sight has said something by then, and is told from one who only looked whether somebody listens.
        let (signature, rest) = greeting.split_at(SIGNATURE_BYTES);
        let rest = if side == Side::Listener { rest } else { &[] };
        Self {
            side,
            phase: Phase::Greeting,
            minor: 0,
            inbox: BytesMut::new(),
            outbox: BytesMut::from(if rest.is_empty() { &greeting } else { signature }),
            unsaid: Bytes::copy_from_slice(rest),
            mechanism,
            session: None,
            partial: Message::default(),
            subscriptions: Subscriptions::default(),
            unread: Unread::default(),
            events: VecDeque::new(),
            began: now,
            heard: now,
            idle: IDLE,
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

    /// Whether the handshake has begun and is not done: the peer has said something, and all of it was ZMTP.
    pub fn is_handshaking(&self) -> bool {
        self.phase == Phase::Handshake || self.phase == Phase::Greeting && !self.inbox.is_empty()
    }

    /// Bytes of the peer that are held until more come. Never more than a message and its frames' headers.
    pub fn held_bytes(&self) -> usize {
        self.inbox.len() + self.partial.len()
    }

    /// Appends a message to the output.
    pub fn send(&mut self, message: &Message) {
        self.unread.sent(message.len());
        let last = message.parts().len().saturating_sub(1);
        for (at, part) in message.parts().iter().enumerate() {
            self.put(if at < last { frame::MORE } else { 0 }, part);
        }
    }

    /// Says that the messages so far become a write, and asks a neighbour from time to time how far it has read.
    pub fn end_batch(&mut self, now: Duration) {
        self.unread.written();
        self.ping_if_much_is_unread(now);
    }

    /// Whether more messages may be sent. Not to a neighbour that may have left [`UNREAD_BYTES_MAX`] unread; its next
    /// [`RoundTrip`](ConnectionEvent::RoundTrip) changes that.
    ///
    /// [`UNREAD_BYTES_MAX`]: crate::limits::UNREAD_BYTES_MAX
    pub fn takes_more(&self) -> bool {
        !self.tells_how_far_it_is() || !self.unread.is_full()
    }

    /// Asks the peer for messages whose first part begins with `prefix`.
    pub fn subscribe(&mut self, prefix: &[u8]) {
        if self.minor >= 1 {
            self.put(frame::COMMAND, &frame::command("SUBSCRIBE", prefix));
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

    /// How long the peer may be silent: [`IDLE`], or less if its PINGs promise so.
    pub fn idle(&self) -> Duration {
        self.idle
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn deadline(&self) -> Duration {
        match self.phase {
            Phase::Open(_) if self.minor >= 1 => (self.pinged + PING_INTERVAL).min(self.heard + self.idle),
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
        if now >= self.heard + self.idle {
            self.phase = Phase::Failed;
            return Err(ProtocolError::Idle);
        }
        self.ping(now);
        Ok(())
    }

    /// Whether the peer is a neighbour that answers PINGs.
    fn tells_how_far_it_is(&self) -> bool {
        self.minor >= 1 && matches!(self.phase, Phase::Open(SocketType::Dealer | SocketType::Router))
    }

    fn ping_if_much_is_unread(&mut self, now: Duration) {
        if self.tells_how_far_it_is() && !self.is_pinged && self.unread.wants_ping() {
            self.ping(now);
        }
    }

    fn ping(&mut self, now: Duration) {
        self.pinged = now;
        self.is_pinged = true;
        self.unread.pinged();
        self.ping_context = self.ping_context.wrapping_add(1);
        let [a, b, c, d] = self.ping_context.to_be_bytes();
        let ttl_tenths_s = u16::try_from(IDLE.as_millis() / 100).unwrap_or(u16::MAX);
        let [high, low] = ttl_tenths_s.to_be_bytes();
        self.put(frame::COMMAND, &frame::command("PING", &[high, low, a, b, c, d]));
    }

    fn advance(&mut self, now: Duration) -> Result<(), ProtocolError> {
        if self.phase == Phase::Greeting {
            let head = self.inbox.get(..GREETING_BYTES).unwrap_or(&self.inbox);
            if let Some(signature) = head.get(..SIGNATURE_BYTES) {
                greeting::check(signature, self.mechanism.name())?;
                self.outbox.extend_from_slice(&std::mem::take(&mut self.unsaid));
            }
            let Some(minor) = greeting::check(head, self.mechanism.name())? else { return Ok(()) };
            self.minor = minor;
            self.inbox.advance(GREETING_BYTES);
            self.phase = Phase::Handshake;
            if self.side != Side::Listener {
                let beginning = self.mechanism.begin(&self.metadata());
                self.say(&beginning);
            }
        }
        loop {
            let part_bytes_max = self.part_bytes_max();
            let Some(frame) = frame::take(&mut self.inbox, part_bytes_max)? else { return Ok(()) };
            match (self.phase, frame) {
                (Phase::Handshake, Frame::Command(command)) => self.handshake(&command)?,
                (Phase::Open(peer), frame) => match self.unseal(frame)? {
                    Frame::Command(command) => self.command(peer, Command::parse(&command)?, now)?,
                    Frame::Part { body, more } => self.part(peer, body, more)?,
                },
                (Phase::Greeting | Phase::Handshake | Phase::Failed, _) => {
                    return Err(ProtocolError::ExpectedReady);
                }
            }
        }
    }

    /// The longest part that may come next.
    fn part_bytes_max(&self) -> usize {
        let sealed_bytes = if self.session.is_some() { SEALED_BYTES } else { 0 };
        MESSAGE_BYTES_MAX + sealed_bytes - self.partial.len()
    }

    fn handshake(&mut self, bytes: &Bytes) -> Result<(), ProtocolError> {
        let (name, body) = command::named(bytes)?;
        if *name == *b"ERROR"
            && let Command::Error(reason) = Command::parse(bytes)?
        {
            return Err(ProtocolError::Refused { reason: printable(&reason) });
        }
        match self.mechanism.hear(&name, &body, &self.metadata()) {
            Ok(Heard::Say(saying)) => {
                self.say(&saying);
                Ok(())
            }
            Ok(Heard::Peer { metadata, role }) => self.meet(command::read_metadata(metadata)?, role),
            Err(error) => {
                if error == ProtocolError::WrongKey {
                    // Most who come with another key made a mistake, and their operator looks for it at their end.
                    self.refuse("Unknown key");
                }
                Err(error)
            }
        }
    }

    /// The peer has said what it is: serves it as its counterpart, or refuses it.
    fn meet(&mut self, peer: Metadata, role: Role) -> Result<(), ProtocolError> {
        let Metadata { socket_type, identity } = peer;
        let (peer, counterpart) = match (self.side, &*socket_type) {
            (Side::Listener, b"DEALER") if role == Role::Viewer => {
                self.refuse("Viewers may subscribe only");
                return Err(ProtocolError::ViewerAsNeighbour);
            }
            (Side::Listener, b"DEALER") => (SocketType::Dealer, Some("ROUTER")),
            (Side::Listener, b"SUB" | b"XSUB") => (SocketType::Sub, Some("XPUB")),
            (Side::Dealer, b"ROUTER" | b"DEALER") => (SocketType::Router, None),
            (Side::Subscriber, b"PUB" | b"XPUB") => (SocketType::Pub, None),
            _ => {
                self.refuse("Invalid socket type");
                return Err(ProtocolError::SocketType { theirs: printable(&socket_type) });
            }
        };
        if let Some(counterpart) = counterpart {
            let answer = self.mechanism.answer(&command::metadata(counterpart));
            self.say(&answer.ok_or(ProtocolError::Unsealable)?);
        }
        self.session = std::mem::replace(&mut self.mechanism, Mechanism::Null).into_session();
        self.phase = Phase::Open(peer);
        self.events.push_back(ConnectionEvent::Open { peer, identity });
        Ok(())
    }

    /// What a frame holds after it was opened, where traffic is sealed. ZeroMQ's libraries send what is sealed as
    /// parts of messages, even if it is a command.
    fn unseal(&mut self, frame: Frame) -> Result<Frame, ProtocolError> {
        let Some(session) = &mut self.session else { return Ok(frame) };
        let (Frame::Command(sealed) | Frame::Part { body: sealed, .. }) = frame;
        let (flags, body) = session.open(sealed)?;
        if flags & SEALED_COMMAND == 0 {
            return Ok(Frame::Part { body, more: flags & SEALED_MORE != 0 });
        }
        if body.len() > COMMAND_BYTES_MAX {
            return Err(ProtocolError::CommandTooLong);
        }
        Ok(Frame::Command(body))
    }

    /// Appends a frame of the traffic to the output, sealed if traffic is.
    fn put(&mut self, flags: u8, body: &[u8]) {
        let Some(session) = &mut self.session else { return frame::put(&mut self.outbox, flags, body) };
        let more = if flags & frame::MORE != 0 { SEALED_MORE } else { 0 };
        let command = if flags & frame::COMMAND != 0 { SEALED_COMMAND } else { 0 };
        match session.seal(more | command, body) {
            Ok(sealed) => frame::put(&mut self.outbox, 0, &sealed),
            // Never in the clear, and never with a nonce used before: nothing more is said.
            Err(_keys_are_used_up) => self.phase = Phase::Failed,
        }
    }

    fn say(&mut self, saying: &Saying) {
        frame::put(&mut self.outbox, frame::COMMAND, &frame::command(saying.name, &saying.body));
    }

    fn refuse(&mut self, reason: &str) {
        frame::put(&mut self.outbox, frame::COMMAND, &frame::command("ERROR", &error_body(reason)));
    }

    /// What we say of ourselves as the dialling end.
    fn metadata(&self) -> Vec<u8> {
        command::metadata(if self.side == Side::Subscriber { "SUB" } else { "DEALER" })
    }

    fn command(&mut self, peer: SocketType, command: Command, now: Duration) -> Result<(), ProtocolError> {
        match command {
            Command::Subscribe(prefix) if peer == SocketType::Sub => self.subscribed(prefix)?,
            Command::Cancel(prefix) if peer == SocketType::Sub => self.cancelled(prefix),
            Command::Ping { ttl, context } => {
                self.idle = if ttl.is_zero() { IDLE } else { ttl.clamp(IDLE_MIN, IDLE) };
                self.put(frame::COMMAND, &frame::command("PONG", &context));
            }
            Command::Pong(context) if self.is_pinged && *context == self.ping_context.to_be_bytes() => {
                self.is_pinged = false;
                self.unread.ponged();
                self.events.push_back(ConnectionEvent::RoundTrip(now.saturating_sub(self.pinged)));
                self.ping_if_much_is_unread(now);
            }
            Command::Error(reason) => return Err(ProtocolError::Refused { reason: printable(&reason) }),
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
        let [body] = message.parts() else { return Err(ProtocolError::SubscriberSends) };
        match body.first() {
            Some(1) => self.subscribed(body.slice(1..)),
            Some(0) => {
                self.cancelled(body.slice(1..));
                Ok(())
            }
            _ => Err(ProtocolError::SubscriberSends),
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
}

/// What a stranger said, cut and without what could fool a terminal.
fn printable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control()).take(64).collect()
}

/// Flags of what is sealed (RFC 26, "MESSAGE"; the command flag as libzmq has it since ZMTP 3.1).
const SEALED_MORE: u8 = 1;
const SEALED_COMMAND: u8 = 2;
