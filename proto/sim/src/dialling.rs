//! Dials: of seeds for ever, as the agent's shell does, and of others once, as the engine asks.

use std::net::SocketAddr;

use grapevine_proto::gossip::Target;

use crate::calendar::Event;
use crate::clock::{MS, Micros, S};
use crate::paths::host_at;
use crate::simulation::{Simulation, number};

/// A neighbour that a host's configuration names.
#[derive(Debug)]
pub(crate) struct Seed {
    pub(crate) host: usize,
    pub(crate) to: usize,
    /// Its number in the host's configuration.
    pub(crate) place: u16,
    pause: Micros,
    redial_at: Micros,
    linked_at: Micros,
    /// The end that makes dialling pointless: its end starts it anew.
    reached_by: Option<usize>,
    is_suspended: bool,
}

/// One try to reach a host.
#[derive(Debug)]
pub(crate) struct Dial {
    from: usize,
    /// Which run of that host.
    run: u32,
    to: usize,
    seed: Option<usize>,
    address: Option<SocketAddr>,
    is_over: bool,
}

impl Seed {
    pub(crate) fn new(host: usize, to: usize, place: u16) -> Self {
        Self {
            host,
            to,
            place,
            pause: REDIAL_MIN,
            redial_at: 0,
            linked_at: 0,
            reached_by: None,
            is_suspended: false,
        }
    }

    pub(crate) fn is_due(&self, now: Micros) -> bool {
        self.redial_at == now && !self.is_suspended
    }
}

impl Simulation {
    /// A host that starts dials its seeds.
    pub(crate) fn dial_seeds(&mut self, host: usize) {
        for seed in self.hosts[host].seeds.clone() {
            let known = &self.seeds[seed];
            self.seeds[seed] = Seed::new(known.host, known.to, known.place);
            self.dial_seed(seed);
        }
    }

    pub(crate) fn dial_seed(&mut self, seed: usize) {
        let Seed { host, to, .. } = self.seeds[seed];
        self.dial(host, to, Some(seed), None);
    }

    /// The engine asks to dial a seed again that had no place.
    pub(crate) fn dial_full_seed(&mut self, host: usize, place: u16) {
        let seeds = self.hosts[host].seeds.iter().copied();
        for seed in seeds.filter(|seed| self.seeds[*seed].place == place).collect::<Vec<_>>() {
            self.seeds[seed].is_suspended = false;
            self.seeds[seed].pause = REDIAL_MIN;
            self.dial_seed(seed);
        }
    }

    /// The engine asks to dial an agent, once.
    pub(crate) fn dial_address(&mut self, host: usize, address: SocketAddr) {
        match host_at(address).filter(|to| *to < self.hosts.len()) {
            Some(to) => self.dial(host, to, None, Some(address)),
            None => self.dial_failed(host, None, Some(address)),
        }
    }

    /// The engine gives up dialling an agent.
    pub(crate) fn undial(&mut self, host: usize, address: SocketAddr) {
        for dial in std::mem::take(&mut self.hosts[host].dials) {
            if self.dials[dial].address == Some(address) {
                self.dials[dial].is_over = true;
            } else {
                self.hosts[host].dials.push(dial);
            }
        }
    }

    fn dial(&mut self, from: usize, to: usize, seed: Option<usize>, address: Option<SocketAddr>) {
        let dial = number(self.dials.len());
        let run = self.hosts[from].run;
        self.hosts[from].dials.push(self.dials.len());
        self.dials.push(Dial { from, run, to, seed, address, is_over: false });
        let delay = if from == to { 0 } else { self.paths.delay(from, to) };
        self.calendar.add(self.now + DIAL_TIMEOUT, Event::GiveUp(dial));
        if !self.paths.pass_both_ways(from, to) {
            return;
        }
        if self.hosts[to].is_running {
            self.calendar.add(self.now + 3 * delay, Event::Accept(dial));
        } else {
            self.calendar.add(self.now + 2 * delay, Event::Refuse(dial));
        }
    }

    /// Who is asked to take the dial.
    pub(crate) fn dialled(&self, dial: usize) -> usize {
        self.dials[dial].to
    }

    /// Who dials.
    pub(crate) fn dialler(&self, dial: usize) -> usize {
        self.dials[dial].from
    }

    /// A dial arrives at an agent that listens: both have a link.
    pub(crate) fn accept(&mut self, dial: usize) {
        let Dial { from, to, seed, address, .. } = self.dials[dial];
        if !self.is_open(dial) || !self.hosts[to].is_running || !self.paths.pass_both_ways(from, to) {
            return;
        }
        self.finish(dial);
        let end = self.open_link(from, to, seed);
        if let Some(seed) = seed {
            self.seeds[seed].linked_at = self.now;
        }
        let seed = seed.map(|seed| Target::Seed(self.seeds[seed].place));
        self.tell_link_up(end, seed.or(address.map(Target::Address)));
        self.tell_link_up(end + 1, None);
    }

    /// A dial is refused, or is given up.
    pub(crate) fn fail_dial(&mut self, dial: usize) {
        if !self.is_open(dial) {
            return;
        }
        self.finish(dial);
        let Dial { from, seed, address, .. } = self.dials[dial];
        self.dial_failed(from, seed, address);
    }

    fn dial_failed(&mut self, host: usize, seed: Option<usize>, address: Option<SocketAddr>) {
        if let Some(seed) = seed {
            self.redial_later(seed);
        }
        if let Some(address) = address {
            self.tell_dial_failed(host, address);
        }
    }

    /// After its link has ended a seed is dialled again, and so is one for which the link stood in.
    pub(crate) fn dial_again_after(&mut self, end: usize) {
        if let Some(seed) = self.ends[end].seed {
            if self.now - self.seeds[seed].linked_at > REDIAL_MAX {
                self.seeds[seed].pause = REDIAL_MIN;
            }
            if !self.seeds[seed].is_suspended {
                self.redial_later(seed);
            }
        }
        for seed in self.hosts[self.ends[end].host].seeds.clone() {
            if self.seeds[seed].reached_by == Some(end) {
                self.seeds[seed].reached_by = None;
                self.seeds[seed].is_suspended = false;
                self.seeds[seed].pause = REDIAL_MIN;
                self.dial_seed(seed);
            }
        }
    }

    /// Stops dialling the seed of a link: until another link ends, or for good.
    pub(crate) fn suspend(&mut self, end: usize, reached_by: Option<usize>) {
        if let Some(seed) = self.ends[end].seed {
            self.seeds[seed].is_suspended = true;
            self.seeds[seed].reached_by = reached_by;
        }
    }

    /// Dials again after a pause that doubles, between half of it and all of it.
    fn redial_later(&mut self, seed: usize) {
        let pause = self.seeds[seed].pause;
        let at = self.now + pause / 2 + self.jitter.below(pause / 2 + 1);
        self.seeds[seed].pause = (pause * 2).min(REDIAL_MAX);
        self.seeds[seed].redial_at = at;
        self.calendar.add(at, Event::Redial(number(seed)));
    }

    fn is_open(&self, dial: usize) -> bool {
        let Dial { from, run, is_over, .. } = self.dials[dial];
        !is_over && self.hosts[from].is_running && self.hosts[from].run == run
    }

    fn finish(&mut self, dial: usize) {
        self.dials[dial].is_over = true;
        let from = self.dials[dial].from;
        self.hosts[from].dials.retain(|other| *other != dial);
    }
}

const REDIAL_MIN: Micros = 100 * MS;
const REDIAL_MAX: Micros = 2 * S;

/// How long a dial may wait for an answer.
const DIAL_TIMEOUT: Micros = S;
