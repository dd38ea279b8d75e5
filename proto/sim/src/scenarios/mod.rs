//! What is simulated: each scenario is a name, a network, and a plan of what happens to it.

mod clocks;
mod joins;
mod kills;
mod partitions;
mod restarts;
mod sick;
mod steady;

use std::ops::Range;

use crate::clock::{MS, Micros, S};
use crate::faults::Fault;
use crate::random::{Purpose, Random};

/// A scenario.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What happens in it, in a sentence.
    pub about: &'static str,
    draw: fn(&mut Sketch),
}

/// All scenarios, in the order in which tables show them.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    let files: [&[Scenario]; 7] =
        [steady::ALL, kills::ALL, restarts::ALL, partitions::ALL, sick::ALL, clocks::ALL, joins::ALL];
    files.into_iter().flatten()
}

/// The scenario called `name`.
pub fn named(name: &str) -> Option<&'static Scenario> {
    all().find(|scenario| scenario.name == name)
}

/// How large a network to simulate, and which one of all possible ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Size {
    /// Number of hosts.
    pub n: usize,
    /// Mean number of links of a host that come from its seeds and from those of others.
    pub degree: usize,
    /// Decides everything else.
    pub seed: u64,
    /// Hosts that publish; the others only relay.
    pub speakers: usize,
    /// Pairs of hosts and origins whose decoded state is compared at every frame.
    pub watched_pairs: usize,
    /// Whether frames flood instead of taking trees.
    pub is_flooding: bool,
    /// Shortest and longest time that bytes take between two hosts, one way, in microseconds.
    pub delay_us: (u64, u64),
    /// Longest time that what came waits for the process that reads it, in microseconds. Short waits are most frequent.
    pub wake_us: u64,
}

impl Size {
    /// All of `n` hosts publish, or 100 where there are more than 2,000.
    pub fn of(n: usize, seed: u64) -> Self {
        let speakers = if n > SPEAKERS_ALL { SPEAKERS_FEW } else { n };
        Self {
            n,
            degree: 6,
            seed,
            speakers,
            watched_pairs: WATCHED_PAIRS,
            is_flooding: false,
            delay_us: DELAY_US,
            wake_us: 0,
        }
    }
}

/// What a simulation is made of.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) degree: usize,
    pub(crate) hosts: usize,
    pub(crate) speakers: usize,
    pub(crate) watched_pairs: usize,
    pub(crate) is_flooding: bool,
    /// Whether the frames of all hosts take two paths.
    pub(crate) are_critical: bool,
    pub(crate) delay_us: (Micros, Micros),
    pub(crate) wake_us: Micros,
    /// By host: whom its configuration names.
    pub(crate) seeds_of: Vec<Vec<usize>>,
    pub(crate) plan: Vec<(Micros, Fault)>,
    pub(crate) end: Micros,
}

impl Scenario {
    /// The network and the plan, for a size.
    pub(crate) fn setting(&self, size: Size) -> Setting {
        let mut sketch = Sketch::new(size);
        (self.draw)(&mut sketch);
        sketch.plan.sort_by_key(|(at, _)| *at);
        Setting {
            seed: size.seed,
            degree: size.degree,
            hosts: sketch.seeds_of.len(),
            speakers: size.speakers.min(sketch.seeds_of.len()),
            watched_pairs: size.watched_pairs,
            is_flooding: size.is_flooding,
            are_critical: sketch.are_critical,
            delay_us: size.delay_us,
            wake_us: size.wake_us,
            seeds_of: sketch.seeds_of,
            plan: sketch.plan,
            end: sketch.end,
        }
    }
}

/// A host at the start of a scenario, for whoever wants to build the same network of real agents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The hosts that its configuration names.
    pub seeds: Vec<usize>,
    /// When its agent starts, in microseconds since the network's beginning.
    pub at_us: u64,
}

impl Scenario {
    /// The hosts that are started, by their numbers.
    pub fn starts(&self, size: Size) -> Vec<Start> {
        let Setting { seeds_of, plan, .. } = self.setting(size);
        let started_at = |host| {
            plan.iter().find_map(|(at, fault)| match fault {
                Fault::Start(hosts) if hosts.contains(&host) => Some(*at),
                _ => None,
            })
        };
        let hosts = seeds_of.into_iter().enumerate();
        hosts.filter_map(|(host, seeds)| Some(Start { seeds, at_us: started_at(host)? })).collect()
    }
}

/// A setting in the making.
#[derive(Debug)]
struct Sketch {
    n: usize,
    random: Random,
    seeds_of: Vec<Vec<usize>>,
    plan: Vec<(Micros, Fault)>,
    end: Micros,
    are_critical: bool,
}

impl Sketch {
    /// Random seeds, and nothing planned.
    fn new(size: Size) -> Self {
        let mut overlay = Random::of(size.seed, Purpose::Overlay);
        let seeds_of = (0..size.n).map(|host| random_seeds(host, size, &mut overlay)).collect();
        let random = Random::of(size.seed, Purpose::Faults);
        Self { n: size.n, random, seeds_of, plan: Vec::new(), end: 0, are_critical: false }
    }

    fn at(&mut self, at: Micros, fault: Fault) {
        self.plan.push((at, fault));
    }

    /// All hosts start within two seconds; counting begins after the first ten.
    fn settle(&mut self) {
        self.start_all(0..2 * S);
        self.at(SETTLED, Fault::Count);
    }

    fn start_all(&mut self, within: Range<Micros>) {
        for host in 0..self.n {
            let at = self.random.between(within.start, within.end);
            self.at(at, Fault::Start(vec![host]));
        }
    }

    /// What all waited for happens at `at`, and counting begins anew with it.
    fn blow(&mut self, at: Micros, fault: Fault) {
        self.at(at, Fault::Count);
        self.at(at, Fault::Mark);
        self.at(at, fault);
    }

    /// So many percent of the hosts, at least one.
    fn some_hosts(&mut self, percent: usize) -> Vec<usize> {
        self.random.places((self.n * percent / 100).max(1), self.n)
    }

    fn some_host(&mut self) -> usize {
        self.random.place(self.n)
    }
}

/// Half as many seeds as the degree says, as each makes a link for both ends; no host names itself.
fn random_seeds(host: usize, size: Size, random: &mut Random) -> Vec<usize> {
    let others = size.n.saturating_sub(1);
    let mut seeds = random.places((size.degree / 2).max(1), others);
    for seed in &mut seeds {
        *seed += usize::from(*seed >= host);
    }
    seeds
}

/// When the network has come to rest after its start.
const SETTLED: Micros = 10 * S;

/// Paths of a data centre and its neighbours.
const DELAY_US: (Micros, Micros) = (MS, 5 * MS);

const SPEAKERS_ALL: usize = 2000;
const SPEAKERS_FEW: usize = 100;
const WATCHED_PAIRS: usize = 64;
