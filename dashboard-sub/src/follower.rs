//! From messages to the view: pure, with the clock handed in.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use grapevine_proto::limits::{ORIGIN_FORGET_MS, ORIGINS_MAX};
use grapevine_proto::{
    Applied, Frame, FrameKind, HISTORY_PREFIX, HostName, Identity, Links, Mirror, OriginId,
};

use crate::change::{Change, HostChange};
use crate::counters::Fault;
use crate::freshness::Freshness;
use crate::history::History;
use crate::host::{Difference, Host};
use crate::limits::VIEW_READINGS_MAX;
use crate::view::View;
use crate::votes::{changed_votes, is_given_up};

/// Folds messages into a [`View`], wherever they come from: an agent or a recording.
///
/// Every frame is checked before it counts. A view that was handed out never changes; only hosts that changed since
/// are copied.
#[derive(Debug, Default)]
pub struct Follower {
    origins: BTreeMap<OriginId, Followed>,
    readings_total: usize,
    view: Arc<View>,
    history: History,
    changes: VecDeque<Change>,
}

#[derive(Debug)]
struct Followed {
    mirror: Mirror,
    /// The name under which the view has the host.
    name: HostName,
    /// The freshness told last.
    freshness: Freshness,
}

impl Follower {
    /// A follower that has heard of no host.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a message, a host name and a frame, that arrived at `now`. One of the past becomes a [`Change::Past`]
    /// and does not touch the view.
    pub fn handle_message(&mut self, name: &[u8], frame: Bytes, now: Instant) {
        self.view_mut().counters_mut().messages += 1;
        let folded = match name.strip_prefix(HISTORY_PREFIX.as_bytes()) {
            Some(name) => self.fold_past(name, frame, now),
            None => self.fold(name, frame, now),
        };
        if let Err(fault) = folded {
            self.reject(name, fault);
        }
    }

    /// Counts a message that does not even consist of a host name and a frame.
    pub fn handle_malformed(&mut self) {
        self.view_mut().counters_mut().messages += 1;
        self.reject(&[], Fault::Layout);
    }

    /// Notices which hosts have become late or silent, and forgets those that were silent for a day.
    pub fn handle_tick(&mut self, now: Instant) {
        let mut forgotten = Vec::new();
        for (origin, followed) in &mut self.origins {
            let Some(host) =
                self.view.named(followed.name.as_str()).iter().find(|host| host.origin() == *origin)
            else {
                continue;
            };
            if host.age_ms(now) > ORIGIN_FORGET_MS {
                forgotten.push(*origin);
            } else if let Some(change) = followed.freshness_change(host, now) {
                self.changes.push_back(change);
            }
        }
        self.history.handle_tick(now);
        for origin in forgotten {
            self.forget(origin, now);
        }
    }

    /// What happened since, oldest first. To be drained after each call of another method.
    pub fn poll_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// The view as it is now.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view)
    }

    fn fold(&mut self, name: &[u8], frame: Bytes, now: Instant) -> Result<(), Fault> {
        let frame = Frame::parse(frame)?;
        let name = std::str::from_utf8(name).map_err(|_| Fault::Layout)?;
        if self.origins.contains_key(&frame.origin()) {
            return self.update(name, &frame, now);
        }
        if frame.kind() == FrameKind::Keyframe {
            return self.join(name, &frame, now);
        }
        self.view_mut().counters_mut().early += 1;
        Ok(())
    }

    fn fold_past(&mut self, name: &[u8], frame: Bytes, now: Instant) -> Result<(), Fault> {
        let past = self.history.replay(name, &Frame::parse(frame)?, now)?;
        self.changes.extend(past.map(Change::Past));
        Ok(())
    }

    fn join(&mut self, name: &str, frame: &Frame, now: Instant) -> Result<(), Fault> {
        if self.origins.len() >= ORIGINS_MAX {
            return Err(Fault::Full);
        }
        let mirror = Mirror::new(frame)?;
        if mirror.identity().host.as_str() != name {
            return Err(Fault::Name);
        }
        if self.readings_total + mirror.readings().len() > VIEW_READINGS_MAX {
            return Err(Fault::Full);
        }
        self.admit(mirror, frame, now);
        Ok(())
    }

    fn admit(&mut self, mirror: Mirror, frame: &Frame, now: Instant) {
        let host = Arc::new(Host::new(&mirror, frame, now));
        self.readings_total += host.readings().len();
        let followed = Followed { mirror, name: host.name().clone(), freshness: host.freshness(now) };
        self.origins.insert(frame.origin(), followed);
        self.view_mut().insert(Arc::clone(&host));
        self.tell(&host, HostChange::Joined);
        self.settle_conflicts(host.name());
        self.count_votes(host.origin(), &Links::default(), now);
    }

    fn update(&mut self, name: &str, frame: &Frame, now: Instant) -> Result<(), Fault> {
        let Some(followed) = self.origins.get_mut(&frame.origin()) else { return Ok(()) };
        followed.check_name(name, frame)?;
        let epoch = followed.mirror.position().epoch;
        let readings_before = followed.mirror.readings().len();
        let applied = followed.mirror.apply(frame)?;
        match applied {
            Applied::Old => {
                self.view_mut().counters_mut().duplicates += 1;
                return Ok(());
            }
            Applied::Early => {
                self.view_mut().counters_mut().early += 1;
                return Ok(());
            }
            Applied::Updated | Applied::Replaced | Applied::Left => {}
        }
        let renamed = followed.mirror.identity().host != followed.name;
        self.readings_total = self.readings_total + followed.mirror.readings().len() - readings_before;
        if self.readings_total > VIEW_READINGS_MAX {
            self.forget(frame.origin(), now);
            return Err(Fault::Full);
        }
        if renamed {
            if let Some(followed) = self.forget(frame.origin(), now) {
                self.admit(followed.mirror, frame, now);
            }
            return Ok(());
        }
        self.show(frame, applied, epoch, now);
        Ok(())
    }

    /// Brings the view's host up to date with its mirror and tells what changed.
    fn show(&mut self, frame: &Frame, applied: Applied, epoch_before: u32, now: Instant) {
        let Self { origins, view, changes, .. } = self;
        let Some(followed) = origins.get(&frame.origin()) else { return };
        let Some(host) = Arc::make_mut(view).host_mut(&followed.name, frame.origin()) else { return };
        let (had_left, links_before) = (host.has_left(), host.shared_links());
        let difference = Arc::make_mut(host).follow(&followed.mirror, applied, frame, now);
        let host = Arc::clone(host);
        let what = match difference {
            _ if host.position().epoch != epoch_before => Some(HostChange::Restarted),
            Difference::Replaced => Some(HostChange::Replaced),
            Difference::States(places) => (!places.is_empty()).then_some(HostChange::Readings(places)),
        };
        changes.extend(what.map(|what| Change::Host { host: Arc::clone(&host), what }));
        self.count_votes(frame.origin(), &links_before, now);
        if host.has_left() != had_left {
            self.settle_conflicts(host.name());
        }
    }

    /// Judges the host anew, and those of which it says something else than in its links `before`.
    fn count_votes(&mut self, origin: OriginId, before: &Links, now: Instant) {
        self.judge(origin, now);
        let links = self.origins.get(&origin).map(|followed| followed.mirror.links());
        let lost_nobody = links.is_none_or(|links| links.lost.is_empty());
        if lost_nobody && before.lost.is_empty() {
            return;
        }
        for other in changed_votes(before, links.unwrap_or(&Links::default())) {
            self.judge(other, now);
        }
    }

    /// Finds out whether the host is dead, and tells whether its freshness changed.
    fn judge(&mut self, origin: OriginId, now: Instant) {
        let Self { origins, view, changes, .. } = self;
        let Some(followed) = origins.get(&origin) else { return };
        let is_dead =
            is_given_up(origin, &followed.mirror, |other| origins.get(&other).map(|other| &other.mirror));
        let Some(followed) = origins.get_mut(&origin) else { return };
        let Some(host) = Arc::make_mut(view).host_mut(&followed.name, origin) else { return };
        if host.dead != is_dead {
            Arc::make_mut(host).dead = is_dead;
        }
        changes.extend(followed.freshness_change(host, now));
    }

    fn forget(&mut self, origin: OriginId, now: Instant) -> Option<Followed> {
        let followed = self.origins.remove(&origin)?;
        self.readings_total = self.readings_total.saturating_sub(followed.mirror.readings().len());
        if let Some(host) = self.view_mut().remove(&followed.name, origin) {
            self.tell(&host, HostChange::Forgotten);
            self.settle_conflicts(&followed.name);
            self.count_votes(origin, host.links(), now);
        }
        Some(followed)
    }

    /// Marks the hosts of this name if several claim it. One that took leave claims nothing.
    fn settle_conflicts(&mut self, name: &HostName) {
        let Self { view, changes, .. } = self;
        let claims = view.named(name.as_str()).iter().filter(|host| !host.has_left()).count();
        for host in Arc::make_mut(view).named_mut(name) {
            let conflict = claims > 1 && !host.has_left();
            if host.conflict != conflict {
                Arc::make_mut(host).conflict = conflict;
                changes.push_back(Change::Host { host: Arc::clone(host), what: HostChange::Conflict });
            }
        }
    }

    fn reject(&mut self, name: &[u8], fault: Fault) {
        let count = self.view_mut().counters_mut().count(fault);
        if count.is_power_of_two() {
            let name = String::from_utf8_lossy(name).chars().take(NAME_CHARS_SHOWN).collect();
            self.changes.push_back(Change::Bad { fault, name, count });
        }
    }

    fn tell(&mut self, host: &Arc<Host>, what: HostChange) {
        self.changes.push_back(Change::Host { host: Arc::clone(host), what });
    }

    fn view_mut(&mut self) -> &mut View {
        Arc::make_mut(&mut self.view)
    }
}

impl Followed {
    /// Refuses a frame that goes by another name than its origin's. What a keyframe that may be news says of the name
    /// counts only if it is genuine.
    fn check_name(&self, name: &str, frame: &Frame) -> Result<(), Fault> {
        if self.name.as_str() == name {
            return Ok(());
        }
        if frame.kind() == FrameKind::Keyframe && frame.position() > self.mirror.position() {
            let (identity, _) = Identity::of_keyframe(frame)?;
            if identity.host.as_str() == name {
                return Ok(());
            }
        }
        Err(Fault::Name)
    }

    fn freshness_change(&mut self, host: &Arc<Host>, now: Instant) -> Option<Change> {
        let freshness = host.freshness(now);
        if freshness == self.freshness {
            return None;
        }
        self.freshness = freshness;
        Some(Change::Host { host: Arc::clone(host), what: HostChange::Freshness(freshness) })
    }
}

const NAME_CHARS_SHOWN: usize = 63;
