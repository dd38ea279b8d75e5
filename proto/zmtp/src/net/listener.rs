//! Listening: TCP and Unix sockets.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::{TcpListener, UnixListener, UnixStream};

use super::admission::Admission;
use super::counters::add;
use super::link::{self, Origin, turns_true};
use super::{Net, NetError, lock};
use crate::connection::Side;
use crate::endpoint::Endpoint;
use crate::limits::CONNECTIONS_MAX;

pub(super) async fn listen(net: &Net, endpoint: &Endpoint) -> Result<Endpoint, NetError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => NetError::InUse { endpoint: endpoint.clone() },
        _ => NetError::Listen { endpoint: endpoint.clone(), source },
    };
    match endpoint {
        Endpoint::Tcp { host, port } => {
            let listener = TcpListener::bind((host.as_str(), *port)).await.map_err(failed)?;
            let bound = listener.local_addr().map_err(failed)?;
            tokio::spawn(accept_tcp(net.clone(), listener));
            Ok(Endpoint::Tcp { host: bound.ip().to_string(), port: bound.port() })
        }
        Endpoint::Unix(path) => {
            let listener = bind_unix(path).await.map_err(failed)?;
            lock(&net.0.unix_sockets).push(path.clone());
            tokio::spawn(accept_unix(net.clone(), listener));
            Ok(endpoint.clone())
        }
    }
}

/// Binds a Unix socket for this user and group. A socket file that nobody answers at is what a killed program left
/// behind; it is replaced.
async fn bind_unix(path: &Path) -> io::Result<UnixListener> {
    if path.exists() {
        if UnixStream::connect(path).await.is_ok() {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o660))?;
    Ok(listener)
}

async fn accept_tcp(net: Net, listener: TcpListener) {
    let mut admission = Admission::default();
    let mut ending = net.0.ending.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = turns_true(&mut ending) => return,
        };
        match accepted {
            Ok((stream, address)) if takes(&net, &mut admission, address.ip()) => {
                // Without it small writes wait for acknowledgements; where it fails they do.
                drop(stream.set_nodelay(true));
                let (reader, writer) = stream.into_split();
                let origin = Origin {
                    side: Side::Listener,
                    address: address.to_string(),
                    dial: None,
                    stop: net.0.ending.subscribe(),
                };
                tokio::spawn(link::accepted(net.clone(), reader, writer, origin));
            }
            Ok(_turned_away) => {}
            Err(_no_descriptors_or_broken_connection) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

async fn accept_unix(net: Net, listener: UnixListener) {
    let mut admission = Admission::default();
    let mut ending = net.0.ending.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = turns_true(&mut ending) => return,
        };
        match accepted {
            Ok((stream, _)) if takes(&net, &mut admission, IpAddr::V4(Ipv4Addr::LOCALHOST)) => {
                let (reader, writer) = stream.into_split();
                let origin = Origin {
                    side: Side::Listener,
                    address: "unix".to_owned(),
                    dial: None,
                    stop: net.0.ending.subscribe(),
                };
                tokio::spawn(link::accepted(net.clone(), reader, writer, origin));
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
