//! Listening: TCP and Unix sockets.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpListener;

use super::admission::Admission;
use super::counters::add;
use super::link::{Link, Origin};
use super::socket::Socket;
use super::stop::{Open, Stop};
use super::unix::UnixDoor;
use super::{Net, NetError};
use crate::connection::Side;
use crate::endpoint::Endpoint;
use crate::limits::CONNECTIONS_MAX;
use crate::mechanism::Security;

pub(super) async fn listen(net: &Net, endpoint: &Endpoint) -> Result<Endpoint, NetError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => NetError::InUse { endpoint: endpoint.clone() },
        _ => NetError::Listen { endpoint: endpoint.clone(), source },
    };
    let (door, bound) = match endpoint {
        Endpoint::Tcp { host, port } => {
            let listener = TcpListener::bind((host.as_str(), *port)).await.map_err(failed)?;
            let bound = listener.local_addr().map_err(failed)?;
            (Door::Tcp(listener), Endpoint::Tcp { host: bound.ip().to_string(), port: bound.port() })
        }
        Endpoint::Unix(path) => (Door::Unix(UnixDoor::bind(path).await.map_err(failed)?), endpoint.clone()),
    };
    tokio::spawn(accept(Open::new(net), net.clone(), door));
    Ok(bound)
}

enum Door {
    Tcp(TcpListener),
    Unix(UnixDoor),
}

impl Door {
    /// The next connection, the address whose rate counts, and what to call it.
    async fn next(&self) -> io::Result<(Socket, IpAddr, String)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Socket::Tcp(stream), address.ip(), address.to_string()))
            }
            Self::Unix(door) => {
                let (stream, _unnamed) = door.listener.accept().await?;
                Ok((Socket::Unix(stream), IpAddr::V4(Ipv4Addr::LOCALHOST), "unix".to_owned()))
            }
        }
    }
}

/// Takes connections until the node ends. `_open` is dropped after the door, so that whoever waits for it can listen
/// on the same address again.
async fn accept(_open: Open, net: Net, door: Door) {
    let mut admission = Admission::default();
    let stop = Stop::of_node(&net);
    let mut stopped = std::pin::pin!(stop.wait());
    loop {
        let next = tokio::select! {
            next = door.next() => next,
            () = &mut stopped => return,
        };
        match next {
            Ok((socket, ip, address)) if takes(&net, &mut admission, ip) => {
                let security = match &socket {
                    Socket::Tcp(_) => net.0.config.listen.clone(),
                    Socket::Unix(_) => Security::Null,
                };
                let origin =
                    Origin { side: Side::Listener, security, address, dial: None, stop: stop.clone() };
                // Made here, so that a burst is counted before the tasks run. Without random bytes from the system
                // nobody is served.
                let Ok(link) = Link::new(net.clone(), origin, &[]) else { continue };
                // A handshake that failed was counted.
                tokio::spawn(async move { drop(socket.serve(link).await) });
            }
            Ok(_turned_away) => {}
            Err(_no_descriptors_or_broken_connection) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Whether a connection is taken; counts it if not.
fn takes(net: &Net, admission: &mut Admission, address: IpAddr) -> bool {
    let most = u64::try_from(CONNECTIONS_MAX).unwrap_or(u64::MAX);
    let takes =
        net.0.counting.connections.load(Ordering::Relaxed) < most && admission.admit(address, net.now());
    if !takes {
        add(&net.0.counting.turned_away, 1);
    }
    takes
}

/// How long to wait after a failed accept, which would fail again at once when descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
