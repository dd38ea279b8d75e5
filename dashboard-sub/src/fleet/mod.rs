//! The model that every dashboard folds changes into.

mod entry;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use grapevine_proto::{HostName, OriginId};

use crate::change::{Change, HostChange};
use crate::connection::Connection;
use crate::host::Host;
use crate::series::{Archive, ArchiveOptions, SeriesKey, Trace};
use crate::thresholds::Thresholds;
use crate::view::View;

pub use self::entry::Entry;

/// All hosts as a dashboard shows them, and what they were. Pure: the clock is handed in.
///
/// A dashboard hands it every [`Change`] as it comes, and the [`View`] about once a second: some frames say nothing new
/// and come without a change, and a reader that was too slow has missed some.
#[derive(Debug)]
pub struct Fleet {
    /// In the order of names, then origins, as in a [`View`].
    entries: Vec<Entry>,
    names: BTreeMap<OriginId, HostName>,
    thresholds: Thresholds,
    archive: Archive,
}

/// What a fleet is to keep, and how it is to judge.
#[derive(Clone, Debug, Default)]
pub struct FleetOptions {
    /// From where on something is wrong.
    pub thresholds: Thresholds,
    /// What of the past.
    pub archive: ArchiveOptions,
}

impl Fleet {
    /// No hosts yet, at `now`.
    pub fn new(options: FleetOptions, now: Instant) -> Self {
        let FleetOptions { thresholds, archive } = options;
        Self { entries: Vec::new(), names: BTreeMap::new(), thresholds, archive: Archive::new(archive, now) }
    }

    /// Takes in a change at `now`, when the clock on the wall shows `wall_s` seconds since 1970.
    pub fn handle(&mut self, change: &Change, now: Instant, wall_s: f64) {
        match change {
            Change::Host { host, what: HostChange::Forgotten } => self.remove(host),
            Change::Host { host, .. } => self.put(host, now, wall_s),
            Change::Past(host) => self.archive.take(host, now),
            Change::Connection(Connection::Attached { .. }) => self.archive.expect_past(),
            Change::Connection(_) | Change::Bad { .. } | Change::RecordingFailed(_) | Change::Lagged(_) => {}
        }
    }

    /// Takes in what no change has told of, and what time alone changes. To be called about once a second.
    pub fn handle_tick(&mut self, view: &View, now: Instant, wall_s: f64) {
        self.resync(view, now, wall_s);
        self.archive.handle_tick(now);
        for entry in self.entries.iter_mut().filter(|entry| entry.is_outdated(now)) {
            *entry = Entry::new(Arc::clone(&entry.host), &self.thresholds, now, wall_s);
        }
    }

    /// Takes over the hosts of `view`, whatever has been missed: no others remain.
    pub fn resync(&mut self, view: &View, now: Instant, wall_s: f64) {
        for host in view.hosts() {
            self.put(host, now, wall_s);
        }
        let is_gone = |entry: &Entry| {
            view.named(entry.host.name().as_str()).iter().all(|host| host.origin() != entry.host.origin())
        };
        let gone: Vec<Arc<Host>> =
            self.entries.iter().filter(|entry| is_gone(entry)).map(|entry| Arc::clone(&entry.host)).collect();
        for host in gone {
            self.remove(&host);
        }
    }

    /// All hosts, in the order of their names, then of their origins.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The host of this name. Where several claim it, the one with the smallest origin.
    pub fn named(&self, name: &str) -> Option<&Entry> {
        let start = self.entries.partition_point(|entry| entry.host.name().as_str() < name);
        self.entries.get(start).filter(|entry| entry.host.name().as_str() == name)
    }

    /// The host of this origin.
    pub fn entry(&self, origin: OriginId) -> Option<&Entry> {
        let name = self.names.get(&origin)?;
        self.entries.get(self.place(name, origin).ok()?)
    }

    /// The past of one of a host's series, if it is kept.
    pub fn trace(&self, origin: OriginId, key: SeriesKey, now: Instant) -> Option<Trace<'_>> {
        self.archive.trace(origin, key, now)
    }

    /// The past of all hosts.
    pub fn archive(&self) -> &Archive {
        &self.archive
    }

    /// Keeps the past of all series of this host from now on, also while some others have focus.
    pub fn focus(&mut self, origin: OriginId) {
        self.archive.focus(origin);
    }

    fn put(&mut self, host: &Arc<Host>, now: Instant, wall_s: f64) {
        let entry = || Entry::new(Arc::clone(host), &self.thresholds, now, wall_s);
        match self.place(host.name(), host.origin()) {
            Ok(index) => {
                let Some(known) = self.entries.get_mut(index) else { return };
                if Arc::ptr_eq(&known.host, host) || host.position() < known.host.position() {
                    return;
                }
                *known = entry();
            }
            Err(index) => {
                self.entries.insert(index, entry());
                self.names.insert(host.origin(), host.name().clone());
            }
        }
        self.archive.take(host, now);
    }

    fn remove(&mut self, host: &Host) {
        if let Ok(index) = self.place(host.name(), host.origin()) {
            self.entries.remove(index);
            if self.names.get(&host.origin()) == Some(host.name()) {
                self.names.remove(&host.origin());
                self.archive.forget(host.origin());
            }
        }
    }

    fn place(&self, name: &HostName, origin: OriginId) -> Result<usize, usize> {
        let order = |entry: &Entry| entry.host.name().cmp(name).then(entry.host.origin().cmp(&origin));
        self.entries.binary_search_by(order)
    }
}
