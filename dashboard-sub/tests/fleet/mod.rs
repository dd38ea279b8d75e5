//! Fleets of believable hosts, whose readings move from second to second.

#![allow(dead_code, reason = "shared by tests and benches of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

use bytes::Bytes;
use grapevine_proto::{Absence, Kind, Labels, Metric, MetricRef, Reading, State, Value, catalogue};

use crate::origin::Origin;

/// What a host has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    /// Its metrics begin with one of these.
    pub(crate) groups: &'static [&'static str],
    pub(crate) services: usize,
}

/// 8 cores, two disks, two interfaces and a GPU: what each of them does, without what changes once a month.
pub(crate) const SERVER: Model = Model {
    name: "server with a GPU",
    groups: &[
        "host.",
        "cpu.",
        "memory.",
        "pressure.",
        "load.",
        "disk.",
        "network.",
        "gpu.use",
        "gpu.memory",
        "gpu.temperature",
        "gpu.power",
        "gpu.clock",
        "gpu.name",
        "gpu.state",
        "smart.state",
        "smart.wear",
        "smart.temperature",
    ],
    services: 0,
};

/// The same with all that an agent can tell of it.
pub(crate) const FULL: Model = Model {
    name: "the same with drives' health, programs, and all of the GPU",
    groups: &[
        "host.",
        "cpu.",
        "memory.",
        "pressure.",
        "load.",
        "disk.",
        "network.",
        "gpu.",
        "smart.",
        "process.",
        "agent.",
        "services.",
    ],
    services: 0,
};

/// The same with 40 services.
pub(crate) const SERVICES: Model = Model {
    name: "the same with 40 services",
    groups: &[
        "host.",
        "cpu.",
        "memory.",
        "pressure.",
        "load.",
        "disk.",
        "network.",
        "gpu.",
        "smart.",
        "process.",
        "agent.",
        "services.",
        "service.",
    ],
    services: 40,
};

/// A host name and a frame.
pub(crate) type Heard = (String, Bytes);

/// The host of this number and its readings.
pub(crate) struct FleetHost {
    pub(crate) origin: Origin,
    number: usize,
    readings: Vec<Reading>,
}

impl FleetHost {
    pub(crate) fn new(model: &Model, number: usize) -> Self {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        let mut readings = Vec::new();
        let is_told = |metric: &&Metric| model.groups.iter().any(|group| metric.name.starts_with(group));
        for metric in catalogue::rows().filter(is_told) {
            for labels in labels_of(metric, model, number) {
                let state = State::Absent(Absence::Unsupported);
                readings.push(Reading {
                    metric: MetricRef::Known(metric),
                    labels: Labels::new(&labels),
                    state,
                });
            }
        }
        let mut host = Self { origin: Origin::seeded(&format!("srv-{number:05}"), seed), number, readings };
        host.move_to(0);
        host
    }

    pub(crate) fn count(&self) -> usize {
        self.readings.len()
    }

    /// The frame of the next second.
    pub(crate) fn frame(&mut self) -> Heard {
        let second = self.origin.position().sequence;
        self.move_to(second);
        (self.origin.name.clone(), self.origin.frame_of(&self.readings))
    }

    /// The first frame after a restart of the agent.
    pub(crate) fn restart(&mut self) -> Heard {
        self.origin = self.origin.restarted();
        self.frame()
    }

    /// One reading in four moves, one in twelve is absent.
    fn move_to(&mut self, second: u32) {
        for (place, reading) in (0_u32..).zip(&mut self.readings) {
            let own = place.wrapping_mul(2_654_435_761) ^ u32::try_from(self.number).unwrap();
            let level = if place % 4 == 1 { own.wrapping_add(second * 7) } else { own } % 97;
            let stride = i64::from(reading.metric.deadband) + 1;
            reading.state = match reading.metric.kind {
                _ if place % 12 == 5 => State::Absent(Absence::Unsupported),
                Kind::Text => State::Present(Value::Text(format!("a name of {}", reading.metric.id.0))),
                Kind::Gauge | Kind::Counter => State::Present(Value::Number(
                    reading.metric.scale.restore(i64::from(level) * stride + i64::from(own % 5) * 1000),
                )),
            };
        }
    }
}

/// Keyframes of so many hosts, and a delta of each.
pub(crate) fn frames(model: &Model, hosts: usize) -> (Vec<Heard>, Vec<Heard>) {
    (0..hosts)
        .map(|number| FleetHost::new(model, number))
        .map(|mut host| (host.frame(), host.frame()))
        .unzip()
}

fn labels_of(metric: &Metric, model: &Model, number: usize) -> Vec<Vec<String>> {
    let one = |values: Vec<String>| values.into_iter().map(|value| vec![value]).collect();
    let some = |names: &[&str]| one(names.iter().map(|&name| name.to_owned()).collect());
    let keys: Vec<&str> = metric.labels.iter().collect();
    match keys[..] {
        [] => vec![vec![]],
        ["core"] => one((0..8).map(|core| core.to_string()).collect()),
        ["capacity"] => some(&["1024"]),
        ["gpu"] => some(&["0"]),
        ["gpu", ..] => vec![keys.iter().map(|_| "0".to_owned()).collect()],
        ["disk"] => some(&["nvme0n1", "sda"]),
        ["mount"] => some(&["/", "/home"]),
        ["interface"] => some(&["enp1s0", "enp2s0"]),
        ["collector"] => some(&["cpu", "memory", "disk", "network", "gpu", "smart", "service", "process"]),
        // No two hosts run the same programs.
        ["name"] => one((0..14).map(|n| format!("program-{}", (number + n * n) % 101)).collect()),
        ["service"] => {
            one((0..model.services).map(|n| format!("service-{}.service", number % 7 + n)).collect())
        }
        _ => vec![],
    }
}
