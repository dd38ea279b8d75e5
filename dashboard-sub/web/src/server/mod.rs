//! The server: a socket, and what clients may take of it.

mod app;
mod connection;
mod patience;
mod places;
mod router;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use grapevine_sub::Subscription;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

pub(crate) use self::app::App;
use self::connection::Door;
use self::places::Places;
use crate::limits::GRACE_TIME;
use crate::model::Model;
use crate::options::{ServeOptions, Tls};

/// A server that listens, and answers as soon as it runs.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    options: ServeOptions,
}

impl Server {
    /// Opens the socket and reads the certificate.
    ///
    /// # Errors
    /// A [`ServeError`] if it must not or cannot serve so.
    pub async fn bind(options: ServeOptions) -> Result<Self, ServeError> {
        let listen = options.listen;
        if options.tokens.is_empty() && !listen.ip().to_canonical().is_loopback() {
            return Err(ServeError::NoToken { listen });
        }
        let tls = match &options.tls {
            Tls::Off => None,
            Tls::Files { certificate, key } => Some(tls::of_files(certificate, key)?),
            Tls::SelfSigned { folder } => Some(tls::self_signed(folder, listen)?),
        };
        let listener = TcpListener::bind(listen).await.map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => ServeError::InUse { listen },
            _ => ServeError::Bind { listen, source },
        })?;
        let address = listener.local_addr().map_err(|source| ServeError::Bind { listen, source })?;
        Ok(Self { listener, address, tls, options })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a browser on this machine finds it.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                [0, 0, 0, 0, 0, 0, 0, 1].into()
            });
        }
        format!("{scheme}://{address}")
    }

    /// Shows the network of `subscription` until `stop` resolves; then gives requests a moment to end.
    pub async fn run(self, subscription: Subscription, stop: impl Future<Output = ()>) {
        let (model, folding) = Model::start(subscription, self.options.thresholds.clone());
        let proxies = self.options.proxies.clone();
        let app = App::new(model, self.options, self.tls.is_some());
        let door = Door::new(router::router(app), self.tls);
        let places = Places::new(proxies);
        let (stopping, stopped) = watch::channel(());
        let mut connections = JoinSet::new();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                accepted = accept(&self.listener, &places) => {
                    let (stream, peer, place) = accepted;
                    connections.spawn(door.clone().serve(stream, peer, place, stopped.clone()));
                }
                Some(_) = connections.join_next() => {}
                () = &mut stop => break,
            }
        }
        drop((self.listener, stopping));
        let all_ended = async { while connections.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE_TIME, all_ended).await.is_err() {
            tracing::info!("some connections did not end in time and are cut");
        }
        folding.abort();
    }
}

/// The next client, when there is a place for it.
async fn accept(listener: &TcpListener, places: &Places) -> (TcpStream, SocketAddr, places::Place) {
    loop {
        let free = places.wait().await;
        match listener.accept().await {
            Ok((stream, peer)) => match places.take(free, peer.ip()) {
                Some(place) => return (stream, peer, place),
                None => tracing::debug!(%peer, "refused: too many connections of this address"),
            },
            Err(error) => {
                // Such as too many open files: others may be closed soon.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// The server cannot start.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Others could see the network without a token.
    #[error(
        "{listen} can be reached from other machines: set a token (`token_file`), or listen on 127.0.0.1"
    )]
    NoToken {
        /// Where it was to listen.
        listen: SocketAddr,
    },
    /// Somebody else has the port.
    #[error("{listen} is in use by another program")]
    InUse {
        /// Where it was to listen.
        listen: SocketAddr,
    },
    /// The socket cannot be opened.
    #[error("cannot listen on {listen}")]
    Bind {
        /// Where it was to listen.
        listen: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A file of the certificate cannot be read or written.
    #[error("cannot {what} {}", path.display())]
    File {
        /// What was to be done.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Certificate or key are none, or not of each other.
    #[error("certificate {}: {reason}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl ServeError {
    /// Whether it was asked for something that it does nowhere.
    pub fn is_users_fault(&self) -> bool {
        matches!(self, Self::NoToken { .. })
    }
}
