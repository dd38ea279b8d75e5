//! What waits for what: pressure and load.

use grapevine_proto::catalogue::{load, pressure};

use super::work::Activity;
use crate::random::Lagging;
use crate::sheet::Sheet;
use crate::spec::Spec;

#[derive(Debug)]
pub(super) struct Pressure {
    cores: f64,
    running: f64,
    cpu: Averages,
    memory: Averages,
    io: Averages,
    load: [Lagging; 3],
}

/// Over 10 s and 60 s.
#[derive(Debug)]
struct Averages([Lagging; 2]);

impl Averages {
    fn new() -> Self {
        Self([10.0, 60.0].map(|seconds| Lagging::new(0.0, seconds)))
    }

    fn follow(&mut self, percent: f64) {
        for average in &mut self.0 {
            average.follow(percent.clamp(0.0, 100.0));
        }
    }

    fn values(&self) -> [f64; 2] {
        self.0.each_ref().map(|average| average.value)
    }
}

impl Pressure {
    pub(super) fn new(spec: &Spec) -> Self {
        let cores = f64::from(spec.cpu.cores);
        let load =
            [60.0, 300.0, 900.0].map(|seconds| Lagging::new(cores * spec.rhythm.rest / 100.0, seconds));
        let [cpu, memory, io] = [(); 3].map(|()| Averages::new());
        Self { cores, running: 1.0, cpu, memory, io, load }
    }

    pub(super) fn step(&mut self, cpu_percent: f64, memory_share: f64, activity: &Activity) {
        let io = activity.read + activity.write;
        self.cpu.follow((cpu_percent - 55.0).max(0.0) * 0.9 + cpu_percent * 0.03);
        self.memory.follow((memory_share - 0.9).max(0.0) * 300.0);
        self.io.follow((io - 0.15).max(0.0) * 34.0);
        self.running = (cpu_percent / 100.0 * self.cores * 1.1).max(1.0);
        for load in &mut self.load {
            load.follow(cpu_percent / 100.0 * self.cores * 1.1 + 2.0 * io);
        }
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        let [cpu10, cpu60] = self.cpu.values();
        let [memory10, memory60] = self.memory.values();
        let [io10, io60] = self.io.values();
        sheet.number(&pressure::CPU_SOME_AVG10, &[], cpu10);
        sheet.number(&pressure::CPU_SOME_AVG60, &[], cpu60);
        sheet.number(&pressure::MEMORY_SOME_AVG10, &[], memory10);
        sheet.number(&pressure::MEMORY_SOME_AVG60, &[], memory60);
        sheet.number(&pressure::MEMORY_FULL_AVG10, &[], memory10 * 0.7);
        sheet.number(&pressure::MEMORY_FULL_AVG60, &[], memory60 * 0.7);
        sheet.number(&pressure::IO_SOME_AVG10, &[], io10);
        sheet.number(&pressure::IO_SOME_AVG60, &[], io60);
        sheet.number(&pressure::IO_FULL_AVG10, &[], io10 * 0.8);
        sheet.number(&pressure::IO_FULL_AVG60, &[], io60 * 0.8);
        let [load1, load5, load15] = self.load.each_ref().map(|load| load.value);
        sheet.number(&load::AVG1, &[], load1);
        sheet.number(&load::AVG5, &[], load5);
        sheet.number(&load::AVG15, &[], load15);
        sheet.number(&load::TASKS_RUNNING, &[], self.running.round());
        sheet.number(&load::TASKS_TOTAL, &[], (280.0 + 24.0 * self.cores + self.running).round());
    }
}
