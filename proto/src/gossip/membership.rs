//! Who is a neighbour: links come up until there are enough, and again when some are lost.

use std::net::{IpAddr, SocketAddr};

use super::control::{Control, Hello};
use super::engine::Engine;
use super::known::Known;
use super::link::{Link, LinkId, Neighbour, Target};
use super::links::{CloseReason, Links, Verdict};
use super::output::Output;
use super::sync::is_summarised;
use super::ties::{Tie, Ties};
use crate::limits::{
    ASK_PEERS_MS, ASK_PEERS_MS_MAX, DIAL_WAIT_MS, DIALS_MAX, FILL_MS, LOST_REDIAL_MS, NEIGHBOURS_FEW,
    NEIGHBOURS_PER_DEGREE, OWN_ADDRESSES_MAX, PEERS_MAX, QUESTION_RATE,
};
use crate::moment::Moment;
use crate::origin::OriginId;

/// Why the engine dials an agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It lacks neighbours.
    Fill,
    /// The way to that agent is too long.
    Shorten,
}

impl Engine {
    pub(super) fn link_up(
        &mut self,
        id: LinkId,
        dialled: Option<Target>,
        remote: Option<SocketAddr>,
        now: Moment,
    ) {
        let purpose = match dialled {
            Some(Target::Address(address)) => self.dials.remove(&address).map(|(purpose, _)| purpose),
            _ => None,
        };
        if self.links.add(id, dialled, remote, now) {
            let is_fed = self.will_be_fed_without(id);
            if let Some(link) = self.links.get_mut(id) {
                link.said_fed = is_fed;
                link.purpose = purpose;
            }
            let hello = Hello { is_fed, peers: self.peers_for(id), ..self.hello() };
            self.send_control(id, &Control::Hello(hello), now);
        } else {
            self.close(id, CloseReason::TooManyLinks, now);
        }
    }

    pub(super) fn link_down(&mut self, id: LinkId, by_peer: bool, now: Moment) {
        let Some(link) = self.links.remove(id) else { return };
        match (link.dialled, &link.neighbour) {
            (_, Some(Neighbour { address: Some(address), origin, .. })) => {
                self.passive.lose(*address, Some(*origin));
            }
            (Some(Target::Address(address)), None) => self.passive.put_off(address, now),
            _ => {}
        }
        if let Some(neighbour) = link.neighbour {
            self.lost_neighbour(neighbour.origin, by_peer, now);
            self.reroute(id, now);
        }
        self.fill(now);
    }

    pub(super) fn dial_failed(&mut self, target: Target, now: Moment) {
        if let Target::Address(address) = target
            && self.dials.remove(&address).is_some()
        {
            self.passive.lose(address, None);
            self.fill(now);
        }
    }

    /// A neighbour introduced itself.
    pub(super) fn heard_hello(&mut self, id: LinkId, hello: Hello, now: Moment) {
        let Hello { protocol, origin, epoch, host, port, links, is_fed, peers } = hello;
        let Some(link) = self.links.get(id) else { return };
        let address = match link.dialled {
            Some(Target::Address(address)) => Some(address),
            _ => link.remote.filter(|_| port != 0).map(|remote| SocketAddr::new(remote.ip(), port)),
        };
        let neighbour = Neighbour { origin, epoch, host, protocol, address };
        let loser = match self.links.judge(id, &neighbour, self.own.origin()) {
            Verdict::Keep { loser } => loser,
            Verdict::Close(reason) => {
                if let (CloseReason::ToItself, Some(address)) = (reason, address) {
                    self.passive.forget(address);
                    if self.own_addresses.len() >= OWN_ADDRESSES_MAX {
                        self.own_addresses.pop_first();
                    }
                    self.own_addresses.insert(address);
                }
                return self.close(id, reason, now);
            }
        };
        if let Some((loser, reason)) = loser {
            self.close(loser, reason, now);
        }
        self.heard_of(id, &peers, now);
        if !self.has_place_for(id, origin, links, now) {
            self.send_control(id, &Control::Full, now);
            return self.close(id, CloseReason::Full, now);
        }
        self.introduce(id, neighbour, is_fed, now);
    }

    /// The neighbour on `link` has enough neighbours.
    pub(super) fn turned_away(&mut self, id: LinkId, now: Moment) {
        match self.links.get(id).and_then(|link| link.dialled) {
            Some(Target::Address(address)) => self.passive.put_off(address, now),
            Some(Target::Seed(seed)) => self.full_seeds.turned_away(seed, now),
            None => {}
        }
        self.close(id, CloseReason::TurnedAway, now);
        self.fill(now);
    }

    /// A neighbour tells of agents, and may ask for others.
    pub(super) fn heard_peers(&mut self, link: LinkId, peers: &[SocketAddr], asks: bool, now: Moment) {
        self.heard_of(link, peers, now);
        let may_ask = self.links.get_mut(link).is_some_and(|link| link.questions.take(QUESTION_RATE, now));
        if asks && may_ask {
            let peers = self.peers_for(link);
            self.send_control(link, &Control::Peers { peers, asks: false }, now);
        }
        self.fill(now);
    }

    /// Asks a neighbour for agents, if there are not enough and none is known to dial; in a network that has no more
    /// than that, ever more seldom.
    pub(super) fn ask_for_peers(&mut self, now: Moment) {
        if now < self.ask_at {
            return;
        }
        self.ask_at = now.after_ms(self.ask_wait_ms);
        let links: Vec<LinkId> = self.links.neighbours().map(|(link, _)| link).collect();
        if links.len() >= self.degree_sought() || !self.dials.is_empty() {
            return;
        }
        self.ask_wait_ms = (2 * self.ask_wait_ms).min(ASK_PEERS_MS_MAX);
        if let Some(link) = links.get(self.random.below(links.len())).copied() {
            let peers = self.peers_for(link);
            self.send_control(link, &Control::Peers { peers, asks: true }, now);
        }
    }

    /// A neighbour, or the LAN, told of agents.
    pub(super) fn heard_of(&mut self, from: LinkId, peers: &[SocketAddr], now: Moment) {
        let is_near =
            self.links.get(from).and_then(|link| link.remote).is_some_and(|remote| is_local(remote.ip()));
        for peer in peers.iter().take(PEERS_MAX) {
            if is_near || !is_local(peer.ip()) {
                self.learn(*peer, now);
            }
        }
    }

    /// An agent listens at `address`, as somebody says.
    pub(super) fn learn(&mut self, address: SocketAddr, now: Moment) {
        let ip = address.ip();
        let can_be_dialled = address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast();
        if can_be_dialled
            && !self.own_addresses.contains(&address)
            && self.degree > 0
            && self.passive.learn(address, &mut self.random, now)
        {
            self.ask_wait_ms = ASK_PEERS_MS;
        }
    }

    /// Dials until there are as many neighbours as there should be: the first few at once, further ones one by one.
    pub(super) fn fill(&mut self, now: Moment) {
        let neighbours = self.links.neighbours().count();
        let wanted = self.degree_sought().saturating_sub(neighbours);
        let at_once = match neighbours {
            // Of those who are left after many died at once, most do not answer.
            0 => DIALS_MAX,
            1..NEIGHBOURS_FEW => NEIGHBOURS_FEW - neighbours,
            _ if now < self.fill_at => return,
            _ => 1,
        };
        while wanted > 0 && self.dials.len() < at_once {
            let Self { links, dials, passive, random, .. } = self;
            let is_out = |address| dials.contains_key(&address) || is_linked(links, address);
            let Some(address) = passive.choose(random, now, is_out) else { break };
            let pause_ms = FILL_MS / 2 + random.next() % FILL_MS;
            self.fill_at = now.after_ms(pause_ms);
            self.dial(address, Purpose::Fill, now);
        }
    }

    /// Gives up dials that take too long, and dials one agent that was lost now and then, so that the parts of a
    /// network find each other again.
    pub(super) fn redial(&mut self, now: Moment) {
        let over = self.dials.iter().filter(|(_, (_, started))| now.since(*started) >= DIAL_WAIT_MS);
        let given_up: Vec<SocketAddr> = over.map(|(address, _)| *address).collect();
        for address in given_up {
            self.dials.remove(&address);
            self.passive.lose(address, None);
            self.outputs.push_back(Output::Undial { address });
        }
        let is_alone = self.links.neighbours().next().is_none();
        let wait_ms = if is_alone { DIAL_WAIT_MS } else { LOST_REDIAL_MS };
        if now.since(self.redialled_at) >= wait_ms && self.degree > 0 {
            self.redialled_at = now;
            let Self { links, origins, dials, passive, .. } = self;
            let is_out = |address, origin: Option<OriginId>| {
                let known = origin.and_then(|origin| origins.of(origin));
                let mut neighbours = links.neighbours();
                known.is_some_and(|known| is_heard(known, now))
                    || dials.contains_key(&address)
                    || neighbours.any(|(_, neighbour)| neighbour.address == Some(address))
            };
            if let Some(address) = passive.choose_lost(is_out) {
                self.dial(address, Purpose::Fill, now);
            }
        }
        self.fill(now);
    }

    /// Some agents to tell the neighbour on `link` of: neighbours first, which are there for certain.
    pub(super) fn peers_for(&mut self, id: LinkId) -> Vec<SocketAddr> {
        let Some(link) = self.links.get(id) else { return Vec::new() };
        let is_near = has_near_end(link);
        let is_fit = |address: SocketAddr| is_near || !is_local(address.ip());
        let others = self.links.neighbours().filter(|(other, _)| *other != id);
        let mut peers: Vec<SocketAddr> = others.filter_map(|(_, neighbour)| neighbour.address).collect();
        peers.retain(|address| is_fit(*address));
        while peers.len() > PEERS_MAX / 2 {
            peers.swap_remove(self.random.below(peers.len()));
        }
        peers.extend(self.passive.sample(PEERS_MAX - peers.len(), &mut self.random, is_fit));
        peers.sort_unstable();
        peers.dedup();
        peers
    }

    pub(super) fn dial(&mut self, address: SocketAddr, purpose: Purpose, now: Moment) {
        self.dials.insert(address, (purpose, now));
        self.outputs.push_back(Output::Dial { address });
    }

    /// Takes a neighbour in, and tells it how much of its frames is known here.
    fn introduce(&mut self, id: LinkId, neighbour: Neighbour, is_fed: bool, now: Moment) {
        let origin = neighbour.origin;
        let held = self.origins.position(origin).unwrap_or_default();
        let welcome = Control::Welcome { held_epoch: held.epoch, held_sequence: held.sequence };
        self.send_control(id, &welcome, now);
        self.ask_wait_ms = ASK_PEERS_MS;
        self.found_neighbour(origin);
        self.tie(id, &neighbour, is_fed, now);
        if let Some(link) = self.links.get_mut(id) {
            link.neighbour = Some(neighbour);
        }
        self.send_trees(id, now);
        self.outputs.push_back(Output::Linked { link: id });
        if self.links.get(id).is_some_and(|link| link.dialled.is_some()) {
            self.sync_with(id, now);
        }
    }

    /// Decides whose frames a new link carries, of those that come by other links already: those of its two ends, and
    /// those that one of them is without. All others are announced only.
    fn tie(&mut self, id: LinkId, neighbour: &Neighbour, is_fed: bool, now: Moment) {
        if !self.has_trees {
            return;
        }
        let own = self.own.origin();
        let said_fed = self.links.get(id).is_some_and(|link| link.said_fed);
        let mut ties = Ties::of(self.origins.slots(), if is_fed { Tie::LAZY } else { 0 });
        for (slot, known) in self.origins.iter_mut() {
            let Some(tie) = ties.get_mut(slot) else { continue };
            if known.origin() == own {
                tie.clear(Tie::LAZY);
            } else if said_fed && known.origin() != neighbour.origin {
                tie.set(Tie::PRUNED);
                let is_fed = known.paths.first().is_some_and(|first| self.links.feeds(first, slot));
                if !is_fed && is_summarised(known, now) {
                    ties.graft(slot, false);
                }
            }
        }
        if let Some(link) = self.links.get_mut(id) {
            link.ties = ties;
        }
    }

    /// Whether one more neighbour can be taken in, if need be instead of another. One that has hardly any neighbour
    /// always can (HyParView, section 4.2).
    fn has_place_for(&mut self, id: LinkId, origin: OriginId, its_links: u16, now: Moment) -> bool {
        let target = self.target_degree();
        let link = self.links.get(id);
        let places = match link.and_then(|link| link.dialled) {
            Some(Target::Seed(_)) => return true,
            // Others may have come up while it was dialled; it is still wanted if nothing is heard of it otherwise.
            Some(Target::Address(_)) if self.origins.of(origin).is_none_or(|known| !is_heard(known, now)) => {
                return true;
            }
            Some(Target::Address(_)) if link.and_then(|link| link.purpose) == Some(Purpose::Fill) => target,
            Some(Target::Address(_)) | None => target * NEIGHBOURS_PER_DEGREE,
        };
        if self.degree == 0 || self.links.neighbours().count() < places {
            return true;
        }
        if its_links > 1 {
            return false;
        }
        let others = self.links.iter().filter(|(_, link)| link.neighbour.is_some() && !link.is_pinned());
        let others: Vec<LinkId> = others.map(|(other, _)| other).collect();
        let Some(other) = others.get(self.random.below(others.len())).copied() else { return false };
        self.send_control(other, &Control::Full, now);
        self.close(other, CloseReason::Full, now);
        true
    }

    /// How many neighbours to look for: fewer than [`Self::target_degree`] in a network of ten, where every further link
    /// costs announcements and shortens nothing.
    fn degree_sought(&self) -> usize {
        let digits = usize::BITS - self.origins.len().leading_zeros();
        self.target_degree().min(usize::try_from(digits).unwrap_or(usize::MAX) + 1)
    }

    /// How many neighbours there should be: a few more in a large network, whose trees are deeper.
    pub(super) fn target_degree(&self) -> usize {
        let further = usize::from(self.degree > 0 && self.origins.len() > LARGE_NETWORK) * 2;
        self.degree + further
    }
}

/// Whether there is a link to the agent at an address, introduced or not.
pub(super) fn is_linked(links: &Links, address: SocketAddr) -> bool {
    links.iter().any(|(_, link)| {
        let neighbour = link.neighbour.as_ref().and_then(|neighbour| neighbour.address);
        neighbour == Some(address) || link.dialled == Some(Target::Address(address))
    })
}

/// Whether the other end of a link is on this machine or wire, so that local addresses mean something there.
pub(super) fn has_near_end(link: &Link) -> bool {
    link.remote.is_none_or(|remote| is_local(remote.ip()))
}

/// Whether an address means another machine to every machine.
pub(super) fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unicast_link_local(),
    }
}

/// Whether frames of an origin come, by whatever way.
pub(super) fn is_heard(known: &Known, now: Moment) -> bool {
    now.since(known.heard_at) < HEARD_MS
}

/// Time after which an origin of which nothing comes could be in another part of the network, in milliseconds: the
/// frames of most come every second.
const HEARD_MS: u64 = 5_000;

/// Number of hosts above which agents have two neighbours more.
const LARGE_NETWORK: usize = 1000;
