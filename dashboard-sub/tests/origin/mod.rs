//! An origin as the tests need it: composes genuine frames of a few readings.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

use std::time::Duration;

use bytes::Bytes;
use grapevine_proto::catalogue::{cpu, disk, host};
use grapevine_proto::{
    Composer, Frame, Identity, Labels, Links, Lost, MetricRef, Moment, OriginId, OriginKey, Position,
    PublicKey, Reading, State, Value,
};

pub(crate) struct Origin {
    pub(crate) name: String,
    seed: [u8; 32],
    composer: Composer,
    now: Moment,
}

impl Origin {
    /// The first run of the agent of the host `name` with its own `key`; a frame each second.
    pub(crate) fn new(name: &str, key: u8) -> Self {
        Self::seeded(name, [key; 32])
    }

    pub(crate) fn seeded(name: &str, seed: [u8; 32]) -> Self {
        Self::run(name, seed, 1)
    }

    /// The same host after a restart of its agent.
    pub(crate) fn restarted(&self) -> Self {
        Self::run(&self.name, self.seed, self.composer.position().epoch + 1)
    }

    /// The same host under another name.
    pub(crate) fn renamed(&self, name: &str) -> Self {
        Self::run(name, self.seed, self.composer.position().epoch + 1)
    }

    fn run(name: &str, seed: [u8; 32], epoch: u32) -> Self {
        let identity = Identity {
            public_key: PublicKey([0; 32]),
            host: name.parse().unwrap(),
            interval_ms: 1000,
            role: "agent".to_owned(),
            groups: vec!["lab".to_owned()],
        };
        let composer = Composer::new(OriginKey::from_seed(&seed), identity, 32, epoch);
        Self { name: name.to_owned(), seed, composer, now: Moment(0) }
    }

    /// A frame a second later, with this CPU use: a keyframe first, then deltas.
    pub(crate) fn frame(&mut self, cpu_use: f64) -> Bytes {
        self.frame_of(&readings(cpu_use))
    }

    pub(crate) fn frame_of(&mut self, readings: &[Reading]) -> Bytes {
        self.now = self.now.after_ms(1000);
        self.composer.frame(readings.iter(), self.now).unwrap().bytes().clone()
    }

    /// Who it is.
    pub(crate) fn id(&self) -> OriginId {
        OriginKey::from_seed(&self.seed).origin()
    }

    /// Where its last frame stands.
    pub(crate) fn position(&self) -> Position {
        self.composer.position()
    }

    /// What its frames from now on say of its links.
    pub(crate) fn link(&mut self, up: &[OriginId], lost: &[Lost]) {
        self.composer.set_links(Links { up: up.to_vec(), lost: lost.to_vec() });
    }

    pub(crate) fn leave(&mut self) -> Bytes {
        self.composer.leave().unwrap().bytes().clone()
    }
}

/// CPU use and enough beside it for deltas to pay.
pub(crate) fn readings(cpu_use: f64) -> Vec<Reading> {
    let mut readings = vec![
        reading(&cpu::USE, &[], State::Present(Value::Number(cpu_use))),
        reading(&disk::SPACE_USED, &["/"], State::Present(Value::Number(f64::from(1 << 30)))),
        reading(&disk::SPACE_USED, &["/home"], State::Absent(grapevine_proto::Absence::Denied)),
        reading(&host::KERNEL, &[], State::Present(Value::Text("6.12.0".to_owned()))),
    ];
    for core in 0..4 {
        let state = State::Present(Value::Number(50.0));
        readings.push(reading(&cpu::CORE_USE, &[&core.to_string()], state));
    }
    readings.sort_by_key(|reading| reading.metric.id);
    readings
}

pub(crate) fn reading(metric: &'static grapevine_proto::Metric, labels: &[&str], state: State) -> Reading {
    Reading { metric: MetricRef::Known(metric), labels: Labels::new(labels), state }
}

/// The frame after a time in queues.
pub(crate) fn aged(frame: &Bytes, residence: Duration) -> Bytes {
    let residence_ms = u64::try_from(residence.as_millis()).unwrap();
    Frame::parse(frame.clone()).unwrap().aged(residence_ms).bytes().clone()
}
