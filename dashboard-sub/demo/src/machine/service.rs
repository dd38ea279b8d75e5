//! Services and timers.

use grapevine_proto::Absence;
use grapevine_proto::catalogue::service;

use super::work::Activity;
use super::{Blueprint, mib};
use crate::random::{Lagging, Random, Wander};
use crate::sheet::Sheet;
use crate::spec::{ServiceSpec, TimerSpec};

#[derive(Debug)]
pub(super) struct Services {
    services: Vec<Service>,
    timers: &'static [TimerSpec],
    random: Random,
    may_restart: bool,
}

#[derive(Debug)]
struct Service {
    spec: &'static ServiceSpec,
    state: State,
    started_s: f64,
    restarts: f64,
    wander: Wander,
    cpu: Lagging,
    memory_mib: Lagging,
    io: (f64, f64),
    disk_gb: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Active,
    /// Until this time it waits to be started anew.
    Waiting(f64),
    Failed,
}

impl Services {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let mut random = blueprint.random(80);
        let services = blueprint.spec.services.iter().zip(0_u64..).map(|(spec, at)| {
            let fails = blueprint.faults.service && at == 1;
            let (memory, _) = spec.memory_mib;
            Service {
                spec,
                state: if fails { State::Failed } else { State::Active },
                started_s: (blueprint.wall_s - random.between(9e3, 9e5)).floor(),
                restarts: if fails { 5.0 } else { 0.0 },
                wander: Wander::new(blueprint.random(8000 + at), 0.1),
                cpu: Lagging::new(spec.cpu.0, 2.0),
                memory_mib: Lagging::new(memory, 50.0),
                io: (0.0, 0.0),
                disk_gb: spec.disk_gb.map_or(0.0, |(used, _)| used * random.between(0.8, 1.15)),
            }
        });
        let services = services.collect();
        Self { services, timers: blueprint.spec.timers, random, may_restart: blueprint.faults.restarts }
    }

    pub(super) fn step(&mut self, activity: &Activity, wall_s: f64) {
        for service in &mut self.services {
            let may_crash = self.may_restart && service.spec.memory_limit_mib.is_some();
            if may_crash && service.state == State::Active && self.random.chance(RESTARTS_PER_SECOND) {
                service.state = State::Waiting(wall_s + 5.0);
            }
            service.step(activity, wall_s);
        }
    }

    pub(super) fn tell(&self, sheet: &mut Sheet, wall_s: f64) {
        for service in &self.services {
            service.tell(sheet);
        }
        let failed = self.services.iter().filter(|service| service.state == State::Failed).count();
        let degraded = self.services.iter().filter(|service| service.is_degraded(wall_s)).count();
        let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let healthy = self.services.len() - failed - degraded;
        sheet.number(&service::HEALTHY, &[], count(healthy));
        sheet.number(&service::DEGRADED, &[], count(degraded));
        sheet.number(&service::FAILED, &[], count(failed));
        for timer in self.timers {
            let TimerSpec { name, interval_s, offset_s } = *timer;
            let last = ((wall_s - offset_s) / interval_s).floor() * interval_s + offset_s;
            sheet.number(&service::TIMER_LAST, &[name], last);
            sheet.number(&service::TIMER_NEXT, &[name], last + interval_s);
            sheet.text(&service::TIMER_RESULT, &[name], "success");
        }
    }
}

impl Service {
    fn step(&mut self, activity: &Activity, wall_s: f64) {
        if let State::Waiting(until_s) = self.state
            && wall_s >= until_s
        {
            self.state = State::Active;
            self.started_s = wall_s.floor();
            self.restarts += 1.0;
        }
        let is_up = self.state == State::Active;
        let load = if is_up { (activity.cpu * 1.6).min(1.0) * (0.3 + 0.7 * self.wander.next()) } else { 0.0 };
        let between = |(rest, most): (f64, f64), share: f64| rest + (most - rest) * share;
        self.cpu.follow(if is_up { between(self.spec.cpu, load * load) } else { 0.0 });
        self.memory_mib.follow(if is_up { between(self.spec.memory_mib, activity.memory) } else { 0.0 });
        let weight = if self.spec.disk_gb.is_some() && is_up { 90e6 } else { 0.0 };
        self.io = (weight * activity.read * load, weight * activity.write * load);
    }

    fn is_degraded(&self, wall_s: f64) -> bool {
        let was_restarted = self.restarts > 0.0 && wall_s - self.started_s < 600.0;
        matches!(self.state, State::Waiting(_)) || (self.state == State::Active && was_restarted)
    }

    fn tell(&self, sheet: &mut Sheet) {
        let labels = &[self.spec.name];
        let is_up = self.state == State::Active;
        match self.state {
            State::Active => sheet.text(&service::STATE, labels, "active"),
            State::Failed => {
                sheet.text(&service::STATE, labels, "failed");
                sheet.text(&service::RESULT, labels, "start-limit-hit");
            }
            State::Waiting(_) => {
                sheet.text(&service::STATE, labels, "activating");
                sheet.text(&service::SUBSTATE, labels, "auto-restart");
                sheet.text(&service::RESULT, labels, "exit-code");
            }
        }
        if is_up {
            sheet.number(&service::STARTED, labels, self.started_s);
        }
        sheet.number(&service::RESTARTS, labels, self.restarts);
        if is_up {
            self.tell_figures(sheet);
        }
        if let Some((_, quota_gb)) = self.spec.disk_gb {
            sheet.number(&service::DISK_USED, labels, self.disk_gb * 1e9);
            sheet.number(&service::DISK_QUOTA, labels, quota_gb * 1e9);
        }
    }

    fn tell_figures(&self, sheet: &mut Sheet) {
        let labels = &[self.spec.name];
        let memory = mib(self.memory_mib.value);
        sheet.number(&service::CPU, labels, self.cpu.value);
        sheet.number(&service::MEMORY, labels, memory);
        sheet.number(&service::MEMORY_ANONYMOUS, labels, memory * 0.7);
        if let Some(limit) = self.spec.memory_limit_mib {
            sheet.number(&service::MEMORY_LIMIT, labels, mib(limit));
        }
        sheet.number(&service::IO_READ, labels, self.io.0);
        sheet.number(&service::IO_WRITE, labels, self.io.1);
        sheet.number(&service::TASKS, labels, self.spec.tasks);
        sheet.absent(&service::TASKS_LIMIT, labels, Absence::Unsupported);
        sheet.number(&service::PRESSURE_CPU, labels, (self.cpu.value / 90.0).min(100.0));
        sheet.number(&service::PRESSURE_MEMORY, labels, 0.0);
        sheet.number(&service::PRESSURE_IO, labels, (self.io.1 / 8e6).min(100.0));
    }
}

/// One in four hours for each service that has a limit.
const RESTARTS_PER_SECOND: f64 = 1.0 / 14_400.0;
