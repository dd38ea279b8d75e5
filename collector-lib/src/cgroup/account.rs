//! What a control group uses, from pass to pass.

use grapevine_proto::{Absence, Metric};

use super::figures::{Figure, Gone, Limits, Load, Usage};
use crate::cgroup::Hierarchy;
use crate::file::Scratch;
use crate::rate::{Progress, Rate, float};
use crate::sample::Sample;

/// The figures of one group, as they were last read.
#[derive(Debug)]
pub(crate) struct Account {
    usage: Usage,
    load: Load,
    limits: Limits,
    cpu: Speed,
    read: Speed,
    written: Speed,
    readings: u32,
}

/// The metrics that a group's figures are told as.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) cpu: &'static Metric,
    pub(crate) cpu_limit: &'static Metric,
    pub(crate) memory: &'static Metric,
    pub(crate) memory_anonymous: &'static Metric,
    pub(crate) memory_limit: &'static Metric,
    pub(crate) io_read: &'static Metric,
    pub(crate) io_write: &'static Metric,
    pub(crate) tasks: &'static Metric,
    pub(crate) tasks_limit: &'static Metric,
    /// For want of a core, of memory, of I/O.
    pub(crate) pressure: [&'static Metric; 3],
}

/// Where groups are read from, and when.
pub(crate) struct Pass<'a> {
    pub(crate) hierarchy: &'a mut Hierarchy,
    pub(crate) scratch: &'a mut Scratch,
    /// Counts passes, from another start for each group.
    pub(crate) turn: u64,
    pub(crate) now_ms: u64,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            usage: Usage { cpu_us: Err(UNREAD), memory_bytes: Err(UNREAD) },
            load: Load::absent(UNREAD),
            limits: Limits::absent(UNREAD),
            cpu: Speed::default(),
            read: Speed::default(),
            written: Speed::default(),
            readings: 0,
        }
    }
}

impl Account {
    /// Reads the group at `path`; what costs more only in every [`LOAD_TURNS`]th pass, limits in every
    /// [`LIMIT_TURNS`]th.
    ///
    /// # Errors
    /// [`Gone`] if there is no such group any more.
    pub(crate) fn read(&mut self, path: &str, pass: Pass<'_>) -> Result<(), Gone> {
        let Pass { hierarchy, scratch, turn, now_ms } = pass;
        let usage = hierarchy.usage(path, scratch)?;
        let Usage { cpu_us, memory_bytes } = usage;
        if cpu_us == Err(Absence::Unsupported) && memory_bytes == Err(Absence::Unsupported) {
            // Of version 1, without an account of this group.
            return Ok(());
        }
        self.usage = usage;
        self.cpu.advance(cpu_us, now_ms);
        let is_new = self.is_new();
        if is_new || turn.is_multiple_of(LOAD_TURNS) {
            self.load = hierarchy.load(path, scratch);
            self.read.advance(self.load.read_bytes, now_ms);
            self.written.advance(self.load.written_bytes, now_ms);
        }
        if is_new || turn.is_multiple_of(LIMIT_TURNS) {
            self.limits = hierarchy.limits(path, scratch);
        }
        self.readings = self.readings.saturating_add(1);
        Ok(())
    }

    /// Whether it is new, so that rates are still to come.
    pub(crate) fn is_new(&self) -> bool {
        self.readings < NEW_READINGS
    }

    /// Whether its files could be read.
    pub(crate) fn is_read(&self) -> bool {
        self.readings > 0
    }

    /// Takes a figure under systemd's name for it, where files cannot be read; false if there is none.
    pub(crate) fn report(&mut self, key: &str, number: u64, now_ms: u64) -> bool {
        if !self.is_read() && self.load.read_bytes == Err(UNREAD) {
            // What systemd is not asked for, nothing tells.
            (self.load, self.limits) =
                (Load::absent(Absence::Unsupported), Limits::absent(Absence::Unsupported));
            self.read.progress = Err(Absence::Unsupported);
            self.written.progress = Err(Absence::Unsupported);
        }
        let figure = if number == u64::MAX { Err(Absence::Unsupported) } else { Ok(number) };
        match key {
            "MemoryCurrent" => self.usage.memory_bytes = figure,
            "CPUUsageNSec" => {
                self.usage.cpu_us = figure.map(|nanoseconds| nanoseconds / NS_PER_US);
                self.cpu.advance(self.usage.cpu_us, now_ms);
            }
            "TasksCurrent" => self.load.tasks = figure,
            _ => return false,
        }
        figure.is_ok()
    }

    /// Tells all that is known, of the group with this label.
    pub(crate) fn tell(&self, rows: &Rows, label: &str, sample: &mut Sample) {
        let labels = &[label];
        let Self { usage, load, limits, .. } = self;
        self.cpu.tell(PERCENT_PER_US, rows.cpu, labels, sample);
        tell_limit(limits.cpu_percent, rows.cpu_limit, labels, sample);
        tell(usage.memory_bytes.map(float), rows.memory, labels, sample);
        tell(load.anonymous_bytes.map(float), rows.memory_anonymous, labels, sample);
        tell_limit(limits.memory_bytes.map(|most| most.map(float)), rows.memory_limit, labels, sample);
        self.read.tell(1.0, rows.io_read, labels, sample);
        self.written.tell(1.0, rows.io_write, labels, sample);
        tell(load.tasks.map(float), rows.tasks, labels, sample);
        tell_limit(limits.tasks.map(|most| most.map(float)), rows.tasks_limit, labels, sample);
        for (metric, share) in rows.pressure.into_iter().zip(load.pressure) {
            tell(share, metric, labels, sample);
        }
    }
}

/// How fast a counter grows, until it is read again.
#[derive(Debug)]
struct Speed {
    rate: Rate,
    progress: Figure<Progress>,
}

impl Default for Speed {
    fn default() -> Self {
        Self { rate: Rate::default(), progress: Err(UNREAD) }
    }
}

impl Speed {
    fn advance(&mut self, count: Figure, now_ms: u64) {
        self.progress = count.map(|count| self.rate.advance(count, now_ms));
    }

    fn tell(&self, factor: f64, metric: &'static Metric, labels: &[&str], sample: &mut Sample) {
        match self.progress {
            Ok(Progress::PerSecond(rate)) => sample.number(metric, labels, rate * factor),
            Ok(progress) => progress.tell(sample, metric, labels),
            Err(absence) => sample.absent(metric, labels, absence),
        }
    }
}

fn tell(figure: Figure<f64>, metric: &'static Metric, labels: &[&str], sample: &mut Sample) {
    match figure {
        Ok(number) => sample.number(metric, labels, number),
        Err(absence) => sample.absent(metric, labels, absence),
    }
}

/// Where there is no limit, or nothing that could hold to one, nothing is told.
fn tell_limit(limit: Figure<Option<f64>>, metric: &'static Metric, labels: &[&str], sample: &mut Sample) {
    match limit {
        Ok(None) | Err(Absence::Unsupported) => {}
        Ok(Some(most)) => sample.number(metric, labels, most),
        Err(absence) => sample.absent(metric, labels, absence),
    }
}

const UNREAD: Absence = Absence::Failed;

const NS_PER_US: u64 = 1000;

/// A core gives a million microseconds in each second.
const PERCENT_PER_US: f64 = 100.0 / 1e6;

/// Passes in which all is read: rates take two.
const NEW_READINGS: u32 = 2;

/// Passes between two looks at what costs more: the kernel adds up `memory.stat` for each reader.
const LOAD_TURNS: u64 = 5;

/// Passes between two looks at limits.
const LIMIT_TURNS: u64 = 30;
