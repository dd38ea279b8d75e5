//! What attackers say: pieces of ZMTP by hand, and frames of invented hosts.

use std::io::Write;
use std::net::TcpStream;

use bytes::Bytes;
use grapevine_proto::gossip::{Control, Hello};
use grapevine_proto::{Composer, Frame, HostName, Identity, Moment, OriginKey};
use grapevine_zmtp::{Event, Events, LinkId};

use crate::stage::Stage;

/// What a client of ZMTP 3.1 without security says first.
pub fn greeting() -> Vec<u8> {
    let mut greeting = vec![0; 64];
    greeting[0] = 0xff;
    greeting[9..12].copy_from_slice(&[0x7f, 3, 1]);
    greeting[12..16].copy_from_slice(b"NULL");
    greeting
}

/// READY of a socket type.
pub fn ready(socket_type: &str) -> Vec<u8> {
    let length = u8::try_from(socket_type.len()).unwrap();
    let property = [b"\x05READY\x0bSocket-Type\0\0\0", &[length][..], socket_type.as_bytes()].concat();
    [&[4, u8::try_from(property.len()).unwrap()], &property[..]].concat()
}

/// A raw connection to the victim whose handshake as a neighbour is done on our side.
pub fn neighbour(stage: &Stage) -> TcpStream {
    let mut stream = stage.connect().unwrap();
    stream.write_all(&[greeting(), ready("DEALER")].concat()).unwrap();
    stream
}

/// Sends as long as the victim takes it, at most this often.
pub fn flood(stream: &mut TcpStream, bytes: &[u8], times: usize) {
    for _ in 0..times {
        if stream.write_all(bytes).is_err() {
            return;
        }
    }
}

/// Waits for the link of a dial.
pub async fn up(events: &mut Events) -> LinkId {
    loop {
        if let Event::Up { link, .. } = events.recv().await.unwrap() {
            return link;
        }
    }
}

/// Whoever signs with this seed and calls himself so.
pub fn composer(seed: u8, host: &str) -> Composer {
    let key = OriginKey::from_seed(&[seed; 32]);
    let host: HostName = host.parse().unwrap();
    let identity = Identity {
        public_key: key.public(),
        host,
        interval_ms: 1000,
        role: String::new(),
        groups: Vec::new(),
    };
    Composer::new(key, identity, 32, 1)
}

/// His first frames.
pub fn frames(seed: u8, count: u64) -> Vec<Frame> {
    let mut composer = composer(seed, &format!("host-{seed}"));
    (0..count).map(|n| composer.frame(std::iter::empty(), Moment(n)).unwrap()).collect()
}

/// His hello.
pub fn hello(seed: u8) -> Bytes {
    let origin = OriginKey::from_seed(&[seed; 32]).origin();
    Control::Hello(Hello::new(origin, 1, format!("host-{seed}").parse().unwrap())).encode()
}
