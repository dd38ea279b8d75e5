//! The model that every dashboard folds changes into.

mod entry;
mod order;
mod totals;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use grapevine_proto::{HostName, OriginId};

use crate::change::{Change, HostChange};
use crate::connection::Connection;
use crate::event::{Event, EventKind, EventLog, News};
use crate::host::Host;
use crate::limits::JOINED_SETTLES;
use crate::series::{Archive, ArchiveOptions, SeriesKey, Trace};
use crate::status::Status;
use crate::thresholds::Thresholds;
use crate::view::View;

pub use self::entry::Entry;
pub use self::order::Section;
pub use self::totals::Totals;

/// All hosts as a dashboard shows them, what they were, and what happened. Pure: the clock is handed in.
///
/// A dashboard hands it every [`Change`] as it comes, and the [`View`] about once a second: frames that say nothing new
/// come without a change, and a reader that was too slow has missed some.
#[derive(Debug)]
pub struct Fleet {
    /// In the order of names, then origins, as in a [`View`].
    entries: Vec<Entry>,
    places: BTreeMap<OriginId, Place>,
    thresholds: Thresholds,
    archive: Archive,
    events: EventLog,
    /// Whether an agent is there, once that is known.
    is_attached: Option<bool>,
    /// When an agent was found, or the start.
    attached_at: Instant,
}

/// Where a host is.
#[derive(Debug)]
struct Place {
    name: HostName,
    /// Its place among the entries when it was last looked for; others may have joined since.
    index: usize,
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
        Self {
            entries: Vec::new(),
            places: BTreeMap::new(),
            thresholds: options.thresholds,
            archive: Archive::new(options.archive, now),
            events: EventLog::default(),
            is_attached: None,
            attached_at: now,
        }
    }

    /// Takes in a change at `now`, when the clock on the wall shows `wall_s` seconds since 1970.
    pub fn handle(&mut self, change: &Change, now: Instant, wall_s: f64) {
        match change {
            Change::Host { host, what } => match (self.place(host), what) {
                (Ok(index), HostChange::Forgotten) => self.remove(index, wall_s),
                (Err(_), HostChange::Forgotten) => {}
                (Ok(index), _) => self.update(index, host, now, wall_s),
                (Err(index), _) => self.insert(index, host, now, wall_s),
            },
            Change::Past(host) => self.archive.take(host, now),
            Change::Connection(connection) => self.connect(connection, now, wall_s),
            // What was missed is in the view of the next tick.
            Change::Bad { .. } | Change::RecordingFailed(_) | Change::Lagged(_) => {}
        }
    }

    /// Takes in what no change has told of, and what time alone changes. To be called about once a second with the view
    /// as it is now.
    pub fn handle_tick(&mut self, view: &View, now: Instant, wall_s: f64) {
        self.resync(view, now, wall_s);
        self.archive.handle_tick(now);
        for index in 0..self.entries.len() {
            if self.entries.get_mut(index).is_some_and(|entry| entry.handle_tick(now)) {
                self.judge(index, now, wall_s);
            }
        }
    }

    /// Takes over the hosts of `view`, whatever has been missed: no others remain.
    pub fn resync(&mut self, view: &View, now: Instant, wall_s: f64) {
        let mut index = 0;
        for host in view.hosts() {
            let is_before =
                |entry: &Entry| !Arc::ptr_eq(&entry.host, host) && order(&entry.host, host) == Ordering::Less;
            while self.entries.get(index).is_some_and(is_before) {
                self.remove(index, wall_s);
            }
            match self.entries.get(index) {
                Some(entry) if Arc::ptr_eq(&entry.host, host) => {}
                Some(entry) if order(&entry.host, host) == Ordering::Equal => {
                    self.update(index, host, now, wall_s);
                }
                _ => self.insert(index, host, now, wall_s),
            }
            index += 1;
        }
        while index < self.entries.len() {
            self.remove(index, wall_s);
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
        let name = &self.places.get(&origin)?.name;
        self.entries.get(self.search(name, origin).ok()?)
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

    /// What happened lately, the newest first.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &Arc<Event>> {
        self.events.iter()
    }

    /// How many events there were ever, those included that are forgotten.
    pub fn event_count(&self) -> u64 {
        self.events.count()
    }

    /// The latest events of one host.
    pub fn events_of(&self, origin: OriginId) -> impl Iterator<Item = &Arc<Event>> {
        self.events.iter().filter(move |event| event.origin == Some(origin))
    }

    /// How hosts are judged.
    pub fn thresholds(&self) -> &Thresholds {
        &self.thresholds
    }

    fn insert(&mut self, index: usize, host: &Arc<Host>, now: Instant, wall_s: f64) {
        self.archive.take(host, now);
        self.places.insert(host.origin(), Place { name: host.name().clone(), index });
        self.entries.insert(index, Entry::new(Arc::clone(host), &self.thresholds, now, wall_s));
        if now.saturating_duration_since(self.attached_at) >= JOINED_SETTLES {
            self.tell(index, vec![News::now(EventKind::Joined, Status::Ok, "was heard of first")], wall_s);
        }
    }

    fn update(&mut self, index: usize, host: &Arc<Host>, now: Instant, wall_s: f64) {
        let Some(entry) = self.entries.get_mut(index) else { return };
        // The view of a tick may be ahead of the changes.
        if host.position() >= entry.host.position() && !Arc::ptr_eq(host, &entry.host) {
            entry.host = Arc::clone(host);
            self.archive.take(host, now);
            self.judge(index, now, wall_s);
        }
    }

    fn remove(&mut self, index: usize, wall_s: f64) {
        let what = "was silent for a day, or changed its name";
        self.tell(index, vec![News::now(EventKind::Forgotten, Status::Unknown, what)], wall_s);
        let host = self.entries.remove(index).host;
        if self.places.get(&host.origin()).is_some_and(|place| place.name == *host.name()) {
            self.places.remove(&host.origin());
            self.archive.forget(host.origin());
        }
    }

    fn judge(&mut self, index: usize, now: Instant, wall_s: f64) {
        let Some(entry) = self.entries.get_mut(index) else { return };
        let news = entry.judge(&self.thresholds, now, wall_s);
        self.tell(index, news, wall_s);
    }

    fn tell(&mut self, index: usize, news: Vec<News>, wall_s: f64) {
        let Some(entry) = self.entries.get_mut(index) else { return };
        for News { kind, severity, what, age_s } in news {
            let event = self.events.add(Event {
                number: 0,
                at_s: wall_s - age_s,
                host: Some(entry.host.name().clone()),
                origin: Some(entry.host.origin()),
                kind,
                severity,
                what,
            });
            entry.last_event = Some(event);
        }
    }

    fn connect(&mut self, connection: &Connection, now: Instant, wall_s: f64) {
        let (is_attached, kind, severity) = match connection {
            Connection::Connecting { .. } => return,
            Connection::Attached { .. } => (true, EventKind::Connected, Status::Ok),
            Connection::Unreachable { .. } => (false, EventKind::Disconnected, Status::Critical),
        };
        if is_attached {
            self.archive.expect_past();
            self.attached_at = now;
        }
        // A host that was attached to in place of another is news, one more attempt that failed is not.
        let was_attached = self.is_attached.replace(is_attached);
        if is_attached || was_attached != Some(false) {
            let what = connection.to_string();
            self.events.add(Event {
                number: 0,
                at_s: wall_s,
                host: None,
                origin: None,
                kind,
                severity,
                what,
            });
        }
    }

    /// Where the host is, or belongs.
    fn place(&mut self, host: &Host) -> Result<usize, usize> {
        let (name, origin) = (host.name(), host.origin());
        let known = self.places.get(&origin).map(|place| place.index);
        let entry = known.and_then(|index| self.entries.get(index));
        // The search leads through names all over the memory, this does not.
        if let Some(index) = known
            && entry.is_some_and(|entry| entry.host.origin() == origin && entry.host.name() == name)
        {
            return Ok(index);
        }
        let found = self.search(name, origin);
        if let (Ok(index), Some(place)) = (found, self.places.get_mut(&origin)) {
            place.index = index;
        }
        found
    }

    fn search(&self, name: &HostName, origin: OriginId) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| {
            entry.host.name().cmp(name).then_with(|| entry.host.origin().cmp(&origin))
        })
    }
}

/// In the order of a view.
fn order(a: &Host, b: &Host) -> Ordering {
    a.name().cmp(b.name()).then(a.origin().cmp(&b.origin()))
}
