//! Agents on one LAN find each other: each says now and then where it listens, by UDP multicast.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

use grapevine_proto::{BEACON_BYTES, Beacon};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until};

/// Addresses at which others on the LAN say that they listen. None of it is believed: the engine may dial them, and
/// keys decide who is let in.
#[derive(Debug)]
pub(crate) struct Discovery(mpsc::Receiver<SocketAddr>);

impl Discovery {
    /// Of an agent that does not look for others.
    pub(crate) fn off() -> Self {
        Self(mpsc::channel(1).1)
    }

    /// Says on the LAN that an agent listens at `port` of `bind`, and hears others, until it is dropped.
    pub(crate) fn start(bind: IpAddr, port: u16) -> Self {
        let interface = match bind {
            IpAddr::V4(address) => address,
            IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
        };
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        tokio::spawn(async move {
            tokio::select! {
                () = sender.closed() => {}
                () = keep_trying(interface, Beacon { port }, &sender) => {}
            }
        });
        Self(receiver)
    }

    /// The next address. None if discovery is off.
    pub(crate) async fn heard(&mut self) -> Option<SocketAddr> {
        self.0.recv().await
    }
}

/// Goes on for ever: a LAN may come up after the agent.
async fn keep_trying(interface: Ipv4Addr, beacon: Beacon, heard: &mpsc::Sender<SocketAddr>) {
    let mut is_told = false;
    loop {
        if let Err(error) = talk(interface, beacon, heard).await
            && !std::mem::replace(&mut is_told, true)
        {
            tracing::warn!(%error, group = %GROUP, "discovery does not work on this network; trying on every 30 s");
        }
        sleep(INTERVAL).await;
    }
}

/// Says and hears, until that does not work.
async fn talk(interface: Ipv4Addr, beacon: Beacon, heard: &mpsc::Sender<SocketAddr>) -> io::Result<()> {
    let socket = UdpSocket::from_std(open(interface)?.into())?;
    let mut say_at = Instant::now();
    // A longer datagram is cut, and so no more is read of it than this.
    let mut bytes = [0; BEACON_BYTES];
    loop {
        tokio::select! {
            () = sleep_until(say_at) => {
                socket.send_to(&beacon.encode(), GROUP).await?;
                say_at += INTERVAL;
            }
            received = socket.recv_from(&mut bytes) => {
                let (length, from) = received?;
                if let Some(Beacon { port }) = bytes.get(..length).and_then(Beacon::decode) {
                    let address = SocketAddr::new(from.ip(), port);
                    tracing::debug!(%address, "agent heard on the LAN");
                    if heard.try_send(address).is_err() {
                        tracing::debug!(%address, "left out: enough others wait");
                    }
                }
                // Whoever floods the group costs no more than this; what comes meanwhile the system drops.
                sleep(PAUSE).await;
            }
        }
    }
}

/// Other agents on this machine may have the port, too.
fn open(interface: Ipv4Addr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES)?;
    // Bound to the group, it hears nothing else.
    socket.bind(&GROUP.into())?;
    socket.join_multicast_v4(GROUP.ip(), &interface)?;
    socket.set_multicast_if_v4(&interface)?;
    socket.set_multicast_ttl_v4(1)?;
    socket.set_multicast_loop_v4(false)?;
    Ok(socket)
}

/// A group for use within a site (RFC 2365, section 6.1); beacons go no further than the LAN.
const GROUP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(239, 255, 61, 30), grapevine_zmtp::DEFAULT_PORT);

/// Time between two beacons.
const INTERVAL: Duration = Duration::from_secs(30);

/// Time between two datagrams read: 20 a second, of 600 agents on one LAN.
const PAUSE: Duration = Duration::from_millis(50);

/// Datagrams that wait to be read: some twenty, as the kernel counts them.
const RECEIVE_BUFFER_BYTES: usize = 16 * 1024;

/// Addresses that wait to be taken.
const WAITING_MAX: usize = 16;
