//! Counters that hosts do not tell, made of rates that they do.
//!
//! node_exporter has counters of processor time and of bytes, and dashboards take their rate. Hosts tell the rates
//! themselves. So each rate is added up over the time for which it was told; the rate of that sum is the rate again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_proto::catalogue::{cpu, disk, network, pressure};
use grapevine_proto::{Labels, Metric, MetricRef, OriginId};
use grapevine_sub::{Host, HostReading};

/// Sums of the rates of all hosts, from when each was first seen. They never fall while a host tells of a thing: a gap in
/// what it tells adds nothing.
#[derive(Clone, Debug, Default)]
pub struct Meters(BTreeMap<OriginId, Arc<HostMeters>>);

/// A kind of processor time, and the share of it.
pub(super) const MODES: [&str; 7] = ["idle", "iowait", "irq", "nice", "steal", "system", "user"];

/// The sums of one host.
#[derive(Clone, Debug)]
pub(super) struct HostMeters {
    /// Until when they are summed up.
    at: Instant,
    rates: Vec<Sum<1>>,
    /// Seconds of each core in each of [`MODES`].
    cores: Vec<Sum<{ MODES.len() }>>,
}

/// What the readings of one series add up to.
#[derive(Clone, Debug)]
struct Sum<const N: usize> {
    metric: &'static Metric,
    labels: Labels,
    sums: [f64; N],
}

impl Meters {
    /// Adds up what `hosts` tell at `now` over the time since the call before. To be called at least as often as the
    /// sums are read, better once a second. Hosts that are no longer among them are forgotten.
    pub fn advance<'h>(&mut self, hosts: impl IntoIterator<Item = &'h Arc<Host>>, now: Instant) {
        let mut before = std::mem::take(&mut self.0);
        for host in hosts {
            let meters = before.remove(&host.origin());
            let mut meters = meters.unwrap_or_else(|| Arc::new(HostMeters::new(now)));
            Arc::make_mut(&mut meters).advance(host, now);
            self.0.insert(host.origin(), meters);
        }
    }

    pub(super) fn host(&self, origin: OriginId) -> Option<&HostMeters> {
        self.0.get(&origin).map(|meters| &**meters)
    }
}

impl HostMeters {
    fn new(now: Instant) -> Self {
        Self { at: now, rates: Vec::new(), cores: Vec::new() }
    }

    /// What the readings of a rate add up to: their labels and the sum.
    pub(super) fn rates(&self, metric: &'static Metric) -> impl Iterator<Item = (&Labels, f64)> {
        let of_metric = self.rates.iter().filter(move |sum| sum.metric.id == metric.id);
        of_metric.map(|sum| (&sum.labels, sum.sums.iter().sum()))
    }

    /// Of each core its label, and its seconds in each of [`MODES`].
    pub(super) fn cores(&self) -> impl Iterator<Item = (&Labels, &[f64; MODES.len()])> {
        self.cores.iter().map(|sum| (&sum.labels, &sum.sums))
    }

    fn advance(&mut self, host: &Host, now: Instant) {
        let passed = now.saturating_duration_since(std::mem::replace(&mut self.at, now));
        let seconds = passed.min(STEP_MAX).as_secs_f64();
        let rates = RATES.iter().flat_map(|metric| told(host, metric).map(move |reading| (*metric, reading)));
        add(&mut self.rates, rates, |reading| {
            let rate = reading.state.number().filter(|_| !reading.is_stale(now))?;
            let whole = if reading.metric.unit.as_str() == "percent" { 100.0 } else { 1.0 };
            Some([rate.max(0.0) / whole * seconds])
        });
        let modes = Modes::of(host, now);
        let cores = told(host, &cpu::CORE_USE).map(|reading| (&cpu::CORE_USE, reading));
        add(&mut self.cores, cores, |reading| {
            let busy = reading.state.number().filter(|_| !reading.is_stale(now))?;
            Some(modes.shares(busy / 100.0).map(|share| share * seconds))
        });
    }
}

/// Shares of all cores' time.
#[derive(Clone, Copy)]
struct Modes {
    iowait: f64,
    /// Of [`BUSY`], how much of the time in which cores were busy.
    busy: [f64; BUSY.len()],
}

impl Modes {
    fn of(host: &Host, now: Instant) -> Self {
        let share = |metric: &'static Metric| {
            let reading = told(host, metric).next().filter(|reading| !reading.is_stale(now))?;
            Some((reading.state.number()? / 100.0).clamp(0.0, 1.0))
        };
        let shares = BUSY.map(|(metric, _)| share(metric).unwrap_or_default());
        let sum: f64 = shares.iter().sum();
        // Where all of them are rounded to nothing it is programs that ran.
        let busy = BUSY.map(|(_, mode)| f64::from(u8::from(mode == "user")));
        let busy = if sum > 0.0 { shares.map(|share| share / sum) } else { busy };
        Self { iowait: share(&cpu::IOWAIT).unwrap_or_default(), busy }
    }

    /// The shares of one core's time in each of [`MODES`], of which it was `busy` for that share.
    fn shares(&self, busy: f64) -> [f64; MODES.len()] {
        let busy = busy.clamp(0.0, 1.0);
        let iowait = self.iowait.min(1.0 - busy);
        MODES.map(|mode| match mode {
            "idle" => 1.0 - busy - iowait,
            "iowait" => iowait,
            _ => BUSY
                .iter()
                .zip(self.busy)
                .find(|((_, name), _)| *name == mode)
                .map_or(0.0, |(_, part)| part * busy),
        })
    }
}

/// The readings of a row of the catalogue.
fn told<'h>(host: &'h Host, metric: &'static Metric) -> impl Iterator<Item = HostReading<'h>> + use<'h> {
    let is_known = |reading: &HostReading<'_>| matches!(reading.metric, MetricRef::Known(_));
    host.readings_of_id(metric.id).filter(is_known)
}

/// Adds to the sum of each of `readings` what `more` says of it. Sums of others are dropped.
fn add<'h, const N: usize>(
    sums: &mut Vec<Sum<N>>,
    readings: impl Iterator<Item = (&'static Metric, HostReading<'h>)>,
    more: impl Fn(&HostReading<'h>) -> Option<[f64; N]>,
) {
    let mut count = 0;
    for (place, (metric, reading)) in readings.enumerate() {
        count = place + 1;
        let is_of = |sum: &Sum<N>| sum.metric.id == metric.id && sum.labels.iter().eq(reading.labels.iter());
        // Readings keep their order for hours: the sum is nearly always in its place.
        if !sums.get(place).is_some_and(is_of) {
            match sums.iter().skip(place).position(is_of) {
                Some(found) => sums.swap(place, place + found),
                None => {
                    let labels = reading.labels.iter().collect();
                    sums.insert(place.min(sums.len()), Sum { metric, labels, sums: [0.0; N] });
                }
            }
        }
        if let (Some(sum), Some(more)) = (sums.get_mut(place), more(&reading)) {
            sum.sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    }
    sums.truncate(count);
}

/// The rates that are summed up: bytes in each second, and percent of the time.
const RATES: [&Metric; 12] = [
    &pressure::CPU_SOME_AVG10,
    &pressure::MEMORY_SOME_AVG10,
    &pressure::MEMORY_FULL_AVG10,
    &pressure::IO_SOME_AVG10,
    &pressure::IO_FULL_AVG10,
    &disk::READ,
    &disk::WRITE,
    &disk::BUSY,
    &network::RECEIVE,
    &network::TRANSMIT,
    &network::RDMA_RECEIVE,
    &network::RDMA_TRANSMIT,
];

/// What makes a core busy.
const BUSY: [(&Metric, &str); 5] = [
    (&cpu::IRQ, "irq"),
    (&cpu::NICE, "nice"),
    (&cpu::STEAL, "steal"),
    (&cpu::SYSTEM, "system"),
    (&cpu::USER, "user"),
];

/// Longest time that one reading counts for: whoever was suspended knows nothing of the time between.
const STEP_MAX: Duration = Duration::from_secs(300);
