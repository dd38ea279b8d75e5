//! What attackers say: pieces of ZMTP by hand, clients over raw streams, and frames of invented hosts.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::{Buf, Bytes};
use grapevine_proto::gossip::{Control, Hello};
use grapevine_proto::{Composer, Frame, HostName, Identity, Moment, OriginKey};
use grapevine_zmtp::{Connection, Event, Events, LinkId, Message, Randomness, Security, Side};

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
    flood(&mut stream, &[greeting(), ready("DEALER")].concat(), 1);
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

/// A client over a raw stream: speaks ZMTP as well as anybody, and remembers every byte that it sent.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    connection: Connection,
    said: Vec<u8>,
    began: Instant,
}

impl Client {
    /// Connects to the victim as `side`; no handshake yet.
    pub fn connect(stage: &Stage, side: Side, security: &Security) -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let mut randomness = Randomness::NONE;
        // Nobody has to be kept from guessing these keys; they only have to differ.
        randomness.short_term[..8].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        randomness.nonce = randomness.short_term[..16].try_into().unwrap();
        let connection = Connection::secured(side, security, randomness, Duration::ZERO);
        Ok(Self { stream: stage.connect()?, connection, said: Vec::new(), began: Instant::now() })
    }

    /// Talks until the handshake is done. An error if the victim does not let it.
    pub fn open(mut self) -> io::Result<Self> {
        while !self.connection.is_open() {
            self.flush()?;
            self.hear()?;
        }
        self.flush()?;
        Ok(self)
    }

    /// Sends the first command and leaves the rest of the handshake unsaid.
    pub fn begin(mut self) -> io::Result<TcpStream> {
        self.flush()?;
        while self.said.len() <= greeting().len() {
            self.hear()?;
            self.flush()?;
        }
        Ok(self.stream)
    }

    /// Sends messages, as long as the victim takes them. Listens in between, so that it has no reason not to.
    pub fn send_all(&mut self, messages: impl IntoIterator<Item = Message>) -> io::Result<()> {
        for message in messages {
            self.connection.send(&message);
            if self.connection.output().len() > WRITE_BYTES {
                self.flush()?;
                self.stream.set_nonblocking(true)?;
                let heard = self.hear();
                self.stream.set_nonblocking(false)?;
                if !heard.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
                    heard?;
                }
            }
        }
        self.flush()
    }

    /// Every byte that the victim was sent.
    pub fn said(&self) -> &[u8] {
        &self.said
    }

    /// The stream, to be read until it ends.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    fn flush(&mut self) -> io::Result<()> {
        let output = self.connection.output();
        if self.said.len() < SAID_BYTES_MAX {
            self.said.extend_from_slice(output);
        }
        self.stream.write_all(output)?;
        output.advance(output.len());
        Ok(())
    }

    fn hear(&mut self) -> io::Result<()> {
        let mut bytes = [0; 4096];
        let read = self.stream.read(&mut bytes)?;
        if read == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.connection.receive(&bytes[..read], self.began.elapsed()).map_err(io::Error::other)?;
        while self.connection.poll_event().is_some() {}
        Ok(())
    }
}

/// How much is written at once.
const WRITE_BYTES: usize = 32 * 1024;

/// A handshake is far shorter.
const SAID_BYTES_MAX: usize = 4096;

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
    frames_of(composer(seed, &format!("host-{seed}")), count)
}

/// Frames of a run of his that began just now, so that they are news.
pub fn fresh_frames(seed: u8, count: u64) -> Vec<Frame> {
    frames_of(begun_now(composer(seed, &format!("host-{seed}"))), count)
}

/// The same, in a run that began just now and later than any before.
pub fn begun_now(mut composer: Composer) -> Composer {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    composer.jump_above(u32::try_from(since_1970.as_millis() % 1_000_000_000).unwrap());
    composer
}

/// His hello.
pub fn hello(seed: u8) -> Bytes {
    let origin = OriginKey::from_seed(&[seed; 32]).origin();
    Control::Hello(Hello::new(origin, 1, format!("host-{seed}").parse().unwrap())).encode()
}

fn frames_of(mut composer: Composer, count: u64) -> Vec<Frame> {
    (0..count).map(|n| composer.frame(std::iter::empty(), Moment(n)).unwrap()).collect()
}
