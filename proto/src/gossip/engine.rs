//! The engine itself: one function takes in what happened, another hands out what to do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;

use super::bucket::Bucket;
use super::budget::Budget;
use super::control::{Control, Hello};
use super::counters::Counters;
use super::full_seeds::FullSeeds;
use super::health::Health;
use super::held::Held;
use super::input::Input;
use super::journal::Journal;
use super::link::{LinkId, Neighbour, Target};
use super::links::{CloseReason, Links};
use super::lost::LostNeighbours;
use super::membership::Purpose;
use super::missing::Missing;
use super::origins::Origins;
use super::output::{Output, RefuseReason};
use super::own::{CatchUp, Own};
use super::passive::Passive;
use super::random::Random;
use super::recorder::Recorder;
use super::told::Told;
use crate::frame::{Frame, Position};
use crate::limits::{ASK_PEERS_MS, DEGREE, FILL_MS, INVITE_MS, UPKEEP_MS};
use crate::moment::Moment;
use crate::origin::{HostName, OriginId, Verifier};

/// The state of one agent's gossip.
#[derive(Debug)]
pub struct Engine {
    host: HostName,
    epoch: u32,
    port: u16,
    pub(super) own: Own,
    allowed: Option<BTreeSet<OriginId>>,
    /// How many neighbours this agent finds for itself; 0 for none but those that the configuration names.
    pub(super) degree: usize,
    /// Whether frames take trees, or flood.
    pub(super) has_trees: bool,
    pub(super) links: Links,
    pub(super) origins: Origins,
    pub(super) recorder: Recorder,
    pub(super) journal: Journal,
    pub(super) missing: Missing,
    pub(super) lost: LostNeighbours,
    pub(super) health: Health,
    pub(super) passive: Passive,
    /// Agents that are being dialled, what for, and since when.
    pub(super) dials: BTreeMap<SocketAddr, (Purpose, Moment)>,
    pub(super) full_seeds: FullSeeds,
    /// Where this very agent was reached.
    pub(super) own_addresses: BTreeSet<SocketAddr>,
    pub(super) redialled_at: Moment,
    /// When to dial for a further neighbour, if there are a few.
    pub(super) fill_at: Moment,
    /// Neighbours with whom to compare what is held.
    pub(super) syncs: VecDeque<LinkId>,
    pub(super) sync_at: Moment,
    pub(super) sync_any_at: Moment,
    pub(super) upkeep_at: Moment,
    pub(super) ask_at: Moment,
    pub(super) ask_wait_ms: u64,
    /// When to invite the next agent, and how long to wait then.
    pub(super) invite_at: Moment,
    pub(super) invite_wait_ms: u64,
    /// Dials of agents that are far away.
    pub(super) far_links: Bucket,
    pub(super) random: Random,
    pub(super) budget: Budget,
    pub(super) told_outsiders: Told<OriginId>,
    pub(super) told_excess: Told<OriginId>,
    pub(super) told_overload: Told<LinkId>,
    pub(super) told_repeats: Told<LinkId>,
    pub(super) told_full: Told<LinkId>,
    pub(super) told_hop_limit: Told<()>,
    pub(super) counters: Counters,
    pub(super) outputs: VecDeque<Output>,
}

impl Engine {
    /// The engine of the host `host`, who signs with the key behind `verifier` as `own`.
    pub fn new(own: OriginId, own_verifier: Verifier, host: HostName, epoch: u32, now: Moment) -> Self {
        Self {
            host,
            epoch,
            port: 0,
            own: Own::new(own, own_verifier, epoch),
            allowed: None,
            degree: DEGREE,
            has_trees: true,
            links: Links::default(),
            origins: Origins::new(now),
            recorder: Recorder::default(),
            journal: Journal::default(),
            missing: Missing::default(),
            lost: LostNeighbours::default(),
            health: Health::default(),
            passive: Passive::default(),
            dials: BTreeMap::new(),
            full_seeds: FullSeeds::default(),
            own_addresses: BTreeSet::new(),
            redialled_at: now,
            fill_at: now.after_ms(2 * FILL_MS),
            syncs: VecDeque::new(),
            sync_at: now,
            sync_any_at: now,
            upkeep_at: now.after_ms(UPKEEP_MS),
            ask_at: now.after_ms(UPKEEP_MS),
            ask_wait_ms: ASK_PEERS_MS,
            invite_at: now.after_ms(INVITE_MS),
            invite_wait_ms: INVITE_MS,
            far_links: Bucket::default(),
            random: Random::of(own.0 ^ u64::from(epoch)),
            budget: Budget::default(),
            told_outsiders: Told::new(),
            told_excess: Told::new(),
            told_overload: Told::new(),
            told_repeats: Told::new(),
            told_full: Told::new(),
            told_hop_limit: Told::new(),
            counters: Counters::default(),
            outputs: VecDeque::new(),
        }
    }

    /// The same, which takes frames of no other origins than these and its own, and no others for neighbours. Without
    /// such a list whoever can link to an agent of the network can bring hosts into it.
    #[must_use]
    pub fn allowing(self, origins: BTreeSet<OriginId>) -> Self {
        Self { allowed: Some(origins), ..self }
    }

    /// The same, which tells its neighbours that it listens on `port`, so that others can dial it.
    #[must_use]
    pub fn listening(self, port: u16) -> Self {
        Self { port, ..self }
    }

    /// The same, which finds neighbours for itself until it has `degree` of them. With 0 it has those that the
    /// configuration names and those that dial it.
    #[must_use]
    pub fn linking(self, degree: usize) -> Self {
        Self { degree, ..self }
    }

    /// The same, which sends every frame to all neighbours: what trees are measured against.
    #[must_use]
    pub fn flooding(self) -> Self {
        Self { has_trees: false, ..self }
    }

    /// The same, which takes all signatures for genuine: for simulations of honest hosts, where they would be most of
    /// the work.
    #[cfg(feature = "simulation")]
    #[must_use]
    pub fn trusting(mut self) -> Self {
        self.origins.trust();
        self
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input, now: Moment) {
        match input {
            Input::LinkUp { link, dialled, remote } => self.link_up(link, dialled, remote, now),
            Input::LinkDown { link, by_peer } => self.link_down(link, by_peer, now),
            Input::DialFailed { target } => self.dial_failed(target, now),
            Input::RoundTrip { link, rtt_ms } => self.links.set_round_trip(link, rtt_ms),
            Input::Message { link, bytes } => self.message(link, bytes, now),
            Input::Publish { frame } => self.publish(frame, now),
            Input::Heard { address } => self.learn(address, now),
            Input::Timeout => self.timeout(now),
        }
    }

    /// The next thing to do, if any is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back with [`Input::Timeout`] at the latest.
    pub fn deadline(&self) -> Moment {
        self.next_due()
    }

    /// What is held of the first origin after `after` in the order of ids, or of the very first. Walking all of them
    /// in steps lets a snapshot go out at the pace of its reader.
    pub fn held_after(&self, after: Option<OriginId>) -> Option<Held<'_>> {
        self.origins.held_after(after)
    }

    /// The frame that was recorded after this position of an origin, or the first one of the next origin; aged by the
    /// time since. Recorded are the last minutes of this host and of its neighbours.
    pub fn recorded_after(&self, after: Option<(OriginId, Position)>, now: Moment) -> Option<Frame> {
        self.recorder.after(after, now)
    }

    /// How many bytes of frames are recorded.
    pub fn recorded_bytes(&self) -> usize {
        self.recorder.bytes()
    }

    /// The neighbours whose links are up, in the order of link numbers.
    pub fn neighbours(&self) -> impl Iterator<Item = (LinkId, &Neighbour)> {
        self.links.neighbours()
    }

    /// How many origins are known, this host included.
    pub fn origin_count(&self) -> usize {
        self.origins.len()
    }

    /// The name of the host that is `origin`, if it is known.
    pub fn host(&self, origin: OriginId) -> Option<&HostName> {
        self.origins.host(origin)
    }

    /// Where the newest frame of `origin` stands that is known.
    pub fn position(&self, origin: OriginId) -> Option<Position> {
        self.origins.position(origin)
    }

    /// How many bytes of frames are held: of other hosts at most
    /// [`HELD_BYTES_MAX`](crate::limits::HELD_BYTES_MAX).
    pub fn held_bytes(&self) -> usize {
        self.origins.held_bytes()
    }

    /// How often what happened.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    pub(super) fn hello(&self) -> Hello {
        Hello {
            port: self.port,
            links: u16::try_from(self.links.neighbours().count()).unwrap_or(u16::MAX),
            is_fed: self.is_fed(),
            ..Hello::new(self.own.origin(), self.epoch, self.host.clone())
        }
    }

    /// Where it listens, as far as neighbours can dial it; else 0.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn set_epoch(&mut self, epoch: u32) {
        self.epoch = epoch;
    }

    /// Whether this agent gets all frames already, as far as it can tell.
    pub(super) fn is_fed(&self) -> bool {
        self.links.neighbours().next().is_some()
    }

    /// Whether it does, or soon will by another link than `link`.
    pub(super) fn will_be_fed_without(&self, link: LinkId) -> bool {
        self.links.iter().any(|(other, _)| other != link)
    }

    pub(super) fn control(&mut self, link: LinkId, control: Control, now: Moment) {
        let is_introduced = self.links.neighbour(link).is_some();
        let makes_sense = match control {
            Control::Hello(_) if is_introduced => return self.close(link, CloseReason::HelloTwice, now),
            Control::Hello(hello) if !self.is_allowed(hello.origin) => {
                return self.close(link, CloseReason::NotAllowed, now);
            }
            Control::Hello(hello) => {
                self.heard_hello(link, hello, now);
                true
            }
            Control::Full => {
                self.turned_away(link, now);
                true
            }
            Control::Welcome { .. }
            | Control::Trees(_)
            | Control::Digest(_)
            | Control::Summary(_)
            | Control::Want { .. }
            | Control::Peers { .. }
            | Control::Invite(_)
                if !is_introduced =>
            {
                return self.close(link, CloseReason::NoHello, now);
            }
            Control::Welcome { held_epoch, held_sequence } => {
                if let Some(Target::Seed(seed)) = self.links.get(link).and_then(|link| link.dialled) {
                    self.full_seeds.taken_in(seed);
                }
                let held = Position { epoch: held_epoch, sequence: held_sequence };
                let jump_above = self.own.heard_claim(held, now);
                self.catch_up(CatchUp { jump_above, is_key_shared: false });
                true
            }
            Control::Trees(trees) => self.heard_trees(link, trees, now),
            Control::Digest(digest) => self.heard_digest(link, &digest, now),
            Control::Summary(summary) => self.heard_summary(link, &summary, now),
            Control::Want { origins } => {
                self.heard_want(link, &origins, now);
                true
            }
            Control::Peers { peers, asks } => {
                self.heard_peers(link, &peers, asks, now);
                true
            }
            Control::Invite(invite) => {
                self.heard_invite(link, invite, now);
                true
            }
        };
        if !makes_sense {
            self.close(link, CloseReason::Malformed, now);
        }
    }

    pub(super) fn send_control(&mut self, link: LinkId, control: &Control, now: Moment) {
        if let Some(up) = self.links.get_mut(link) {
            up.sent_at = now;
            self.outputs.push_back(Output::SendControl { link, bytes: control.encode() });
        }
    }

    pub(super) fn catch_up(&mut self, CatchUp { jump_above, is_key_shared }: CatchUp) {
        if is_key_shared {
            self.outputs.push_back(Output::KeyShared);
        }
        if let Some(epoch) = jump_above {
            self.outputs.push_back(Output::JumpAbove { epoch });
        }
    }

    pub(super) fn is_allowed(&self, origin: OriginId) -> bool {
        origin == self.own.origin() || self.allowed.as_ref().is_none_or(|allowed| allowed.contains(&origin))
    }

    pub(super) fn refuse(&mut self, link: LinkId, reason: RefuseReason) {
        self.counters.refused += 1;
        self.outputs.push_back(Output::Refused { link, reason });
    }

    pub(super) fn close(&mut self, link: LinkId, reason: CloseReason, now: Moment) {
        let was_neighbour = self.links.remove(link).is_some_and(|link| link.neighbour.is_some());
        self.outputs.push_back(Output::Close { link, reason });
        if was_neighbour {
            self.reroute(link, now);
        }
    }

    /// Has all links forget origins that this agent has forgotten.
    pub(super) fn release_vacated(&mut self) {
        let slots = self.origins.take_vacated();
        if !slots.is_empty() {
            self.links.vacate(&slots);
            self.journal.vacate(&slots);
            slots.iter().for_each(|slot| self.missing.forget(*slot));
        }
    }
}
