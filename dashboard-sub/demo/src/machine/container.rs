//! Containers.

use grapevine_proto::catalogue::container;

use super::work::Activity;
use super::{Blueprint, mib};
use crate::random::{Lagging, Wander};
use crate::sheet::Sheet;
use crate::spec::ContainerSpec;

#[derive(Debug)]
pub(super) struct Containers(Vec<Container>);

#[derive(Debug)]
struct Container {
    spec: &'static ContainerSpec,
    wander: Wander,
    cpu: Lagging,
    memory_mib: Lagging,
    io: f64,
}

impl Containers {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let containers = blueprint.spec.containers.iter().zip(0_u64..).map(|(spec, at)| Container {
            spec,
            wander: Wander::new(blueprint.random(9000 + at), 0.1),
            cpu: Lagging::new(spec.cpu.0, 3.0),
            memory_mib: Lagging::new(spec.memory_mib.0, 60.0),
            io: 0.0,
        });
        Self(containers.collect())
    }

    pub(super) fn step(&mut self, activity: &Activity) {
        for container in &mut self.0 {
            let load = (activity.cpu * 1.5).min(1.0) * (0.3 + 0.7 * container.wander.next());
            let between = |(rest, most): (f64, f64), share: f64| rest + (most - rest) * share;
            container.cpu.follow(between(container.spec.cpu, load));
            container.memory_mib.follow(between(container.spec.memory_mib, activity.memory));
            container.io = 40e6 * activity.write * load;
        }
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        for container in &self.0 {
            let labels = &[container.spec.id];
            let memory = mib(container.memory_mib.value);
            sheet.text(&container::RUNTIME, labels, container.spec.runtime);
            sheet.text(&container::NAME, labels, container.spec.name);
            sheet.number(&container::CPU, labels, container.cpu.value);
            if let Some(limit) = container.spec.cpu_limit {
                sheet.number(&container::CPU_LIMIT, labels, limit);
            }
            sheet.number(&container::MEMORY, labels, memory);
            sheet.number(&container::MEMORY_ANONYMOUS, labels, memory * 0.8);
            if let Some(limit) = container.spec.memory_limit_mib {
                sheet.number(&container::MEMORY_LIMIT, labels, mib(limit));
            }
            sheet.number(&container::IO_READ, labels, container.io * 0.5);
            sheet.number(&container::IO_WRITE, labels, container.io);
            sheet.number(&container::TASKS, labels, 24.0);
        }
        sheet.number(&container::COUNT, &[], f64::from(u32::try_from(self.0.len()).unwrap_or_default()));
    }
}
