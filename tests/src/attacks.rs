//! All attacks on an agent that come over one connection or many, each with the words by which the agent's log names
//! its cause.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use bytes::Bytes;
use grapevine_zmtp::{ClusterKeys, Message, Security, Side};

use crate::attack::{Client, flood, frames, fresh_frames, greeting, hello, neighbour, ready};
use crate::stage::{Stage, is_closed};

/// One way to do harm.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// What it is called.
    pub name: &'static str,
    /// Whether the victim has keys.
    pub has_keys: bool,
    /// How many rounds a test makes of it.
    pub rounds: usize,
    /// How many rounds a second a bench makes, at the most.
    pub rounds_per_s: u32,
    /// What the log says of the cause.
    pub cause: &'static str,
    /// Makes one round of it, and keeps open what is to stay open.
    pub round: fn(&Stage, &mut Held),
}

/// Connections that an attacker holds: as many as its system lets it, and more than the victim takes.
#[derive(Debug, Default)]
pub struct Held(VecDeque<TcpStream>);

impl Held {
    fn keep(&mut self, stream: TcpStream) {
        self.0.push_back(stream);
        if self.0.len() > HELD_MAX {
            self.0.pop_front();
        }
    }
}

const HELD_MAX: usize = 800;

/// All of them.
pub const ATTACKS: [Attack; 15] = [
    Attack {
        name: "claimed lengths up to 2^63",
        has_keys: false,
        rounds: 200,
        rounds_per_s: 40,
        cause: "a message is longer than 65536 bytes",
        round: claim_lengths,
    },
    Attack {
        name: "endless parts",
        has_keys: false,
        rounds: 1000,
        rounds_per_s: 200,
        cause: "a message has more than 4 parts",
        round: send_endless_parts,
    },
    Attack {
        name: "half-open connections",
        has_keys: false,
        rounds: 5000,
        rounds_per_s: 1000,
        cause: "too many connections",
        round: open_half,
    },
    Attack {
        name: "a byte now and then",
        has_keys: false,
        rounds: 1,
        rounds_per_s: 1,
        cause: "the handshake was not done",
        round: dribble,
    },
    Attack {
        name: "never reads",
        has_keys: false,
        rounds: 4,
        rounds_per_s: 20,
        cause: "the peer takes no bytes",
        round: never_read,
    },
    Attack {
        name: "garbage greetings",
        has_keys: false,
        rounds: 1000,
        rounds_per_s: 200,
        cause: "does not speak ZMTP",
        round: greet_with_garbage,
    },
    Attack {
        name: "no key",
        has_keys: true,
        rounds: 1000,
        rounds_per_s: 200,
        cause: "does not use the security mechanism CURVE",
        round: come_without_a_key,
    },
    Attack {
        name: "wrong key",
        has_keys: true,
        rounds: 200,
        rounds_per_s: 200,
        cause: "the peer has another key",
        round: |stage, _| drop(open(stage, Side::Dealer, &ClusterKeys::new([9; 32]).client())),
    },
    Attack {
        name: "replayed handshake",
        has_keys: true,
        rounds: 100,
        rounds_per_s: 100,
        cause: "was sent before",
        round: replay_handshake,
    },
    Attack {
        name: "200 handshakes a second",
        has_keys: true,
        rounds: 400,
        rounds_per_s: 200,
        cause: "too many connections",
        round: begin_handshake,
    },
    Attack {
        name: "viewer that sends",
        has_keys: true,
        rounds: 100,
        rounds_per_s: 10,
        cause: "a subscriber sends messages",
        round: send_as_viewer,
    },
    Attack {
        name: "babbling origin",
        has_keys: true,
        rounds: 3,
        rounds_per_s: 1,
        cause: "more than two frames a second",
        round: |stage, _| say(stage, fresh_frames(66, 1000).iter().map(|frame| frame.bytes().clone())),
    },
    Attack {
        name: "forged origin",
        has_keys: true,
        rounds: 100,
        rounds_per_s: 50,
        cause: "the host did not seal it",
        round: |stage, _| say(stage, frames(77, 20).iter().map(|frame| altered(frame.bytes(), 40))),
    },
    Attack {
        name: "replayed frames",
        has_keys: false,
        rounds: 3,
        rounds_per_s: 1,
        cause: "old frames over and over",
        round: |stage, _| {
            let old = frames(77, 3);
            say(stage, old.iter().cycle().take(45_000).map(|frame| frame.bytes().clone()));
        },
    },
    Attack {
        name: "hop count 255",
        has_keys: true,
        rounds: 100,
        rounds_per_s: 50,
        cause: "more links than its host allows",
        round: |stage, _| say(stage, frames(77, 20).iter().map(|frame| far_travelled(frame.bytes()))),
    },
];

/// The attack of this name.
pub fn named(name: &str) -> Attack {
    *ATTACKS.iter().find(|attack| attack.name == name).unwrap()
}

fn claim_lengths(stage: &Stage, _: &mut Held) {
    for shift in [17, 32, 38, 62, 63] {
        let mut stream = neighbour(stage);
        flood(&mut stream, &[&[2_u8][..], &(1_u64 << shift).to_be_bytes()].concat(), 1);
        is_closed(&mut stream);
    }
}

fn send_endless_parts(stage: &Stage, _: &mut Held) {
    let mut stream = neighbour(stage);
    flood(&mut stream, &[&[3_u8][..], &4096_u64.to_be_bytes(), &[7; 4096]].concat(), 10_000);
}

/// Says a third of a greeting and no more. Waits until the victim has taken the connection or refused it: one that is
/// left in the system's queue does it no harm.
fn open_half(stage: &Stage, held: &mut Held) {
    if let Ok(mut stream) = stage.connect() {
        flood(&mut stream, &greeting()[..20], 1);
        drop(stream.read(&mut [0; 64]));
        held.keep(stream);
    }
}

/// Greets a byte at a time, on 32 connections, until the victim has had enough.
fn dribble(stage: &Stage, _: &mut Held) {
    let mut streams: Vec<TcpStream> = (0..32).filter_map(|_| stage.connect().ok()).collect();
    for byte in greeting() {
        streams.iter_mut().for_each(|stream| flood(stream, &[byte], 1));
        let Some(first) = streams.first_mut() else { return };
        first.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        if matches!(first.read(&mut [0; 64]), Ok(0)) {
            return;
        }
    }
}

/// Subscribes, and asks for more answers than it reads.
fn never_read(stage: &Stage, held: &mut Held) {
    let Ok(mut stream) = stage.connect() else { return };
    stream.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
    let ping = b"\x04\x17\x04PING\0\0sixteen bytes...";
    let all = [&*greeting(), &ready("SUB"), b"\x04\x0a\x09SUBSCRIBE"].concat();
    flood(&mut stream, &all, 1);
    flood(&mut stream, &ping.repeat(1000), 2000);
    held.keep(stream);
}

fn greet_with_garbage(stage: &Stage, _: &mut Held) {
    let Ok(mut stream) = stage.connect() else { return };
    flood(&mut stream, b"GET / HTTP/1.1\r\nHost: victim\r\n\r\n", 4);
    is_closed(&mut stream);
}

fn come_without_a_key(stage: &Stage, _: &mut Held) {
    is_closed(&mut neighbour(stage));
}

/// Says again every byte with which a member of the cluster got in.
fn replay_handshake(stage: &Stage, _: &mut Held) {
    let Ok(member) = open(stage, Side::Dealer, &stage.cluster_keys().client()) else { return };
    let Ok(mut stream) = stage.connect() else { return };
    flood(&mut stream, member.said(), 1);
    assert!(is_closed(&mut stream), "a handshake was replayed");
}

/// Has the victim compute, and leaves it waiting.
fn begin_handshake(stage: &Stage, held: &mut Held) {
    let client = Client::connect(stage, Side::Subscriber, &stage.viewer_key().client());
    if let Ok(stream) = client.and_then(Client::begin) {
        held.keep(stream);
    }
}

fn send_as_viewer(stage: &Stage, _: &mut Held) {
    let Ok(mut viewer) = open(stage, Side::Subscriber, &stage.viewer_key().client()) else { return };
    let frame = fresh_frames(66, 1).remove(0).bytes().clone();
    let message = || Message::of([Bytes::from_static(b"host-66"), frame.clone()]);
    // It is cut off on the way.
    drop(viewer.send_all(std::iter::repeat_with(message).take(1000)));
    is_closed(&mut viewer.into_stream());
}

/// Says this as a neighbour, and what the victim thinks of it is not our concern.
pub fn say(stage: &Stage, frames: impl Iterator<Item = Bytes>) {
    let security = if stage.has_keys { stage.cluster_keys().client() } else { Security::Null };
    let Ok(mut client) = open(stage, Side::Dealer, &security) else { return };
    let messages = std::iter::once(hello(66)).chain(frames).map(|bytes| Message::of([bytes]));
    // It may be cut off on the way. If not, all is to be read: what a connection that is reset has sent may be lost.
    if client.send_all(messages).is_ok() {
        let mut stream = client.into_stream();
        drop(stream.shutdown(Shutdown::Write));
        is_closed(&mut stream);
    }
}

fn open(stage: &Stage, side: Side, security: &Security) -> io::Result<Client> {
    Client::connect(stage, side, security)?.open()
}

/// The bytes with one of them another.
fn altered(bytes: &Bytes, at: usize) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes.into()
}

fn far_travelled(bytes: &Bytes) -> Bytes {
    let mut bytes = bytes.to_vec();
    let hop_count = bytes.len() - 5;
    bytes[hop_count] = 255;
    bytes.into()
}
