//! Use, clock rates and temperature of the processor.

mod clusters;
mod frequency;
mod stat;
mod temperature;

use grapevine_proto::catalogue::cpu as rows;
use grapevine_proto::{Absence, Metric};

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile};
use crate::rate::{float, percent};
use crate::sample::Sample;
use clusters::Clusters;
use frequency::Frequency;
use stat::{Clock, Ticks, Turn};
use temperature::Temperature;

/// The `cpu` collector.
#[derive(Debug)]
pub(crate) struct Cpu {
    stat: KeptFile,
    buffer: Buffer,
    total: Clock,
    cores: Vec<Core>,
    clusters: Clusters,
    frequency: Frequency,
    temperature: Temperature,
    /// When clock rates and temperature are read next.
    sensors_due_ms: u64,
}

impl Cpu {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            stat: KeptFile::new(context.roots.proc.join("stat")),
            buffer: Buffer::default(),
            total: Clock::default(),
            cores: Vec::new(),
            clusters: Clusters::new(&context.roots.sys),
            frequency: Frequency::new(&context.roots.sys),
            temperature: Temperature::new(&context.roots.sys),
            sensors_due_ms: 0,
        }
    }

    /// Brings the clocks up to the lines of `/proc/stat`; a core that went offline has none and is forgotten.
    fn advance(&mut self) -> Result<Turn, CollectError> {
        let content = self.stat.read(&mut self.buffer)?;
        let mut total = None;
        let mut online = 0;
        for (number, ticks) in stat::parse(content) {
            let Some(number) = number else {
                total = Some(self.total.advance(ticks));
                continue;
            };
            while self.cores.get(online).is_some_and(|core| core.number < number) {
                self.cores.remove(online);
            }
            if self.cores.get(online).is_none_or(|core| core.number != number) {
                self.cores.insert(online, Core::new(number));
            }
            if let Some(core) = self.cores.get_mut(online) {
                core.turn = core.clock.advance(ticks);
                online += 1;
            }
        }
        self.cores.truncate(online);
        total.ok_or_else(|| CollectError::malformed(self.stat.path(), "a line `cpu` with its times"))
    }

    fn emit_sensors(&mut self, sample: &mut Sample) {
        if sample.now_ms() >= self.sensors_due_ms {
            self.sensors_due_ms = sample.now_ms() + SENSORS_INTERVAL_MS;
            self.frequency.read(&mut self.buffer);
            self.temperature.read(&mut self.buffer);
        }
        self.frequency.emit(sample);
        self.temperature.emit(sample);
    }
}

impl Collector for Cpu {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let total = self.advance()?;
        for (metric, of) in MODES {
            emit_share(total, metric, &[], of, sample);
        }
        for core in &self.cores {
            emit_share(core.turn, &rows::CORE_USE, &[&core.name], Ticks::busy, sample);
        }
        sample.number(&rows::CORES, &[], float(u64::try_from(self.cores.len()).unwrap_or(u64::MAX)));
        for (capacity, turn) in self.clusters.turns(self.cores.iter().map(|core| (core.number, core.turn))) {
            emit_share(turn, &rows::CLUSTER_USE, &[capacity], Ticks::busy, sample);
        }
        self.emit_sensors(sample);
        Ok(())
    }
}

#[derive(Debug)]
struct Core {
    number: u32,
    name: String,
    clock: Clock,
    turn: Turn,
}

impl Core {
    fn new(number: u32) -> Self {
        Self { number, name: number.to_string(), clock: Clock::default(), turn: Turn::First }
    }
}

fn emit_share(turn: Turn, metric: &'static Metric, labels: &[&str], of: Share, sample: &mut Sample) {
    match turn {
        Turn::First => {}
        Turn::Broken => sample.absent(metric, labels, Absence::Failed),
        Turn::Spent(ticks) => {
            sample.number(metric, labels, percent(of(&ticks), ticks.total()).unwrap_or(f64::NAN));
        }
    }
}

/// A part of the time of a core.
type Share = fn(&Ticks) -> u64;

/// The shares of all cores' time that are told.
static MODES: [(&Metric, Share); 7] = [
    (&rows::USE, Ticks::busy),
    (&rows::USER, |ticks| ticks.user),
    (&rows::NICE, |ticks| ticks.nice),
    (&rows::SYSTEM, |ticks| ticks.system),
    (&rows::IOWAIT, |ticks| ticks.iowait),
    (&rows::IRQ, |ticks| ticks.irq),
    (&rows::STEAL, |ticks| ticks.steal),
];

/// Clock rates and temperatures may cost an interrupt on another core or a walk through firmware tables each.
const SENSORS_INTERVAL_MS: u64 = 4000;
