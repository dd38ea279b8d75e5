//! Small fleets whose hosts say what a test wants.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

#[path = "../../../tests/origin/mod.rs"]
pub(crate) mod origin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::{Absence, Metric, Reading, State, Value};
use grapevine_sub::{Follower, Thresholds, View};
use grapevine_web::metrics::{Exposition, Format, Meters, Naming, Scrape};

use origin::{Origin, reading};

/// Seconds since 1970 on the clock on the wall.
pub(crate) const WALL_S: f64 = 1_700_000_000.0;

pub(crate) struct Fleet {
    follower: Follower,
    pub(crate) now: Instant,
    pub(crate) meters: Option<Meters>,
}

impl Fleet {
    pub(crate) fn new() -> Self {
        Self { follower: Follower::new(), now: Instant::now(), meters: None }
    }

    /// The next frame of `origin` comes with these readings.
    pub(crate) fn hear(&mut self, origin: &mut Origin, readings: &[Reading]) -> &mut Self {
        let mut readings = readings.to_vec();
        readings.sort_by_key(|reading| reading.metric.id);
        let frame = origin.frame_of(&readings);
        self.hear_message(&origin.name, frame);
        self
    }

    /// A frame comes under this name.
    pub(crate) fn hear_message(&mut self, name: &str, frame: Bytes) {
        self.follower.handle_message(name.as_bytes(), frame, self.now);
    }

    pub(crate) fn later(&mut self, time: Duration) -> &mut Self {
        self.now += time;
        self
    }

    /// The meters run up to now.
    pub(crate) fn advance_meters(&mut self) -> &mut Self {
        let view = self.view();
        self.meters.get_or_insert_default().advance(view.hosts(), self.now);
        self
    }

    pub(crate) fn view(&self) -> Arc<View> {
        self.follower.view()
    }

    pub(crate) fn scrape(&self) -> Scrape {
        let scrape = Scrape::of_view(&self.view(), &Thresholds::default(), self.now, WALL_S);
        match &self.meters {
            Some(meters) => scrape.metered(meters),
            None => scrape,
        }
    }

    /// All of it as text.
    pub(crate) fn text(&self, naming: Naming, format: Format) -> String {
        Exposition::new(self.scrape(), naming, format).collect()
    }
}

pub(crate) fn number(metric: &'static Metric, labels: &[&str], number: f64) -> Reading {
    reading(metric, labels, State::Present(Value::Number(number)))
}

pub(crate) fn text(metric: &'static Metric, labels: &[&str], text: &str) -> Reading {
    reading(metric, labels, State::Present(Value::Text(text.to_owned())))
}

pub(crate) fn absent(metric: &'static Metric, labels: &[&str], absence: Absence) -> Reading {
    reading(metric, labels, State::Absent(absence))
}

/// A number that an earlier pass read.
pub(crate) fn kept(metric: &'static Metric, labels: &[&str], number: f64, age: Duration) -> Reading {
    let age_ms = u32::try_from(age.as_millis()).unwrap();
    reading(metric, labels, State::Kept { value: Value::Number(number), absence: Absence::Failed, age_ms })
}
