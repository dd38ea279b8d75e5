//! A peer made of bytes.

use std::net::{Ipv4Addr, SocketAddr};

use grapevine_zmtp::Endpoint;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::node::{DEADLINE, port_of};
use crate::wire;

/// A connection to one of our nodes.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    /// Connects and says nothing.
    pub(crate) async fn connect(endpoint: &Endpoint) -> Self {
        Self::connect_from(endpoint, 1).await
    }

    /// Connects from 127.0.0.`host`.
    pub(crate) async fn connect_from(endpoint: &Endpoint, host: u8) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0))).unwrap();
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, port_of(endpoint)));
        Self(socket.connect(to).await.unwrap())
    }

    /// Connects, says the whole handshake of this type, and what follows.
    pub(crate) async fn greet(endpoint: &Endpoint, socket_type: &str, then: &[u8]) -> Self {
        let mut raw = Self::connect(endpoint).await;
        raw.say(&[&wire::greeting(1, "NULL"), &wire::ready(socket_type), then].concat()).await;
        raw
    }

    /// Connects from 127.0.0.`host` as a subscriber of ZMTP 3.0, of whom nobody expects to hear anything.
    pub(crate) async fn quiet(endpoint: &Endpoint, host: u8) -> Self {
        let mut raw = Self::connect_from(endpoint, host).await;
        raw.say(&[wire::greeting(0, "NULL"), wire::ready("SUB")].concat()).await;
        raw
    }

    /// Says bytes; whether anybody takes them is not looked at.
    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        drop(self.0.write_all(bytes).await);
    }

    /// All that is said until the node closes.
    pub(crate) async fn hear_all(&mut self) -> Vec<u8> {
        let mut heard = Vec::new();
        let ended = tokio::time::timeout(DEADLINE, self.0.read_to_end(&mut heard)).await;
        // Bytes that were not read make a close a reset; both are an end.
        drop(ended.expect("the node closes the connection"));
        heard
    }
}
