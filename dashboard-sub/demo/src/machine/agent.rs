//! The agent itself.

use grapevine_proto::catalogue::agent;

use super::Blueprint;
use crate::random::Random;
use crate::sheet::Sheet;

/// How the agent is joined to the others.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mesh {
    /// Hosts of the fleet.
    pub(crate) hosts: f64,
    /// Links of this agent.
    pub(crate) neighbours: f64,
    /// Links that it lost.
    pub(crate) lost: f64,
}

#[derive(Debug)]
pub(super) struct Agent {
    random: Random,
    passes_us: Vec<(&'static str, f64)>,
    grafts: f64,
    drops: f64,
}

impl Agent {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let mut random = blueprint.random(50);
        let passes = COLLECTORS.iter().map(|(name, pass)| (*name, pass * random.between(0.7, 1.4)));
        let passes_us = passes.collect();
        let (grafts, drops) = (random.between(0.0, 40.0).floor(), random.between(0.0, 6.0).floor());
        Self { random, passes_us, grafts, drops }
    }

    pub(super) fn tell(&mut self, sheet: &mut Sheet, mesh: &Mesh) {
        // A frame of 150 B from each host, and little beside it.
        let received = mesh.hosts * 158.0 + mesh.neighbours * 6.0;
        let sent = received * 0.9;
        let lively = self.random.between(0.95, 1.05);
        self.grafts += f64::from(u8::from(self.random.chance(0.004)));
        sheet.text(&agent::VERSION, &[], env!("CARGO_PKG_VERSION"));
        sheet.number(&agent::CPU, &[], (0.2 + mesh.hosts * 0.004) * lively);
        sheet.number(&agent::MEMORY, &[], 2.1e6 + mesh.hosts * 3400.0);
        sheet.number(&agent::SENT, &[], sent * lively);
        sheet.number(&agent::RECEIVED, &[], received * lively);
        sheet.number(&agent::NEIGHBOURS, &[], mesh.neighbours);
        sheet.number(&agent::HOSTS, &[], mesh.hosts);
        sheet.number(&agent::QUEUE_DROPS, &[], self.drops);
        sheet.number(&agent::REFUSED, &[], 0.0);
        sheet.number(&agent::HOP_LIMIT_DROPS, &[], 0.0);
        for (name, pass_us) in &self.passes_us {
            sheet.number(&agent::COLLECTOR_PASS, &[name], *pass_us);
        }
        for (name, _) in &self.passes_us {
            sheet.number(&agent::COLLECTOR_FAILURES, &[name], 0.0);
        }
        sheet.number(&agent::GRAFTS, &[], self.grafts);
        sheet.number(&agent::NOT_ALLOWED, &[], 0.0);
        sheet.number(&agent::EXCESS, &[], 0.0);
        sheet.number(&agent::OVERLOAD, &[], 0.0);
        sheet.number(&agent::UNHELD, &[], 0.0);
        sheet.number(&agent::HELD, &[], mesh.hosts * 1000.0);
        sheet.number(&agent::RECORDED, &[], (mesh.neighbours + 1.0) * 96_000.0);
        sheet.number(&agent::UNREACHABLE, &[], mesh.lost);
        sheet.number(&agent::REJECTED, &[], 0.0);
    }
}

/// Collectors and how many microseconds a pass takes.
const COLLECTORS: [(&str, f64); 13] = [
    ("backup", 210.0),
    ("container", 140.0),
    ("cpu", 90.0),
    ("disk", 120.0),
    ("gpu", 1800.0),
    ("host", 30.0),
    ("load", 12.0),
    ("memory", 45.0),
    ("network", 80.0),
    ("pressure", 28.0),
    ("process", 2400.0),
    ("service", 650.0),
    ("smart", 320.0),
];
