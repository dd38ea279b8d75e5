//! All hosts as the dashboard knows them.

use std::sync::Arc;

use grapevine_proto::OriginId;
use grapevine_sub::{Change, Freshness, Host, HostChange};

use crate::clock::Clock;

/// How a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Ok,
    Stale,
    Unknown,
    Warning,
    Critical,
}

/// A host with what is derived of it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) host: Arc<Host>,
    pub(crate) status: Status,
}

/// Folds changes into entries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fleet {
    entries: Vec<Entry>,
}

impl Fleet {
    pub(crate) fn handle(&mut self, change: &Change, clock: Clock) {
        let Change::Host { host, what } = change else { return };
        let key = |host: &Host| (host.name().clone(), host.origin());
        let place = self.entries.binary_search_by_key(&key(host), |entry| key(&entry.host));
        match (place, what) {
            (Ok(at), HostChange::Forgotten) => drop(self.entries.remove(at)),
            (Ok(at), _) => {
                if let Some(entry) = self.entries.get_mut(at) {
                    *entry = Entry::of(host, clock);
                }
            }
            (Err(_), HostChange::Forgotten) => {}
            (Err(at), _) => self.entries.insert(at, Entry::of(host, clock)),
        }
    }

    pub(crate) fn handle_tick(&mut self, clock: Clock) {
        for entry in &mut self.entries {
            *entry = Entry::of(&entry.host, clock);
        }
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    fn of(host: &Arc<Host>, clock: Clock) -> Self {
        let status = match host.freshness(clock.now) {
            Freshness::Fresh if host.in_conflict() => Status::Warning,
            Freshness::Fresh => Status::Ok,
            Freshness::Late => Status::Warning,
            Freshness::Silent | Freshness::Dead | Freshness::Left => Status::Stale,
        };
        Self { host: Arc::clone(host), status }
    }

    pub(crate) fn origin(&self) -> OriginId {
        self.host.origin()
    }
}
