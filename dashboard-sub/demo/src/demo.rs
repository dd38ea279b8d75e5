//! The fleet in virtual time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use grapevine_proto::limits::{HOP_LIMIT, ORIGINS_MAX};
use grapevine_proto::{
    Composer, Frame, FrameKind, HISTORY_PREFIX, HostName, Identity, Links, Lost, Moment, OriginId, OriginKey,
    Position,
};

use crate::machine::{Machine, Mesh};
use crate::mesh::Topology;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::spec::Spec;

/// Which fleet to play.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// How many hosts, from 1 to [`ORIGINS_MAX`].
    pub hosts: usize,
    /// Decides everything: the same seed gives the same bytes.
    pub seed: u64,
    /// What befalls the hosts.
    pub scenario: Scenario,
    /// How much of the past there is to be of the first [`PAST_HOSTS_MAX`] hosts, in whole seconds.
    pub past: Duration,
    /// The hosts' clock when the demonstration begins, in seconds since 1970-01-01T00:00:00Z.
    pub wall_s: f64,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            hosts: 8,
            seed: 1,
            scenario: Scenario::default(),
            past: Duration::ZERO,
            // 2026-03-02, a Monday, 14:20.
            wall_s: 1_772_461_200.0,
        }
    }
}

/// A message such as an agent sends to its subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it is sent, since the beginning of the demonstration.
    pub at: Duration,
    /// The host's name, after [`HISTORY_PREFIX`] where the frame is of the past.
    pub name: Arc<str>,
    /// The frame.
    pub frame: Bytes,
}

/// A fleet of hosts that do not exist. Their frames are genuine: signed with keys made from the seed, and like those
/// that the agent of the first host hands to its subscribers. Time is virtual and only moves on by [`Demo::advance`].
///
/// Each host says that it is none: its role is [`ROLE`](crate::ROLE).
#[derive(Debug)]
pub struct Demo {
    hosts: Vec<Host>,
    topology: Topology,
    /// Seconds since the past began, and the host whose turn it is within the second.
    second: u64,
    turn: usize,
    past_s: u64,
    past: Vec<Message>,
    /// What an agent holds of each host that spoke before the demonstration began.
    held: Vec<Message>,
    wall_s: f64,
}

#[derive(Debug)]
struct Host {
    origin: OriginId,
    name: Arc<str>,
    past_name: Arc<str>,
    seed: [u8; 32],
    identity: Identity,
    composer: Composer,
    machine: Machine,
    /// Milliseconds after the full second at which it sends.
    phase_ms: u64,
    hops: u8,
    /// From which second of the demonstration to which one it is silent.
    silence: Option<(u64, u64)>,
    mesh: Mesh,
}

impl Demo {
    /// The fleet at the beginning of the demonstration.
    pub fn new(options: &DemoOptions) -> Self {
        let count = options.hosts.clamp(1, ORIGINS_MAX);
        let topology = Topology::new(count, &mut Random::of(options.seed, 2));
        let past_s = options.past.as_secs();
        let hosts = Roll::new(options, &topology).collect();
        let wall_s = options.wall_s - seconds(past_s);
        let mut demo =
            Self { hosts, topology, second: 0, turn: 0, past_s, past: Vec::new(), held: Vec::new(), wall_s };
        for index in 0..demo.hosts.len() {
            demo.link(index, &BTreeSet::new());
        }
        let mut held = BTreeMap::new();
        while demo.second < past_s {
            demo.live_through_second(&mut held);
        }
        demo.held = held.into_values().flatten().collect();
        demo
    }

    /// The past, as an agent replays it: each message with the age that it has at the beginning of the demonstration.
    /// Nothing is left after the first call.
    pub fn take_past(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.past)
    }

    /// What the hosts send until `to`, which counts from the beginning of the demonstration. Each sends once a second.
    /// Before that comes what their agent holds of hosts that have a past: the newest keyframe and delta.
    pub fn advance(&mut self, to: Duration) -> Vec<Message> {
        let mut messages = std::mem::take(&mut self.held);
        while let Some(host) = self.hosts.get(self.turn) {
            let at = Duration::from_millis((self.second - self.past_s) * 1000 + host.phase_ms);
            if at > to {
                break;
            }
            if let Some(frame) = self.frame(self.turn)
                && let Some(host) = self.hosts.get(self.turn)
            {
                let frame = (0..host.hops).try_fold(frame, |frame, _| frame.forwarded(HOP_MS));
                let name = Arc::clone(&host.name);
                messages.extend(frame.map(|frame| Message { at, name, frame: frame.bytes().clone() }));
            }
            self.turn += 1;
            if self.turn == self.hosts.len() {
                self.turn = 0;
                self.second += 1;
                self.tell_of_the_silent();
            }
        }
        messages
    }

    /// The names of all hosts, in the order in which they send.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.hosts.iter().map(|host| &*host.name)
    }

    /// Of the past only some hosts are recorded; the others begin with the demonstration.
    fn live_through_second(&mut self, held: &mut BTreeMap<usize, Vec<Message>>) {
        for index in 0..self.hosts.len().min(PAST_HOSTS_MAX) {
            let frame = self.frame(index);
            let Some((host, frame)) = self.hosts.get(index).zip(frame) else { continue };
            let age_ms = (self.past_s - self.second) * 1000 - host.phase_ms;
            let aged = frame.aged(age_ms).bytes().clone();
            let message =
                |name: &Arc<str>| Message { at: Duration::ZERO, name: Arc::clone(name), frame: aged.clone() };
            let held = held.entry(index).or_default();
            held.truncate(usize::from(frame.kind() != FrameKind::Keyframe));
            held.push(message(&host.name));
            self.past.push(message(&host.past_name));
        }
        self.second += 1;
    }

    /// The frame of the host for the current second, if it speaks.
    fn frame(&mut self, index: usize) -> Option<Frame> {
        let wall_s = self.wall_s + seconds(self.second);
        let live_s = self.second.checked_sub(self.past_s);
        let host = self.hosts.get_mut(index)?;
        if live_s.is_some_and(|live_s| host.is_silent(live_s)) {
            return None;
        }
        if live_s.is_some_and(|live_s| host.silence.is_some_and(|(_, until)| until == live_s)) {
            host.restart(wall_s);
        }
        let now = Moment(self.second * 1000 + host.phase_ms);
        let readings = host.machine.step(wall_s, &host.mesh);
        // No kind of host has more readings than a frame holds.
        host.composer.frame(readings.iter(), now).ok()
    }

    /// Neighbours of a host that died say so when their links to it broke, and have it back when it speaks again.
    fn tell_of_the_silent(&mut self) {
        let Some(live_s) = self.second.checked_sub(self.past_s) else { return };
        let has_news = |host: &Host| {
            host.silence.is_some_and(|(from, until)| {
                from + LOST_AFTER_S == live_s || until.saturating_add(1) == live_s
            })
        };
        if !self.hosts.iter().any(has_news) {
            return;
        }
        let lost = |host: &Host| {
            host.silence.is_some_and(|(from, until)| (from + LOST_AFTER_S..=until).contains(&live_s))
        };
        let gone =
            self.hosts.iter().enumerate().filter(|(_, host)| lost(host)).map(|(index, _)| index).collect();
        for index in 0..self.hosts.len() {
            self.link(index, &gone);
        }
    }

    /// Tells the host at `index` of its links, to all neighbours but those that are gone.
    fn link(&mut self, index: usize, gone: &BTreeSet<usize>) {
        let mut links = Links::default();
        for neighbour in self.topology.neighbours(index) {
            let Some(Host { origin, composer, .. }) = self.hosts.get(*neighbour) else { continue };
            if gone.contains(neighbour) {
                links.lost.push(Lost { origin: *origin, position: composer.position() });
            } else {
                links.up.push(*origin);
            }
        }
        let hosts = count(self.hosts.len());
        if let Some(host) = self.hosts.get_mut(index) {
            host.mesh = Mesh { hosts, neighbours: count(links.up.len()), lost: count(links.lost.len()) };
            host.composer.set_links(links);
        }
    }
}

impl Host {
    fn is_silent(&self, live_s: u64) -> bool {
        self.silence.is_some_and(|(from, until)| (from..until).contains(&live_s))
    }

    /// Another run of the agent, after a start of the machine.
    fn restart(&mut self, wall_s: f64) {
        let Position { epoch, .. } = self.composer.position();
        let key = OriginKey::from_seed(&self.seed);
        self.composer = Composer::new(key, self.identity.clone(), HOP_LIMIT, epoch + 1);
        self.machine.boot(wall_s);
    }
}

/// Hands out hosts with their names.
struct Roll<'a> {
    options: &'a DemoOptions,
    topology: &'a Topology,
    hops: Vec<u8>,
    index: usize,
    /// How many hosts of each kind there were so far.
    named: BTreeMap<&'static str, usize>,
    first_name: Option<HostName>,
}

impl<'a> Roll<'a> {
    fn new(options: &'a DemoOptions, topology: &'a Topology) -> Self {
        let named = BTreeMap::new();
        Self { options, topology, hops: topology.hops(), index: 0, named, first_name: None }
    }

    fn name(&mut self, spec: &Spec) -> Option<HostName> {
        let is_last = self.index + 1 == self.topology.len();
        if self.options.scenario == Scenario::Conflict && is_last && self.first_name.is_some() {
            return self.first_name.clone();
        }
        let number = self.named.entry(spec.prefix).or_default();
        *number += 1;
        let width = if self.topology.len() > 99 { 4 } else { 2 };
        // Prefixes are host names already.
        let name: HostName = format!("{}-{number:0width$}", spec.prefix).parse().ok()?;
        self.first_name.get_or_insert_with(|| name.clone());
        Some(name)
    }
}

impl Iterator for Roll<'_> {
    type Item = Host;

    fn next(&mut self) -> Option<Host> {
        let (index, count) = (self.index, self.topology.len());
        if index == count {
            return None;
        }
        let DemoOptions { seed, scenario, past, wall_s, .. } = *self.options;
        let spec = scenario.kind(index).spec();
        let name = self.name(spec)?;
        self.index += 1;
        let mut random = Random::of(seed, 100 + u64::try_from(index).unwrap_or_default());
        let key_seed = random.bytes();
        let key = OriginKey::from_seed(&key_seed);
        let groups = vec![crate::ROLE.to_owned(), spec.group.to_owned()];
        let role = crate::ROLE.to_owned();
        let identity =
            Identity { public_key: key.public(), host: name.clone(), interval_ms: 1000, role, groups };
        let begun_s = wall_s - if index < PAST_HOSTS_MAX { past.as_secs_f64() } else { 0.0 };
        let faults = scenario.faults(index);
        Some(Host {
            origin: key.origin(),
            name: name.as_str().into(),
            past_name: format!("{HISTORY_PREFIX}{name}").into(),
            seed: key_seed,
            composer: Composer::new(key, identity.clone(), HOP_LIMIT, 1),
            identity,
            machine: Machine::new(name.as_str(), spec, faults, random.next(), begun_s),
            phase_ms: u64::try_from(index * 1000 / count).unwrap_or_default(),
            hops: self.hops.get(index).copied().unwrap_or_default(),
            silence: scenario.silence(index),
            mesh: Mesh::default(),
        })
    }
}

fn seconds(seconds: u64) -> f64 {
    f64::from(u32::try_from(seconds).unwrap_or(u32::MAX))
}

fn count(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Most hosts of which there is a past: as many as an agent has links, and so as a subscriber takes the past of.
pub const PAST_HOSTS_MAX: usize = 64;

/// Seconds until the neighbours of a host that died have lost their links to it.
const LOST_AFTER_S: u64 = 2;

/// Milliseconds that a frame takes over a link.
const HOP_MS: u64 = 4;
