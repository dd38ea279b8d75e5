//! Dialling, and dialling again.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

use super::Net;
use super::event::{DialId, DownReason, Event};
use super::link::{self, End, Origin, turns_true};
use crate::connection::Side;
use crate::endpoint::Endpoint;
use crate::limits::{HANDSHAKE, REDIAL_MAX, REDIAL_MIN};

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
    _stop: watch::Sender<bool>,
}

impl Dial {
    /// The number by which events refer to it.
    pub fn id(&self) -> DialId {
        self.id
    }
}

pub(super) fn dial(net: &Net, endpoint: Endpoint, dial_as: DialAs) -> Dial {
    let (stop, stopped) = watch::channel(false);
    let id = DialId(net.new_id());
    let dialler = Dialler { net: net.clone(), id, endpoint, dial_as, stopped };
    tokio::spawn(dialler.keep_dialling());
    Dial { id, _stop: stop }
}

struct Dialler {
    net: Net,
    id: DialId,
    endpoint: Endpoint,
    dial_as: DialAs,
    /// Its sender is dropped to stop.
    stopped: watch::Receiver<bool>,
}

impl Dialler {
    async fn keep_dialling(mut self) {
        let mut ending = self.net.0.ending.subscribe();
        let mut stopped = self.stopped.clone();
        let mut pause = REDIAL_MIN;
        let mut last_reason = None;
        loop {
            match self.dial_once().await {
                Ok(()) => {
                    pause = REDIAL_MIN;
                    last_reason = None;
                }
                Err(reason) if last_reason.as_ref() != Some(&reason) => {
                    last_reason = Some(reason.clone());
                    let event = Event::Unreachable { dial: self.id, endpoint: self.endpoint.clone(), reason };
                    if self.net.0.events.send(event).await.is_err() {
                        return;
                    }
                }
                Err(_said_before) => {}
            }
            tokio::select! {
                () = tokio::time::sleep(with_jitter(pause)) => {}
                () = turns_true(&mut stopped) => return,
                () = turns_true(&mut ending) => return,
            }
            pause = (pause * 2).min(REDIAL_MAX);
        }
    }

    /// Dials and serves the link until it ends. An error if there was none.
    async fn dial_once(&mut self) -> Result<(), String> {
        let end = match self.endpoint.clone() {
            Endpoint::Tcp { host, port } => {
                let stream = in_time(TcpStream::connect((host, port))).await?;
                // Without it small writes wait for acknowledgements; where it fails they do.
                drop(stream.set_nodelay(true));
                let (reader, writer) = stream.into_split();
                self.serve(reader, writer).await
            }
            Endpoint::Unix(path) => {
                let (reader, writer) = in_time(UnixStream::connect(path)).await?.into_split();
                self.serve(reader, writer).await
            }
        };
        match end {
            End::Link => Ok(()),
            End::Handshake(DownReason::ClosedByPeer) => Err("closed during the handshake".to_owned()),
            End::Handshake(reason) => Err(reason.to_string()),
        }
    }

    async fn serve<R, W>(&self, reader: R, writer: W) -> End
    where
        R: AsyncRead + Unpin,
        W: AsyncWrite + Unpin,
    {
        let (side, prefixes): (_, &[Bytes]) = match &self.dial_as {
            DialAs::Dealer => (Side::Dealer, &[]),
            DialAs::Sub { prefixes } => (Side::Subscriber, prefixes),
        };
        let address = self.endpoint.to_string();
        let origin = Origin { side, address, dial: Some(self.id), stop: self.stopped.clone() };
        link::serve(&self.net, reader, writer, origin, prefixes).await
    }
}

async fn in_time<S>(connecting: impl Future<Output = io::Result<S>>) -> Result<S, String> {
    match tokio::time::timeout(HANDSHAKE, connecting).await {
        Ok(connected) => connected.map_err(|error| error.to_string()),
        Err(_elapsed) => Err(format!("no answer within {} s", HANDSHAKE.as_secs())),
    }
}

/// Between half of `pause` and all of it, so that the neighbours of a restarted agent do not all come at once.
fn with_jitter(pause: Duration) -> Duration {
    let random = u32::try_from(RandomState::new().hash_one(0) >> 32).unwrap_or(u32::MAX);
    pause / 2 + (pause / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
}
