//! The processes that weigh most, by name.

use grapevine_proto::catalogue::process;

use super::work::Activity;
use super::{Blueprint, mib};
use crate::random::{Lagging, Wander};
use crate::sheet::Sheet;
use crate::spec::ProcessSpec;

#[derive(Debug)]
pub(super) struct Processes(Vec<Process>);

#[derive(Debug)]
struct Process {
    spec: &'static ProcessSpec,
    wander: Wander,
    cpu: Lagging,
    memory_mib: Lagging,
}

impl Processes {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let processes = blueprint.spec.processes.iter().zip(0_u64..).map(|(spec, at)| Process {
            spec,
            wander: Wander::new(blueprint.random(9500 + at), 0.12),
            cpu: Lagging::new(spec.cpu.0, 2.5),
            memory_mib: Lagging::new(spec.memory_mib * 0.5, 40.0),
        });
        Self(processes.collect())
    }

    pub(super) fn step(&mut self, activity: &Activity) {
        for process in &mut self.0 {
            let load = (activity.cpu * 1.5).min(1.0) * (0.3 + 0.7 * process.wander.next());
            let (rest, most) = process.spec.cpu;
            process.cpu.follow(rest + (most - rest) * load * load);
            process.memory_mib.follow(process.spec.memory_mib * (0.4 + 0.6 * activity.memory));
        }
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        let told: f64 = self.0.iter().map(|process| process.spec.count).sum();
        sheet.number(&process::TOTAL, &[], told + 190.0);
        for process in &self.0 {
            let labels = &[process.spec.name];
            sheet.number(&process::COUNT, labels, process.spec.count);
            sheet.number(&process::CPU, labels, process.cpu.value);
            sheet.number(&process::MEMORY, labels, mib(process.memory_mib.value));
        }
    }
}
