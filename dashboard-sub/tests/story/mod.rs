//! What a follower makes of the frames of some origins.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::Reading;
use grapevine_sub::{Change, Fault, Follower, Host, HostChange};

use crate::origin::{Origin, readings};

/// A follower with a clock of its own.
pub(crate) struct Story {
    pub(crate) follower: Follower,
    pub(crate) now: Instant,
}

impl Story {
    pub(crate) fn new() -> Self {
        Self { follower: Follower::new(), now: Instant::now() }
    }

    pub(crate) fn later(&mut self, milliseconds: u64) -> &mut Self {
        self.now += Duration::from_millis(milliseconds);
        self
    }

    /// What a frame that arrives under its origin's name changes.
    pub(crate) fn hear(&mut self, origin: &Origin, frame: Bytes) -> Vec<HostChange> {
        self.hear_as(&origin.name, frame)
    }

    /// What the origin's next frame with this CPU use changes.
    pub(crate) fn frame(&mut self, origin: &mut Origin, cpu_use: f64) -> Vec<HostChange> {
        self.frame_of(origin, &readings(cpu_use))
    }

    pub(crate) fn frame_of(&mut self, origin: &mut Origin, readings: &[Reading]) -> Vec<HostChange> {
        let frame = origin.frame_of(readings);
        self.hear(origin, frame)
    }

    pub(crate) fn hear_as(&mut self, name: &str, frame: Bytes) -> Vec<HostChange> {
        self.follower.handle_message(name.as_bytes(), frame, self.now);
        self.changes()
    }

    pub(crate) fn tick(&mut self) -> Vec<HostChange> {
        self.follower.handle_tick(self.now);
        self.changes()
    }

    pub(crate) fn changes(&mut self) -> Vec<HostChange> {
        std::iter::from_fn(|| self.follower.poll_change())
            .filter_map(|change| match change {
                Change::Host { what, .. } => Some(what),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn host(&self, name: &str) -> Arc<Host> {
        Arc::clone(self.follower.view().host(name).unwrap())
    }

    pub(crate) fn faults(&self, fault: Fault) -> u64 {
        self.follower.view().counters().faults(fault)
    }
}
