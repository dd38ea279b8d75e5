//! How many connections are taken, from whom, and how many of them without their having said who they are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

use super::source::Source;
use super::{Net, lock};
use crate::limits::{
    ADDRESS_CONNECTIONS_MAX, CONNECTIONS_MAX, HANDSHAKES_MAX, NETWORK_CONNECTIONS_MAX, UNIX_CONNECTIONS_MAX,
};

/// The seats that are taken. Links that this node dials need none.
#[derive(Debug, Default)]
pub(super) struct Seats {
    tcp: usize,
    unix: usize,
    by_address: BTreeMap<Source, usize>,
    by_network: BTreeMap<Source, usize>,
    /// Those over TCP whose handshake is not done, oldest first.
    handshakes: BTreeMap<u64, Arc<Handshake>>,
}

/// A seat is taken for as long as this lives.
#[derive(Debug)]
pub(super) struct Seat {
    net: Net,
    source: Source,
    number: u64,
    handshake: Arc<Handshake>,
}

/// Whether a connection has to make room.
#[derive(Debug, Default)]
pub(super) struct Handshake {
    is_displaced: Notify,
    is_done: AtomicBool,
}

impl Seat {
    /// A seat for a connection, if there is one. If too many handshakes are under way the oldest has to make room: those
    /// of peers that mean well take milliseconds, so that a flood displaces itself.
    pub(super) fn take(net: &Net, source: Source) -> Option<Self> {
        let number = net.new_id();
        let handshake: Arc<Handshake> = Arc::default();
        let mut seats = lock(&net.0.seats);
        if !seats.has_one_for(source) {
            return None;
        }
        seats.count(source);
        if source != Source::Unix {
            seats.handshakes.insert(number, Arc::clone(&handshake));
            if seats.handshakes.len() > HANDSHAKES_MAX
                && let Some((_, oldest)) = seats.handshakes.pop_first()
            {
                oldest.is_displaced.notify_one();
            }
        }
        drop(seats);
        Some(Self { net: net.clone(), source, number, handshake })
    }

    /// The handshake is done: nobody takes this seat any more.
    pub(super) fn keep(&self) {
        self.handshake.is_done.store(true, Ordering::Relaxed);
        lock(&self.net.0.seats).handshakes.remove(&self.number);
    }

    pub(super) fn handshake(&self) -> Arc<Handshake> {
        Arc::clone(&self.handshake)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = lock(&self.net.0.seats);
        seats.handshakes.remove(&self.number);
        seats.discount(self.source);
    }
}

impl Handshake {
    /// Returns when the connection has to make room, for which it is too late once the handshake is done. To be awaited
    /// by the task that serves the connection.
    pub(super) async fn displaced(&self) {
        self.is_displaced.notified().await;
        if self.is_done.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}

impl Seats {
    fn has_one_for(&self, source: Source) -> bool {
        let taken = |by: &BTreeMap<Source, usize>, source| by.get(&source).copied().unwrap_or_default();
        match source {
            Source::Unix => self.unix < UNIX_CONNECTIONS_MAX,
            Source::Address(_) => {
                self.tcp < CONNECTIONS_MAX
                    && taken(&self.by_address, source) < ADDRESS_CONNECTIONS_MAX
                    && taken(&self.by_network, source.network()) < NETWORK_CONNECTIONS_MAX
            }
        }
    }

    fn count(&mut self, source: Source) {
        match source {
            Source::Unix => self.unix += 1,
            Source::Address(_) => {
                self.tcp += 1;
                *self.by_address.entry(source).or_default() += 1;
                *self.by_network.entry(source.network()).or_default() += 1;
            }
        }
    }

    fn discount(&mut self, source: Source) {
        match source {
            Source::Unix => self.unix -= 1,
            Source::Address(_) => {
                self.tcp -= 1;
                discount_one(&mut self.by_address, source);
                discount_one(&mut self.by_network, source.network());
            }
        }
    }
}

fn discount_one(by: &mut BTreeMap<Source, usize>, source: Source) {
    if let Some(taken) = by.get_mut(&source) {
        *taken -= 1;
        if *taken == 0 {
            by.remove(&source);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::NetConfig;

    fn net() -> Net {
        Net::new(NetConfig::default()).0
    }

    /// Takes seats until there are no more, all for peers that say who they are.
    fn take_all(net: &Net, source: impl Fn(u32) -> Source) -> Vec<Seat> {
        let taken = (0..10_000).map_while(|n| {
            let seat = Seat::take(net, source(n));
            seat.iter().for_each(Seat::keep);
            seat
        });
        taken.collect()
    }

    fn v4(number: u32) -> Source {
        Source::of(std::net::IpAddr::V4(number.into()))
    }

    fn v6(network: u16, host: u16) -> Source {
        Source::of(std::net::IpAddr::from([0x2001, 0xdb8, 0, network, 0, 0, 0, host]))
    }

    #[test]
    fn one_address_cannot_take_all_seats() {
        let net = net();
        let taken = take_all(&net, |_| v4(1));
        assert_eq!(taken.len(), ADDRESS_CONNECTIONS_MAX);
        assert!(Seat::take(&net, v4(2)).is_some(), "another address");
        drop(taken);
        assert_eq!(take_all(&net, |_| v4(1)).len(), ADDRESS_CONNECTIONS_MAX, "seats come back");
    }

    #[test]
    fn one_network_cannot_take_all_seats() {
        let net = net();
        let taken = take_all(&net, |n| v6(1, u16::try_from(n).unwrap()));
        assert_eq!(taken.len(), NETWORK_CONNECTIONS_MAX);
        assert!(Seat::take(&net, v6(2, 1)).is_some(), "another network");
    }

    #[test]
    fn seats_for_unix_sockets_are_kept() {
        let net = net();
        let tcp = take_all(&net, v4);
        assert_eq!(tcp.len(), CONNECTIONS_MAX);
        let unix = take_all(&net, |_| Source::Unix);
        assert_eq!(unix.len(), UNIX_CONNECTIONS_MAX);
        drop((tcp, unix));
        let seats = lock(&net.0.seats);
        assert_eq!((seats.tcp, seats.unix, seats.by_address.len(), seats.by_network.len()), (0, 0, 0, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn the_oldest_handshake_makes_room_and_no_link_does() {
        let net = net();
        let link = Seat::take(&net, v4(0)).unwrap();
        link.keep();
        let mut waiting = (1..).map(|n| Seat::take(&net, v4(n)).unwrap());
        let handshakes: Vec<Seat> = waiting.by_ref().take(HANDSHAKES_MAX).collect();
        let displaced = async |seat: &Seat| {
            let handshake = seat.handshake();
            tokio::time::timeout(std::time::Duration::from_secs(1), handshake.displaced()).await.is_ok()
        };
        assert!(!displaced(&handshakes[0]).await);
        let _one_more = waiting.next().unwrap();
        assert!(displaced(&handshakes[0]).await);
        assert!(!displaced(&handshakes[1]).await && !displaced(&link).await);
    }
}
