//! Dialling, and dialling again.

use std::hash::{BuildHasher, RandomState};
use std::io;
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
use crate::limits::{HANDSHAKE, REDIAL_MAX, REDIAL_MIN};
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

/// Keeps a link to an endpoint. Dropping it stops dialling and closes the link.
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

pub(super) fn dial(net: &Net, endpoint: Endpoint, dial_as: DialAs) -> Dial {
    let (guard, stop) = Stop::of_dial(net);
    let id = DialId(net.new_id());
    let dialler = Dialler { net: net.clone(), id, endpoint, dial_as, stop };
    tokio::spawn(dialler.keep_dialling());
    Dial { id, _guard: guard }
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
            match self.dial_once().await {
                Ok(()) => last_reason = None,
                Err(reason) if last_reason.as_ref() != Some(&reason) => {
                    last_reason = Some(reason.clone());
                    let event = Event::Unreachable { dial: self.id, endpoint: self.endpoint.clone(), reason };
                    tokio::select! {
                        biased;
                        () = self.stop.wait() => return,
                        // If nobody listens the node is gone, which the next wait tells.
                        sent = self.net.0.events.send(event) => drop(sent),
                    }
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

    /// Dials and serves the link until it ends. An error if there was none.
    async fn dial_once(&self) -> Result<(), String> {
        let socket = tokio::select! {
            connected = tokio::time::timeout(HANDSHAKE, Socket::connect(&self.endpoint)) => match connected {
                Ok(connected) => connected.map_err(|error| error.to_string())?,
                Err(_elapsed) => return Err(format!("no answer within {} s", HANDSHAKE.as_secs())),
            },
            () = self.stop.wait() => return Ok(()),
        };
        let link = self.link().map_err(|error| error.to_string())?;
        match socket.serve(link).await {
            End::Link => Ok(()),
            End::Handshake(reason) => Err(reason.to_string()),
        }
    }

    fn link(&self) -> io::Result<Link> {
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
        let origin = Origin { side, security, address, dial, seat, stop };
        Link::new(self.net.clone(), origin, prefixes)
    }
}

/// Between half of `pause` and all of it, so that the neighbours of a restarted agent do not all come at once.
fn with_jitter(pause: Duration) -> Duration {
    let random = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}
