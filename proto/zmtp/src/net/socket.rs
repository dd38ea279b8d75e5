//! The two kinds of sockets, tuned for many small messages and few dead peers.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::AsyncWrite;
use tokio::net::{TcpStream, UnixStream, tcp, unix};

use super::link::{End, Link};
use super::reach;
use crate::endpoint::Endpoint;
use crate::limits::{DEAD_PATH, IDLE, NOT_SENT_BYTES, PING_INTERVAL};

/// A connected socket.
pub(super) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Socket {
    /// Dials an endpoint; its name is resolved anew each time.
    pub(super) async fn connect(endpoint: &Endpoint) -> io::Result<Self> {
        Ok(match endpoint {
            Endpoint::Tcp { host, port } => {
                let addresses = tokio::net::lookup_host((host.as_str(), *port)).await?;
                Self::Tcp(reach::any(addresses).await?)
            }
            Endpoint::Unix(path) => Self::Unix(UnixStream::connect(path).await?),
        })
    }

    /// Where the peer is, if it is somewhere.
    pub(super) fn remote(&self) -> Option<SocketAddr> {
        match self {
            // A peer that is gone already has no address; its link will not get far.
            Self::Tcp(stream) => stream.peer_addr().ok(),
            Self::Unix(_) => None,
        }
    }

    /// Serves a link until it ends.
    pub(super) async fn serve(self, link: Link) -> End {
        match self {
            Self::Tcp(stream) => {
                tune(&stream);
                let (reader, writer) = stream.into_split();
                link.serve(reader, writer).await
            }
            Self::Unix(stream) => {
                let (reader, writer) = stream.into_split();
                link.serve(reader, writer).await
            }
        }
    }
}

/// What a link writes to.
pub(super) trait Wire: AsyncWrite + Unpin {
    /// Makes the system give up soon if the path is dead: neighbours find other ways, while a dashboard on a weak
    /// wireless network has none and stays until [`IDLE`].
    fn tune_for_neighbour(&self) {}
}

impl Wire for tcp::OwnedWriteHalf {
    fn tune_for_neighbour(&self) {
        #[cfg(target_os = "linux")]
        drop(SockRef::from(self.as_ref()).set_tcp_user_timeout(Some(DEAD_PATH)));
    }
}

impl Wire for unix::OwnedWriteHalf {}

#[cfg(test)]
impl Wire for tokio::io::WriteHalf<tokio::io::DuplexStream> {}

/// Sets what makes a link better; a system that refuses any of it is served without.
fn tune(stream: &TcpStream) {
    // Small writes do not wait for acknowledgements; they are batched already.
    drop(stream.set_nodelay(true));
    // A peer of ZMTP 3.0 is not PINGed: the system asks its host whether it lives, and gives up as early as a PING
    // would.
    let socket = SockRef::from(stream);
    let probes = TcpKeepalive::new().with_time(PING_INTERVAL).with_interval(PROBE_INTERVAL).with_retries(2);
    drop(socket.set_tcp_keepalive(&probes));
    #[cfg(target_os = "linux")]
    {
        drop(socket.set_tcp_user_timeout(Some(IDLE)));
        drop(socket.set_tcp_notsent_lowat(NOT_SENT_BYTES));
    }
}

/// Two probes unanswered after five quiet seconds make 15 s, as [`IDLE`] has it.
const PROBE_INTERVAL: Duration =
    Duration::from_secs(IDLE.as_secs().saturating_sub(PING_INTERVAL.as_secs()) / 2);
