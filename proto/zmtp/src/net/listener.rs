//! Listening: TCP and Unix sockets.

use std::io;
use std::time::Duration;

use tokio::net::TcpListener;

use super::link::{Link, Origin};
use super::seats::Seat;
use super::socket::Socket;
use super::source::Source;
use super::stop::{Open, Stop};
use super::unix::UnixDoor;
use super::{Net, NetError, lock};
use crate::connection::Side;
use crate::endpoint::Endpoint;
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
    /// The next connection, who it counts for, and what to call it.
    async fn next(&self) -> io::Result<(Socket, Source, String)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                Ok((Socket::Tcp(stream), Source::of(address.ip()), address.to_string()))
            }
            Self::Unix(door) => {
                let (stream, _unnamed) = door.listener.accept().await?;
                Ok((Socket::Unix(stream), Source::Unix, "unix".to_owned()))
            }
        }
    }
}

/// Takes connections until the node ends. `_open` is dropped after the door, so that whoever waits for it can listen
/// on the same address again.
async fn accept(_open: Open, net: Net, door: Door) {
    let stop = Stop::of_node(&net);
    let mut stopped = std::pin::pin!(stop.wait());
    loop {
        let next = tokio::select! {
            next = door.next() => next,
            () = &mut stopped => return,
        };
        match next {
            Ok((socket, source, address)) => match seat(&net, source) {
                Some(seat) => serve(&net, socket, seat, address),
                None => net.turn_away(address),
            },
            Err(_no_descriptors_or_broken_connection) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// A seat for a connection that is to be taken.
fn seat(net: &Net, source: Source) -> Option<Seat> {
    let is_in_rate = lock(&net.0.rates).admit(source, net.now());
    is_in_rate.then(|| Seat::take(net, source)).flatten()
}

/// Serves a connection in a task of its own.
fn serve(net: &Net, socket: Socket, seat: Seat, address: String) {
    let security = match &socket {
        Socket::Tcp(_) => net.0.config.listen.clone(),
        Socket::Unix(_) => Security::Null,
    };
    let handshake = seat.handshake();
    let (remote, dial) = (socket.remote(), None);
    let from = address.clone();
    let (seat, stop) = (Some(seat), Stop::of_node(net));
    let origin = Origin { side: Side::Listener, security, address, remote, dial, seat, stop };
    // Made here, so that a burst is counted before the tasks run. Without random bytes from the system nobody is
    // served.
    let Ok(link) = Link::new(net.clone(), origin, &[]) else { return };
    let net = net.clone();
    tokio::spawn(async move {
        tokio::select! {
            biased;
            () = handshake.displaced() => net.turn_away(from),
            _failed_handshakes_are_counted = socket.serve(link) => {}
        }
    });
}

/// How long to wait after a failed accept, which would fail again at once when descriptors are short.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
