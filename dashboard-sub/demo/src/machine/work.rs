//! What a machine has to do: the hour of the day, and jobs that come and go. Everything else follows from it.

use super::Blueprint;
use crate::random::{Lagging, Random, Wander};
use crate::spec::{BackupSpec, Rhythm};

/// How much of each part is asked for, as shares from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Activity {
    /// Of the processor.
    pub(super) cpu: f64,
    /// Of the memory that the host's programs may take.
    pub(super) memory: f64,
    /// Reading from disks.
    pub(super) read: f64,
    /// Writing to disks.
    pub(super) write: f64,
    pub(super) receive: f64,
    pub(super) transmit: f64,
}

#[derive(Debug)]
pub(super) struct Work {
    rhythm: &'static Rhythm,
    backups: &'static [BackupSpec],
    job: Job,
    burst: Job,
    hours: f64,
    wander: Wander,
    cpu: Lagging,
    memory: Lagging,
    disk: Lagging,
    network: Lagging,
    /// Which part of what goes over disks and network is read and received; the job decides.
    direction: f64,
    random: Random,
}

impl Work {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let rhythm = &blueprint.spec.rhythm;
        let mut random = blueprint.random(10);
        let memory = random.between(0.1, 0.5);
        Self {
            rhythm,
            backups: blueprint.spec.backups,
            job: Job::new(blueprint.random(11), rhythm.idle_s, rhythm.busy_s),
            burst: Job::new(blueprint.random(12), (4.0, 45.0), (2.0, 14.0)),
            hours: random.between(-1.5, 1.5),
            wander: Wander::new(blueprint.random(13), 0.12),
            cpu: Lagging::new(rhythm.rest / 100.0, 1.6),
            memory: Lagging::new(memory, 40.0),
            disk: Lagging::new(0.0, 1.2),
            network: Lagging::new(0.0, 1.5),
            direction: random.share(),
            random,
        }
    }

    /// What there is to do in a second that ends at `wall_s`, while GPUs are at work with this share.
    pub(super) fn step(&mut self, wall_s: f64, gpu: f64) -> Activity {
        let was_busy = self.job.is_busy();
        let job = self.job.step();
        if self.job.is_busy() != was_busy {
            self.direction = self.random.share();
        }
        let burst = self.burst.step();
        let (low, high) = self.rhythm.job;
        let day = self.rhythm.day * daylight(wall_s / 3600.0 + self.hours);
        let job_percent = if job > 0.0 { low + (high - low) * job } else { 0.0 };
        let backup = if self.backups.iter().any(|backup| backup.is_running(wall_s)) { 0.45 } else { 0.0 };
        let wander = self.wander.next();
        let percent = self.rhythm.rest + day * (0.6 + 0.8 * wander) + job_percent * (0.85 + 0.3 * wander);
        let cpu = self.cpu.follow((percent / 100.0 + 0.06 * gpu + 0.3 * backup).min(0.99));
        let disk = self.disk.follow((0.04 * wander + burst * (0.15 + 0.85 * job) + backup).min(1.0));
        let network =
            self.network.follow((0.02 * wander + burst * (0.1 + 0.9 * job) + 0.8 * backup).min(1.0));
        Activity {
            cpu,
            memory: self.memory.follow((0.15 + 0.7 * job + 0.2 * wander).min(1.0)),
            read: disk * (0.1 + 0.8 * self.direction),
            write: disk * (0.9 - 0.8 * self.direction),
            receive: network * (0.9 - 0.8 * self.direction),
            transmit: network * (0.1 + 0.8 * self.direction),
        }
    }
}

/// Comes and goes.
#[derive(Debug)]
pub(super) struct Job {
    random: Random,
    idle_s: (f64, f64),
    busy_s: (f64, f64),
    left_s: f64,
    intensity: f64,
    /// How many began so far.
    runs: usize,
}

impl Job {
    pub(super) fn new(mut random: Random, idle_s: (f64, f64), busy_s: (f64, f64)) -> Self {
        let intensity = if random.chance(0.6) { random.between(0.3, 1.0) } else { 0.0 };
        let (low, high) = if intensity > 0.0 { busy_s } else { idle_s };
        let left_s = random.between(0.0, low.midpoint(high));
        let runs = random.below(16);
        Self { random, idle_s, busy_s, left_s, intensity, runs }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.intensity > 0.0
    }

    pub(super) fn runs(&self) -> usize {
        self.runs
    }

    /// How hard it works a second later; 0 while there is none.
    pub(super) fn step(&mut self) -> f64 {
        self.left_s -= 1.0;
        if self.left_s <= 0.0 {
            let starts = !self.is_busy();
            self.intensity = if starts { self.random.between(0.3, 1.0) } else { 0.0 };
            self.runs += usize::from(starts);
            let (low, high) = if starts { self.busy_s } else { self.idle_s };
            self.left_s = self.random.between(low, high);
        }
        self.intensity
    }
}

impl BackupSpec {
    /// When the run began that is under way or was the last one at `wall_s`.
    pub(super) fn started_s(&self, wall_s: f64) -> f64 {
        ((wall_s - self.offset_s) / self.interval_s).floor() * self.interval_s + self.offset_s
    }

    pub(super) fn is_running(&self, wall_s: f64) -> bool {
        wall_s - self.started_s(wall_s) < self.duration_s
    }
}

/// How busy an hour is: 0 in the small hours, 1 in the afternoon.
fn daylight(hour: f64) -> f64 {
    let angle = (hour - 15.0) / 24.0 * std::f64::consts::TAU;
    (0.5 + 0.5 * angle.cos()).powf(1.4)
}
