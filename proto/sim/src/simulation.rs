//! The simulation: one event after the other, until the end or until something is wrong.

use std::collections::VecDeque;

use crate::calendar::{Calendar, Event};
use crate::clock::Micros;
use crate::dialling::{Dial, Seed};
use crate::ends::End;
use crate::faults::Fault;
use crate::host::{Host, origin_of};
use crate::inspector::{self, Inspector};
use crate::ledger::Ledger;
use crate::measures::Measures;
use crate::paths::Paths;
use crate::random::{Purpose, Random, mix};
use crate::scenarios::Setting;
use crate::violation::Violation;

/// A network, and what happens to it.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) seed: u64,
    pub(crate) degree: usize,
    pub(crate) is_flooding: bool,
    pub(crate) are_critical: bool,
    pub(crate) now: Micros,
    end: Micros,
    pub(crate) calendar: Calendar,
    pub(crate) jitter: Random,
    /// Longest time that what came waits for its reader.
    pub(crate) wake_us: Micros,
    pub(crate) paths: Paths,
    pub(crate) hosts: Vec<Host>,
    pub(crate) seeds: Vec<Seed>,
    pub(crate) dials: Vec<Dial>,
    pub(crate) ends: Vec<End>,
    /// Ends that write once all that happens in the same turn is queued.
    pub(crate) writes: Vec<usize>,
    pub(crate) plan: Vec<(Micros, Fault)>,
    pub(crate) ledger: Ledger,
    pub(crate) inspector: Inspector,
    pub(crate) measures: Measures,
    /// How many hosts publish: those with the lowest numbers.
    pub(crate) speakers: usize,
    pub(crate) speakers_running: usize,
    /// When a host was killed, unless it was started again.
    pub(crate) died_at: Vec<Option<Micros>>,
    pub(crate) counted_from: Micros,
    pub(crate) marked_at: Option<Micros>,
    /// By joiner since then: time until it had heard of all.
    pub(crate) joins: Vec<Micros>,
    pub(crate) violation: Option<Violation>,
    events: u64,
    digest: u64,
    recent: VecDeque<(u64, Micros, Event)>,
    /// What happens in words, where somebody wants to read it.
    story: Option<Vec<String>>,
}

impl Simulation {
    /// The network of `setting` before its first event.
    pub(crate) fn new(setting: Setting) -> Self {
        let Setting { seed, degree, hosts: count, speakers, watched_pairs, is_flooding, .. } = setting;
        let Setting { are_critical, delay_us, wake_us, seeds_of, plan, end, .. } = setting;
        let origins: Vec<_> = (0..speakers).map(origin_of).collect();
        let mut simulation = Self {
            seed,
            degree,
            is_flooding,
            are_critical,
            now: 0,
            end,
            calendar: Calendar::new(),
            jitter: Random::of(seed, Purpose::Jitter),
            wake_us,
            paths: Paths::new(seed, count, delay_us),
            hosts: (0..count).map(|host| Host::new(host, host < speakers, seed)).collect(),
            seeds: Vec::new(),
            dials: Vec::new(),
            ends: Vec::new(),
            writes: Vec::new(),
            plan,
            ledger: Ledger::new(count, &origins),
            inspector: Inspector::new(count, speakers, watched_pairs, seed),
            measures: Measures::new(count),
            speakers,
            speakers_running: 0,
            died_at: vec![None; count],
            counted_from: 0,
            marked_at: None,
            joins: Vec::new(),
            violation: None,
            events: 0,
            digest: 0,
            recent: VecDeque::new(),
            story: None,
        };
        for (host, seeds) in seeds_of.into_iter().enumerate() {
            for (place, to) in (0..).zip(seeds) {
                simulation.hosts[host].seeds.push(simulation.seeds.len());
                simulation.seeds.push(Seed::new(host, to, place));
            }
        }
        for (place, (at, _)) in simulation.plan.iter().enumerate() {
            simulation.calendar.add(*at, Event::Fault(number(place)));
        }
        simulation
    }

    /// Runs to the end, or to the first violation.
    pub(crate) fn run(&mut self) {
        while self.step() {}
    }

    /// Lets the next event happen. False if there is none, or something is wrong already.
    pub(crate) fn step(&mut self) -> bool {
        if self.violation.is_some() {
            return false;
        }
        let Some((at, event)) = self.calendar.next(self.end) else { return false };
        self.now = at;
        self.events += 1;
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((self.events, at, event));
        self.mark(at);
        if self.story.is_some() {
            let words = format!("{} {}", self.events, self.in_words(at, event));
            self.narrate(|| words);
        }
        self.dispatch(event);
        while let Some(end) = self.writes.pop() {
            self.dispatch(Event::Write(number(end)));
        }
        true
    }

    /// How many events have happened.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// A number that two runs share only if the same happened in both.
    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// When it ends.
    pub(crate) fn end(&self) -> Micros {
        self.end
    }

    /// The last events, with their numbers and times.
    pub(crate) fn recent(&self) -> impl Iterator<Item = &(u64, Micros, Event)> {
        self.recent.iter()
    }

    /// From now on what happens is told.
    pub(crate) fn begin_story(&mut self) {
        self.story.get_or_insert_default();
    }

    /// What was told since the last time.
    pub(crate) fn take_story(&mut self) -> Vec<String> {
        self.story.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Tells something, if somebody listens.
    pub(crate) fn narrate(&mut self, words: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(words());
        }
    }

    /// Stops at what must not happen.
    pub(crate) fn note(&mut self, result: Result<(), Violation>) {
        if let Err(violation) = result {
            self.violation.get_or_insert(violation);
        }
    }

    /// Has the digest tell this run from others.
    pub(crate) fn mark(&mut self, number: u64) {
        self.digest = mix(self.digest ^ number);
    }

    /// Begins to count anew.
    pub(crate) fn count_anew(&mut self) {
        self.measures = Measures::new(self.hosts.len());
        self.counted_from = self.now;
    }

    fn dispatch(&mut self, event: Event) {
        let Some(host) = self.host_of(event) else { return self.happen(event) };
        if self.is_stale(event) {
            return;
        }
        let is_waiting = !self.hosts[host].inbox.is_empty();
        if !self.hosts[host].is_running {
            // Whoever is not there reads nothing; links still lose what was under way.
            if let Event::Arrive(_) = event {
                self.happen(event);
            }
        } else if self.hosts[host].is_busy(self.now) || is_waiting {
            self.hosts[host].inbox.push_back(event);
            if !is_waiting {
                let at = self.hosts[host].busy_until();
                self.calendar.add(at, Event::Wake(number(host)));
            }
        } else {
            self.happen(event);
        }
    }

    /// The host whose process the event is for; none for what befalls kernels, paths and the network.
    pub(crate) fn host_of(&self, event: Event) -> Option<usize> {
        match event {
            Event::Fault(_) | Event::Wake(_) | Event::Resend(_) => None,
            Event::Publish(host) | Event::Timer(host) => Some(place(host)),
            Event::Redial(seed) => Some(self.seeds[place(seed)].host),
            Event::Accept(dial) => Some(self.dialled(place(dial))),
            Event::Refuse(dial) | Event::GiveUp(dial) => Some(self.dialler(place(dial))),
            Event::Arrive(end)
            | Event::Write(end)
            | Event::DeadPath(end)
            | Event::Down(end)
            | Event::Ping(end)
            | Event::Pong(end) => Some(self.ends[place(end)].host),
        }
    }

    /// Whether another event has taken the place of this one.
    fn is_stale(&self, event: Event) -> bool {
        match event {
            Event::Publish(host) => self.hosts[place(host)].publish_at != self.now,
            Event::Timer(host) => self.hosts[place(host)].timer_at != self.now,
            Event::Redial(seed) => !self.seeds[place(seed)].is_due(self.now),
            _ => false,
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Fault(step) => self.fault(place(step)),
            Event::Publish(host) => self.publish(place(host)),
            Event::Timer(host) => self.time_out(place(host)),
            Event::Wake(host) => self.wake(place(host)),
            Event::Redial(seed) => self.dial_seed(place(seed)),
            Event::Accept(dial) => self.accept(place(dial)),
            Event::Refuse(dial) | Event::GiveUp(dial) => self.fail_dial(place(dial)),
            Event::Arrive(end) => self.arrive(place(end)),
            Event::Write(end) => {
                let (host, bytes) = (self.ends[place(end)].host, self.ends[place(end)].queue.bytes());
                let checked = inspector::check_links(host, self.hosts[host].ends.len(), bytes);
                self.note(checked);
                self.write(place(end));
            }
            Event::Resend(end) => self.resend(place(end)),
            Event::DeadPath(end) => self.give_up_path(place(end)),
            Event::Down(end) => self.down(place(end)),
            Event::Ping(end) => self.ping(place(end)),
            Event::Pong(end) => self.pong(place(end)),
        }
    }

    /// A host goes on with what came while its processor was taken.
    fn wake(&mut self, host: usize) {
        while !self.hosts[host].is_busy(self.now)
            && let Some(event) = self.hosts[host].inbox.pop_front()
        {
            self.happen(event);
        }
        if !self.hosts[host].inbox.is_empty() {
            let at = self.hosts[host].busy_until();
            self.calendar.add(at, Event::Wake(number(host)));
        }
    }
}

/// A place in a table as events carry it.
pub(crate) fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// And back.
pub(crate) fn place(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// How many of the last events are kept.
const RECENT: usize = 1000;
