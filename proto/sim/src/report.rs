//! What a run comes to.

use serde::{Deserialize, Serialize};

use crate::clock::{Micros, S};
use crate::ledger::Record;
use crate::measures::Measures;
use crate::scenarios::{Scenario, Size};
use crate::simulation::Simulation;

/// The figures of a run, from when the network had settled, or from the fault that the scenario is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Which scenario.
    pub scenario: String,
    /// Hosts, those that join late not included.
    pub n: usize,
    /// Mean number of links that come from seeds.
    pub degree: usize,
    /// Those that publish.
    pub speakers: usize,
    /// What decided everything.
    pub seed: u64,
    /// Whether frames flooded, for comparison.
    pub is_flooding: bool,
    /// Of all frames, times all hosts that were there and well and could be reached from the frame's origin, the share
    /// that came; frames of the last two seconds aside.
    pub delivery: f64,
    /// The same of the first second.
    pub delivery_first_s: f64,
    /// Relative message redundancy (Leitao, Pereira, Rodrigues, "Epidemic broadcast trees", 2007): frames that arrived
    /// for each that was news, less 1.
    pub rmr: f64,
    /// Half of the deliveries took no longer, from publishing to the engine's delivery, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 took no longer.
    pub p99_ms: f64,
    /// None took longer.
    pub max_ms: f64,
    /// Most links that a delivered frame had crossed.
    pub last_delivery_hop: u8,
    /// The mean of the links that delivered frames had crossed.
    pub hops_mean: f64,
    /// Control messages written for each delivery.
    pub control_per_delivery: f64,
    /// Mean length of a control message, in bytes.
    pub control_bytes_mean: f64,
    /// Frames that a host wrote in a second.
    pub frames_per_host_mean: f64,
    /// Mean length of a frame, in bytes.
    pub frame_bytes_mean: f64,
    /// Bytes of messages, frames and control, that a host wrote in a second.
    pub bytes_per_host_mean: f64,
    /// 99 of 100 hosts wrote no more.
    pub bytes_per_host_p99: f64,
    /// No host wrote more.
    pub bytes_per_host_max: f64,
    /// The mean of what a host put on the wire in a second, all headers included.
    pub wire_bytes_per_host_mean: f64,
    /// Packets that a host put on the wire in a second.
    pub packets_per_host_mean: f64,
    /// Time from the fault until the last frame was published that did not reach everybody within a second.
    pub heal_ms: f64,
    /// How often a host took another one for dead that was not.
    pub false_deaths: u64,
    /// Time within which 99 of 100 survivors that found a host dead did so.
    pub death_known_p99_ms: f64,
    /// Of all survivors, times all that died, the share that found them dead.
    pub deaths_known: f64,
    /// Time until the slowest joiner had heard of all hosts.
    pub join_ms: f64,
    /// Neighbours that a host had at the end, in the mean.
    pub links_mean: f64,
    /// Hosts without a neighbour at the end.
    pub isolated: u64,
    /// Most bytes of frames that an engine held.
    pub held_bytes_max: usize,
}

impl Report {
    pub(crate) fn of(scenario: &Scenario, size: Size, simulation: &Simulation) -> Self {
        let measures = &simulation.measures;
        let counted: Vec<&Record> = simulation.counted_records().collect();
        let first_s = simulation.marked_at.unwrap_or(simulation.counted_from) + S;
        let early = counted.iter().filter(|record| record.published_at < first_s).copied();
        let seconds = seconds(simulation.now.saturating_sub(simulation.counted_from));
        let mut sent: Vec<u64> = simulation.of_running(&measures.sent_bytes);
        sent.sort_unstable();
        let running = simulation.hosts.iter().filter(|host| host.is_running);
        let links: Vec<u64> = running.map(|host| host.neighbours() as u64).collect();
        let isolated = links.iter().filter(|count| **count == 0);
        let joined = simulation.joins.iter().copied().filter(|_| simulation.marked_at.is_some());
        Self {
            scenario: scenario.name.to_owned(),
            n: size.n,
            degree: size.degree,
            speakers: simulation.speakers,
            seed: size.seed,
            is_flooding: size.is_flooding,
            delivery: delivery(counted.iter().copied()),
            delivery_first_s: delivery(early),
            rmr: ratio(measures.frames_arrived, measures.deliveries) - 1.0,
            p50_ms: ms(measures.latency.permille(500)),
            p99_ms: ms(measures.latency.permille(990)),
            max_ms: ms(measures.latency.max()),
            last_delivery_hop: measures.hops_max,
            hops_mean: ratio(measures.hops, measures.deliveries),
            control_per_delivery: ratio(measures.controls, measures.deliveries),
            control_bytes_mean: ratio(measures.control_bytes, measures.controls),
            frames_per_host_mean: ratio(measures.frames_sent, sent.len() as u64) / seconds,
            frame_bytes_mean: ratio(measures.frame_bytes, measures.frames_sent),
            bytes_per_host_mean: mean(&sent) / seconds,
            bytes_per_host_p99: float(share(&sent, 99)) / seconds,
            bytes_per_host_max: float(share(&sent, 100)) / seconds,
            wire_bytes_per_host_mean: mean(&simulation.of_running(&measures.wire_bytes)) / seconds,
            packets_per_host_mean: ratio(measures.packets, sent.len() as u64) / seconds,
            heal_ms: heal_ms(simulation, &counted),
            false_deaths: measures.false_deaths,
            death_known_p99_ms: ms(measures.death_known.permille(990)),
            deaths_known: deaths_known(simulation, measures),
            join_ms: ms(joined.max().unwrap_or(0)),
            links_mean: mean(&links),
            isolated: isolated.count() as u64,
            held_bytes_max: measures.held_bytes_max,
        }
    }
}

impl Simulation {
    /// The frames that were published since counting began and had time to arrive.
    fn counted_records(&self) -> impl Iterator<Item = &Record> {
        let window = self.counted_from..self.end().saturating_sub(GRACE);
        self.ledger.records().filter(move |record| window.contains(&record.published_at))
    }

    fn of_running(&self, values: &[u64]) -> Vec<u64> {
        let all = self.hosts.iter().zip(values);
        all.filter(|(host, _)| host.is_running).map(|(_, value)| *value).collect()
    }
}

fn delivery<'a>(records: impl Iterator<Item = &'a Record>) -> f64 {
    let (delivered, expected) = records.fold((0, 0), |(delivered, expected), record| {
        (delivered + u64::from(record.delivered), expected + u64::from(record.expected))
    });
    if expected == 0 { 1.0 } else { ratio(delivered, expected) }
}

fn heal_ms(simulation: &Simulation, counted: &[&Record]) -> f64 {
    let from = simulation.marked_at.unwrap_or(simulation.counted_from);
    let late = counted.iter().filter(|record| record.in_time < record.expected);
    let last = late.map(|record| record.published_at).max();
    ms(last.map_or(0, |last| last.saturating_sub(from)))
}

fn deaths_known(simulation: &Simulation, measures: &Measures) -> f64 {
    let died = simulation.died_at[..simulation.speakers].iter().flatten();
    let died = died.filter(|at| **at >= simulation.counted_from).count();
    let survivors = simulation.hosts.iter().filter(|host| host.is_running).count();
    let pairs = (died * survivors) as u64;
    if pairs == 0 { 1.0 } else { ratio(measures.death_known.count(), pairs) }
}

fn share(sorted: &[u64], percent: usize) -> u64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0)
}

fn mean(values: &[u64]) -> f64 {
    ratio(values.iter().sum(), values.len() as u64)
}

fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { float(part) / float(whole) }
}

fn ms(time: Micros) -> f64 {
    float(time) / 1000.0
}

fn seconds(time: Micros) -> f64 {
    (float(time) / 1e6).max(1e-6)
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(crate) fn float(number: u64) -> f64 {
    number as f64
}

/// Frames that are published later than this before the end need not arrive.
const GRACE: Micros = 2 * S;
