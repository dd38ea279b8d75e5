//! Dialling, and dialling again.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::Instant;

use super::Net;
use super::event::{DialId, Event};
use super::link::{End, Link, Origin};
use super::socket::Socket;
use super::stop::Stop;
use crate::connection::Side;
use crate::endpoint::Endpoint;
use crate::limits::{DIAL_ONCE, HANDSHAKE, REDIAL_MAX, REDIAL_MIN};
use crate::mechanism::Security;

/// What to dial as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DialAs {
    /// A neighbour.
    Dealer,
    /// A subscriber to messages whose first part begins with one of these; the empty prefix is all of them.
    Sub {
        /// The prefixes.
        prefixes: Vec<Bytes>,
    },
}

/// Makes a link to an endpoint. Dropping it stops dialling and closes the link.
#[derive(Debug)]
pub struct Dial {
    id: DialId,
    _guard: watch::Sender<()>,
}

impl Dial {
    /// The number by which events refer to it.
    pub fn id(&self) -> DialId {
        self.id
    }
}

/// Dials for as long as the guard lives.
pub(super) fn dial(net: &Net, endpoint: Endpoint, dial_as: DialAs) -> Dial {
    let (dial, dialler) = begin(net, endpoint, dial_as);
    tokio::spawn(dialler.keep_dialling());
    dial
}

/// Dials once.
pub(super) fn dial_once(net: &Net, endpoint: Endpoint, dial_as: DialAs) -> Dial {
    let (dial, dialler) = begin(net, endpoint, dial_as);
    tokio::spawn(dialler.dial_once());
    dial
}

fn begin(net: &Net, endpoint: Endpoint, dial_as: DialAs) -> (Dial, Dialler) {
    let (guard, stop) = Stop::of_dial(net);
    let id = DialId(net.new_id());
    (Dial { id, _guard: guard }, Dialler { net: net.clone(), id, endpoint, dial_as, stop })
}

struct Dialler {
    net: Net,
    id: DialId,
    endpoint: Endpoint,
    dial_as: DialAs,
    stop: Stop,
}

impl Dialler {
    async fn keep_dialling(self) {
        let mut pause = REDIAL_MIN;
        let mut last_reason = None;
        loop {
            let began = Instant::now();
            match self.attempt(HANDSHAKE).await {
                Ok(()) => last_reason = None,
                Err(reason) if last_reason.as_ref() != Some(&reason) => {
                    last_reason = Some(reason.clone());
                    let endpoint = self.endpoint.clone();
                    self.tell(Event::Unreachable { dial: self.id, endpoint, reason }).await;
                }
                Err(_said_before) => {}
            }
            // A peer that takes every link and drops it at once is not dialled ten times a second.
            if last_reason.is_none() && began.elapsed() > REDIAL_MAX {
                pause = REDIAL_MIN;
            }
            tokio::select! {
                () = tokio::time::sleep(with_jitter(pause)) => {}
                () = self.stop.wait() => return,
            }
            pause = (pause * 2).min(REDIAL_MAX);
        }
    }

    async fn dial_once(self) {
        if let Err(reason) = self.attempt(DIAL_ONCE).await {
            let endpoint = self.endpoint.clone();
            self.tell(Event::DialFailed { dial: self.id, endpoint, reason }).await;
        }
    }

    /// Tells the owner of the node, unless the dial was dropped.
    async fn tell(&self, event: Event) {
        tokio::select! {
            biased;
            () = self.stop.wait() => {}
            // If nobody listens the node is gone.
            sent = self.net.0.events.send(event) => drop(sent),
        }
    }

    /// Dials, waiting at most `connect_max` for a connection, and serves the link until it ends. An error if there was
    /// none.
    async fn attempt(&self, connect_max: Duration) -> Result<(), String> {
        let socket = tokio::select! {
            connected = tokio::time::timeout(connect_max, Socket::connect(&self.endpoint)) => match connected {
                Ok(connected) => connected.map_err(|error| error.to_string())?,
                Err(_elapsed) => return Err(format!("no answer within {} s", connect_max.as_secs())),
            },
            () = self.stop.wait() => return Ok(()),
        };
        let link = self.link(socket.remote()).map_err(|error| error.to_string())?;
        match socket.serve(link).await {
            End::Link => Ok(()),
            End::Handshake(reason) => Err(reason.to_string()),
        }
    }

    fn link(&self, remote: Option<SocketAddr>) -> io::Result<Link> {
        let (side, prefixes): (_, &[Bytes]) = match &self.dial_as {
            DialAs::Dealer => (Side::Dealer, &[]),
            DialAs::Sub { prefixes } => (Side::Subscriber, prefixes),
        };
        let address = self.endpoint.to_string();
        let security = match &self.endpoint {
            Endpoint::Tcp { .. } => self.net.0.config.dial.clone(),
            Endpoint::Unix(_) => Security::Null,
        };
        let (dial, seat, stop) = (Some(self.id), None, self.stop.clone());
        let origin = Origin { side, security, address, remote, dial, seat, stop };
        Link::new(self.net.clone(), origin, prefixes)
    }
}

/// Between half of `pause` and all of it, so that the neighbours of a restarted agent do not all come at once.
fn with_jitter(pause: Duration) -> Duration {
    let random = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}
