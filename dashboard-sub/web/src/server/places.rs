//! How many connections there may be.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX};

/// The places for connections, of which no address can take all.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    taken: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
    /// Addresses that speak for many.
    proxies: Arc<[IpAddr]>,
}

/// A place that nobody has taken.
pub(super) struct Free(#[expect(dead_code, reason = "its end is what counts")] Option<OwnedSemaphorePermit>);

/// A connection's place; it is free again when the last owner drops it.
#[derive(Clone)]
pub(crate) struct Place(#[expect(dead_code, reason = "its end is what counts")] Arc<Taken>);

struct Taken {
    _free: Free,
    address: IpAddr,
    places: Places,
}

impl Places {
    pub(super) fn new(proxies: Vec<IpAddr>) -> Self {
        Self {
            free: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            taken: Arc::default(),
            proxies: proxies.into(),
        }
    }

    /// Waits until a place is free.
    pub(super) async fn wait(&self) -> Free {
        // The semaphore is never closed.
        Free(Arc::clone(&self.free).acquire_owned().await.ok())
    }

    /// Gives it to a connection of `address`, if that has not too many.
    pub(super) fn take(&self, free: Free, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let mut taken = self.taken();
        let count = taken.entry(address).or_default();
        if *count >= CONNECTIONS_PER_ADDRESS_MAX && !self.proxies.contains(&address) {
            return None;
        }
        *count += 1;
        drop(taken);
        Some(Place(Arc::new(Taken { _free: free, address, places: self.clone() })))
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        let count = taken.get(&self.address).copied().unwrap_or_default();
        match count {
            0 | 1 => taken.remove(&self.address),
            _ => taken.insert(self.address, count - 1),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_address_takes_all_places() {
        let [greedy, other, proxy] =
            ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(|text| text.parse().unwrap());
        let places = Places::new(vec![proxy]);
        let mut held = Vec::new();
        while let Some(place) = places.take(places.wait().await, greedy) {
            held.push(place);
        }
        assert_eq!(held.len(), CONNECTIONS_PER_ADDRESS_MAX);
        assert!(places.take(places.wait().await, other).is_some());
        held.pop();
        held.push(places.take(places.wait().await, greedy).unwrap());
        held.clear();
        for _ in 0..CONNECTIONS_MAX {
            held.push(places.take(places.wait().await, proxy).unwrap());
        }
        assert_eq!(places.free.available_permits(), 0);
        held.clear();
        assert!(places.taken().is_empty());
    }
}
