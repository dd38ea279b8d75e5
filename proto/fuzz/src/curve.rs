//! Two ends with keys talk CURVE, and somebody in between changes what one says to the other.
//!
//! The input's first byte says who they are: its lowest bit whether the dialling end subscribes, the next whether it
//! has a viewer's key, the next whether the dialling end's words are the ones that are changed. Then comes a number of
//! changes, modulo 8, each a place in the stream (2 bytes), what is done there (a byte, modulo 4: flip bits, insert a
//! byte, leave out bytes, repeat bytes) and a value: the bits, the byte, or how many bytes. The rest is what each end
//! says once it is open, in pieces of 16 bytes.
//!
//! What holds, whatever the one in between does: an end opens only to a peer of the kind that is there, and never to a
//! viewer who wants to be a neighbour; it hears only what was said, in order and once; and it is bounded as one
//! without keys is. Where nothing was changed, everything arrives.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use grapevine_zmtp::{
    ClientKeys, Connection, ConnectionEvent, Message, Randomness, Role, SecretKey, Security, ServerKeys,
    Side, SocketType,
};

use crate::input::Input;
use crate::stream::End;

/// Runs the target.
pub fn run(input: &[u8]) {
    let mut input = Input(input);
    let Some(choice) = input.byte() else { return };
    let side = if choice & 1 == 0 { Side::Dealer } else { Side::Subscriber };
    let role = if choice & 2 == 0 { Role::Neighbour } else { Role::Viewer };
    let changes: Vec<Change> =
        (0..input.byte().unwrap_or_default() % 8).map_while(|_| Change::read(&mut input)).collect();
    let is_honest = changes.is_empty();
    let said: Vec<Bytes> = (0..SAID_MAX).zip(input.0.chunks(PIECE_BYTES)).map(numbered).collect();

    let (far, near) = if choice & 4 == 0 { (changes, Vec::new()) } else { (Vec::new(), changes) };
    let mut talk = Talk::between(side, role, Wire::new(far), Wire::new(near));
    talk.carry();
    talk.say(side, &said);
    talk.carry();

    let Talk { dialler, listener, .. } = &mut talk;
    let is_refused = side == Side::Dealer && role == Role::Viewer;
    let is_let_in = dialler.connection.is_open() || listener.connection.is_open();
    assert!(!(is_refused && is_let_in), "a viewer is a neighbour");
    for (end, peer) in [(dialler, PEERS_OF_DIALLERS), (listener, PEERS_OF_LISTENERS)] {
        let heard = heard(end, if side == Side::Dealer { peer.0 } else { peer.1 });
        let mut said = said.iter();
        assert!(heard.iter().all(|heard| said.any(|said| said == heard)), "{heard:?} was not said so");
        if is_honest && !is_refused {
            assert_eq!(end.error, None, "an honest talk ends");
            assert_eq!(said.len(), 0, "not all arrives");
        }
    }
}

/// What an end heard; its peer must be of this kind.
fn heard(end: &End, peer: SocketType) -> Vec<Bytes> {
    let mut heard = Vec::new();
    for event in &end.events {
        match event {
            ConnectionEvent::Open { peer: is, .. } => assert_eq!(*is, peer, "a peer of another kind"),
            ConnectionEvent::Message(message) => heard.extend(message.parts().iter().cloned()),
            ConnectionEvent::Subscribed(prefix) => heard.push(prefix.clone()),
            ConnectionEvent::Cancelled(_) | ConnectionEvent::RoundTrip(_) => {
                unreachable!("nobody said what makes {event:?}")
            }
        }
    }
    heard
}

/// Two ends, and what becomes of their words on the way.
struct Talk {
    dialler: End,
    listener: End,
    to_listener: Wire,
    to_dialler: Wire,
}

impl Talk {
    fn between(side: Side, role: Role, to_listener: Wire, to_dialler: Wire) -> Self {
        let (server, client) = (SecretKey::from_bytes(&[1; 32]), SecretKey::from_bytes(&[2; 32]));
        let admitted = vec![(client.public(), role)];
        let keys = ClientKeys { secret: client, server: server.public() };
        let dialling = Security::Client(Arc::new(keys));
        let listening = Security::Server(Arc::new(ServerKeys { secrets: vec![server], admitted }));
        let end = |side, security, seed: u8| {
            let randomness = Randomness { short_term: [seed; 32], cookie: [seed; 96], nonce: [seed; 16] };
            End::of(Connection::secured(side, security, randomness, Duration::ZERO))
        };
        Self {
            dialler: end(side, &dialling, 3),
            listener: end(Side::Listener, &listening, 4),
            to_listener,
            to_dialler,
        }
    }

    /// Carries words both ways until there are none.
    fn carry(&mut self) {
        loop {
            let to_listener = self.dialler.connection.output().split();
            let to_dialler = self.listener.connection.output().split();
            if to_listener.is_empty() && to_dialler.is_empty() {
                return;
            }
            self.listener.hear(&self.to_listener.carry(&to_listener));
            self.dialler.hear(&self.to_dialler.carry(&to_dialler));
        }
    }

    /// Lets each end that is open say all; a subscriber can only subscribe.
    fn say(&mut self, side: Side, said: &[Bytes]) {
        for piece in said {
            let message = Message::of([piece.clone()]);
            if self.listener.connection.is_open() {
                self.listener.connection.send(&message);
            }
            match side {
                _ if !self.dialler.connection.is_open() => {}
                Side::Subscriber => self.dialler.connection.subscribe(piece),
                Side::Dealer | Side::Listener => self.dialler.connection.send(&message),
            }
        }
    }
}

/// One direction.
struct Wire {
    changes: Vec<Change>,
    carried_bytes: usize,
}

#[derive(Clone, Copy)]
struct Change {
    place: usize,
    what: u8,
    value: u8,
}

impl Change {
    fn read(input: &mut Input<'_>) -> Option<Self> {
        Some(Self { place: input.number()?.into(), what: input.byte()? % 4, value: input.byte()? })
    }
}

impl Wire {
    fn new(changes: Vec<Change>) -> Self {
        Self { changes, carried_bytes: 0 }
    }

    /// What arrives of these bytes.
    fn carry(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut arriving = bytes.to_vec();
        for Change { place, what, value } in &self.changes {
            let Some(at) = place.checked_sub(self.carried_bytes).filter(|at| *at < arriving.len()) else {
                continue;
            };
            let end = (at + usize::from(*value)).min(arriving.len());
            match what {
                0 => arriving.get_mut(at).into_iter().for_each(|byte| *byte ^= value),
                1 => arriving.insert(at, *value),
                2 => drop(arriving.drain(at..end)),
                _ => {
                    let again = arriving.get(at..end).unwrap_or_default().to_vec();
                    drop(arriving.splice(at..at, again));
                }
            }
        }
        self.carried_bytes += bytes.len();
        arriving
    }
}

/// A piece with its number before it, so that no two are the same.
fn numbered((number, piece): (u8, &[u8])) -> Bytes {
    [&[number], piece].concat().into()
}

/// As many as a subscriber may subscribe to.
const SAID_MAX: u8 = 16;

const PIECE_BYTES: usize = 16;

/// What an end's peer is where neighbours talk, and where a subscriber does.
type Peers = (SocketType, SocketType);
const PEERS_OF_DIALLERS: Peers = (SocketType::Router, SocketType::Pub);
const PEERS_OF_LISTENERS: Peers = (SocketType::Dealer, SocketType::Sub);
