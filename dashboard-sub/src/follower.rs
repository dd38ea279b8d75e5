//! From messages to the view: pure, with the clock handed in.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use grapevine_proto::limits::{ORIGIN_FORGET_MS, ORIGINS_MAX};
use grapevine_proto::{
    Applied, Frame, FrameError, FrameKind, HISTORY_PREFIX, HostName, Identity, Links, MetricLists, Mirror,
    OriginId, Shape, Verifier,
};

use crate::arrived::{Arrived, check_together};
use crate::change::{Change, HostChange};
use crate::counters::{Counters, Fault};
use crate::history::History;
use crate::host::{Difference, Host};
use crate::limits::{BATCH_MAX, VIEW_BYTES_MAX};
use crate::view::{Hosts, View};
use crate::votes::{changed_votes, is_given_up};

/// Folds messages into a [`View`], wherever they come from: an agent or a recording.
///
/// Every frame is checked before it counts. A view that was handed out never changes; only hosts that changed since
/// are copied, and of them little more than where their parts are.
#[derive(Debug, Default)]
pub struct Follower {
    origins: BTreeMap<OriginId, Known>,
    lists: MetricLists,
    /// What all mirrors hold.
    held_bytes: usize,
    /// How many hosts say that they lost a neighbour.
    accusers: usize,
    hosts: Hosts,
    counters: Counters,
    /// The view as it is now, once somebody wanted it.
    view: OnceLock<Arc<View>>,
    history: History,
    changes: VecDeque<Change>,
}

/// An origin whose frames are followed.
#[derive(Debug)]
struct Known {
    mirror: Box<Mirror>,
    /// Where its host was when it was last looked for; others may have joined since.
    place: usize,
}

/// What was known of a host before a frame.
struct Before {
    name: HostName,
    epoch: u32,
    held_bytes: usize,
    accuses: bool,
    shape: Arc<Shape>,
}

impl Follower {
    /// A follower that has heard of no host.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in a message, a host name and a frame, that arrived at `now`. One of the past becomes a [`Change::Past`]
    /// and does not touch the view.
    pub fn handle_message(&mut self, name: &[u8], frame: Bytes, now: Instant) {
        self.handle(name, Arrived::parse(frame), now);
    }

    /// Takes in messages, each a host name and a frame, that arrived one after the other until `now`. Their signatures are
    /// checked together, in half the time; what becomes of each is the same.
    pub fn handle_messages<N: AsRef<[u8]>>(&mut self, messages: &[(N, Bytes)], now: Instant) {
        for batch in messages.chunks(BATCH_MAX) {
            let names = batch.iter().map(|(name, _)| name.as_ref());
            let frames = batch.iter().map(|(_, frame)| Frame::parse(frame.clone()));
            let claims = frames.zip(names.clone()).map(|(frame, name)| {
                let verifier = frame.as_ref().ok().and_then(|frame| self.verifier_of(name, frame));
                (frame, verifier)
            });
            let arrived = check_together(claims.collect());
            for (name, arrived) in names.zip(arrived) {
                self.handle(name, arrived, now);
            }
        }
    }

    /// Counts a message that does not even consist of a host name and a frame.
    pub fn handle_malformed(&mut self) {
        self.count(|counters| counters.messages += 1);
        self.reject(&[], Fault::Layout);
    }

    /// Notices which hosts have become late or silent, and forgets those that were silent for a day.
    pub fn handle_tick(&mut self, now: Instant) {
        let Self { hosts, changes, view, .. } = self;
        let mut forgotten = Vec::new();
        for host in hosts.iter_mut() {
            if host.age_ms(now) > ORIGIN_FORGET_MS {
                forgotten.push((host.origin(), host.name().clone()));
            } else if host.freshness_to_tell(now).is_some() {
                view.take();
                tell_freshness(host, changes, now);
            }
        }
        for (origin, name) in forgotten {
            self.forget(origin, &name, now);
        }
        self.history.handle_tick(now);
    }

    /// What happened since, oldest first. To be drained after each call of another method.
    pub fn poll_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// The view as it is now. The first one after a change lists all hosts anew, which takes some 10 us for 1,000 of
    /// them: take one for each picture that is drawn, not for each change.
    pub fn view(&self) -> Arc<View> {
        let make = || Arc::new(View { hosts: self.hosts.clone(), counters: self.counters });
        Arc::clone(self.view.get_or_init(make))
    }

    /// All hosts as they are now, in the order of their names, then of their origins.
    pub fn hosts(&self) -> &[Arc<Host>] {
        self.hosts.all()
    }

    /// What is to check the frame's signature, if it may say something new.
    fn verifier_of(&self, name: &[u8], frame: &Frame) -> Option<Verifier> {
        let mirror = if name.starts_with(HISTORY_PREFIX.as_bytes()) {
            self.history.mirror(frame.origin())
        } else {
            self.origins.get(&frame.origin()).map(|known| known.mirror.as_ref())
        };
        match mirror {
            Some(mirror) => mirror.awaits(frame).then(|| mirror.verifier().clone()),
            None if frame.kind() == FrameKind::Keyframe => Identity::verifier_of(frame),
            None => None,
        }
    }

    fn handle(&mut self, name: &[u8], arrived: Result<Arrived, FrameError>, now: Instant) {
        self.count(|counters| counters.messages += 1);
        let folded = arrived.map_err(Fault::from).and_then(|arrived| {
            match name.strip_prefix(HISTORY_PREFIX.as_bytes()) {
                Some(name) => self.fold_past(name, &arrived, now),
                None => self.fold(name, &arrived, now),
            }
        });
        if let Err(fault) = folded {
            self.reject(name, fault);
        }
    }

    fn fold(&mut self, name: &[u8], arrived: &Arrived, now: Instant) -> Result<(), Fault> {
        let frame = arrived.frame();
        let name = std::str::from_utf8(name).map_err(|_| Fault::Layout)?;
        if self.origins.contains_key(&frame.origin()) {
            return self.update(name, arrived, now);
        }
        if frame.kind() == FrameKind::Keyframe {
            return self.join(name, arrived, now);
        }
        self.count(|counters| counters.early += 1);
        Ok(())
    }

    fn fold_past(&mut self, name: &[u8], arrived: &Arrived, now: Instant) -> Result<(), Fault> {
        let past = self.history.replay(name, arrived, now)?;
        self.changes.extend(past.map(Change::Past));
        Ok(())
    }

    fn join(&mut self, name: &str, arrived: &Arrived, now: Instant) -> Result<(), Fault> {
        if self.origins.len() >= ORIGINS_MAX {
            return Err(Fault::Full);
        }
        let mut mirror = arrived.mirror()?;
        if mirror.identity().host.as_str() != name {
            return Err(Fault::Name);
        }
        if self.held_bytes + mirror.held_bytes() > VIEW_BYTES_MAX {
            return Err(Fault::Full);
        }
        mirror.share(&mut self.lists);
        self.admit(Box::new(mirror), arrived.frame(), now);
        Ok(())
    }

    fn admit(&mut self, mirror: Box<Mirror>, frame: &Frame, now: Instant) {
        let host = Arc::new(Host::new(&mirror, frame, now));
        self.held_bytes += mirror.held_bytes();
        self.accusers += usize::from(accuses(&mirror));
        self.origins.insert(frame.origin(), Known { mirror, place: 0 });
        self.hosts_mut().insert(Arc::clone(&host));
        self.tell(&host, HostChange::Joined);
        self.settle_conflicts(host.name());
        self.count_votes(host.origin(), &Links::default(), now);
    }

    fn update(&mut self, name: &str, arrived: &Arrived, now: Instant) -> Result<(), Fault> {
        let frame = arrived.frame();
        let Some(Known { mirror, .. }) = self.origins.get_mut(&frame.origin()) else { return Ok(()) };
        check_name(mirror, name, frame)?;
        let before = Before::of(mirror);
        let applied = arrived.apply_to(mirror)?;
        if !Arc::ptr_eq(mirror.shape(), &before.shape) {
            mirror.share(&mut self.lists);
        }
        let is_renamed = mirror.identity().host != before.name;
        self.held_bytes = (self.held_bytes + mirror.held_bytes()).saturating_sub(before.held_bytes);
        self.accusers = (self.accusers + usize::from(accuses(mirror))).saturating_sub(before.accuses.into());
        if self.held_bytes > VIEW_BYTES_MAX {
            self.forget(frame.origin(), &before.name, now);
            return Err(Fault::Full);
        }
        match applied {
            Applied::Old => {
                self.count(|counters| counters.duplicates += 1);
                return Ok(());
            }
            Applied::Early => {
                self.count(|counters| counters.early += 1);
                return Ok(());
            }
            Applied::Updated | Applied::Replaced | Applied::Left => {}
        }
        if is_renamed {
            if let Some(mirror) = self.forget(frame.origin(), &before.name, now) {
                self.admit(mirror, frame, now);
            }
            return Ok(());
        }
        self.show(frame, &before, now);
        Ok(())
    }

    /// Brings the host up to date with its mirror and tells what changed.
    fn show(&mut self, frame: &Frame, before: &Before, now: Instant) {
        self.view.take();
        let Some(Known { mirror, place }) = self.origins.get_mut(&frame.origin()) else { return };
        let Some(host) = self.hosts.get_near(place, &before.name, frame.origin()) else { return };
        let (had_left, links_before) = (host.has_left(), host.shared_links());
        let difference = Arc::make_mut(host).follow(mirror, frame, now);
        let what = match difference {
            _ if host.position().epoch != before.epoch => Some(HostChange::Restarted),
            Difference::Replaced => Some(HostChange::Replaced),
            Difference::States(places) => (!places.is_empty()).then_some(HostChange::Readings(places)),
        };
        self.changes.extend(what.map(|what| Change::Host { host: Arc::clone(host), what }));
        let has_left = host.has_left();
        self.count_votes(frame.origin(), &links_before, now);
        if has_left != had_left {
            self.settle_conflicts(&before.name);
        }
    }

    /// Judges the host anew, and those of which it says something else than in its links `before`.
    fn count_votes(&mut self, origin: OriginId, before: &Links, now: Instant) {
        self.judge(origin, now);
        let links = self.origins.get(&origin).map(|known| known.mirror.shared_links());
        let lost_nobody = links.as_ref().is_none_or(|links| links.lost.is_empty());
        if lost_nobody && before.lost.is_empty() {
            return;
        }
        for other in changed_votes(before, &links.unwrap_or_default()) {
            self.judge(other, now);
        }
    }

    /// Finds out whether the host is dead, and tells whether its freshness changed.
    fn judge(&mut self, origin: OriginId, now: Instant) {
        let is_dead = self.accusers > 0 && self.is_given_up(origin);
        let Self { origins, hosts, changes, view, .. } = self;
        let Some(Known { mirror, place }) = origins.get_mut(&origin) else { return };
        let Some(host) = hosts.get_near(place, &mirror.identity().host, origin) else { return };
        if host.dead != is_dead {
            view.take();
            Arc::make_mut(host).dead = is_dead;
        }
        if host.freshness_to_tell(now).is_some() {
            view.take();
            tell_freshness(host, changes, now);
        }
    }

    fn is_given_up(&self, origin: OriginId) -> bool {
        let mirror_of = |origin| Some(self.origins.get(&origin)?.mirror.as_ref());
        mirror_of(origin).is_some_and(|mirror| is_given_up(origin, mirror, mirror_of))
    }

    fn forget(&mut self, origin: OriginId, name: &HostName, now: Instant) -> Option<Box<Mirror>> {
        let Known { mirror, .. } = self.origins.remove(&origin)?;
        self.held_bytes = self.held_bytes.saturating_sub(mirror.held_bytes());
        self.accusers = self.accusers.saturating_sub(accuses(&mirror).into());
        if let Some(host) = self.hosts_mut().remove(name, origin) {
            self.tell(&host, HostChange::Forgotten);
            self.settle_conflicts(name);
            self.count_votes(origin, host.links(), now);
        }
        Some(mirror)
    }

    /// Marks the hosts of this name if several claim it. One that took leave claims nothing.
    fn settle_conflicts(&mut self, name: &HostName) {
        let Self { hosts, changes, view, .. } = self;
        let claims = hosts.named(name.as_str()).iter().filter(|host| !host.has_left()).count();
        for host in hosts.named_mut(name) {
            let conflict = claims > 1 && !host.has_left();
            if host.conflict != conflict {
                view.take();
                Arc::make_mut(host).conflict = conflict;
                changes.push_back(Change::Host { host: Arc::clone(host), what: HostChange::Conflict });
            }
        }
    }

    fn reject(&mut self, name: &[u8], fault: Fault) {
        let count = self.count(|counters| counters.count(fault));
        if count.is_power_of_two() {
            let name = String::from_utf8_lossy(name).chars().take(NAME_CHARS_SHOWN).collect();
            self.changes.push_back(Change::Bad { fault, name, count });
        }
    }

    fn tell(&mut self, host: &Arc<Host>, what: HostChange) {
        self.changes.push_back(Change::Host { host: Arc::clone(host), what });
    }

    fn count<T>(&mut self, count: impl FnOnce(&mut Counters) -> T) -> T {
        self.view.take();
        count(&mut self.counters)
    }

    fn hosts_mut(&mut self) -> &mut Hosts {
        self.view.take();
        &mut self.hosts
    }
}

impl Before {
    fn of(mirror: &Mirror) -> Self {
        Self {
            name: mirror.identity().host.clone(),
            epoch: mirror.position().epoch,
            held_bytes: mirror.held_bytes(),
            accuses: accuses(mirror),
            shape: Arc::clone(mirror.shape()),
        }
    }
}

/// Whether the origin says that it lost a neighbour.
fn accuses(mirror: &Mirror) -> bool {
    !mirror.links().lost.is_empty()
}

/// Refuses a frame that goes by another name than its origin's. What a keyframe that may be news says of the name
/// counts only if it is genuine.
fn check_name(mirror: &Mirror, name: &str, frame: &Frame) -> Result<(), Fault> {
    if mirror.identity().host.as_str() == name {
        return Ok(());
    }
    if frame.kind() == FrameKind::Keyframe && frame.position() > mirror.position() {
        let (identity, _) = Identity::of_keyframe(frame)?;
        if identity.host.as_str() == name {
            return Ok(());
        }
    }
    Err(Fault::Name)
}

fn tell_freshness(host: &mut Arc<Host>, changes: &mut VecDeque<Change>, now: Instant) {
    let Some(freshness) = host.freshness_to_tell(now) else { return };
    Arc::make_mut(host).tell(freshness);
    changes.push_back(Change::Host { host: Arc::clone(host), what: HostChange::Freshness(freshness) });
}

const NAME_CHARS_SHOWN: usize = 63;
