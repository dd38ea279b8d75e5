//! A machine as the tests of panels need it: readings are put together by metric, and a host is what a follower makes of
//! the frames that an agent would send of them.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

#[path = "../origin/mod.rs"]
mod origin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::{Absence, Metric, Reading, State, Value};
use grapevine_sub::{Assessment, Follower, Host, Summary, Thresholds};

use origin::{Origin, reading};

/// Seconds since 1970 on the clock on the wall.
pub(crate) const WALL_S: f64 = 1_700_000_000.0;

#[derive(Debug)]
pub(crate) struct Machine {
    name: String,
    readings: Vec<Reading>,
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self { name: "srv-01".to_owned(), readings: Vec::new() }
    }

    /// The same machine under another name.
    pub(crate) fn named(self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self }
    }

    /// A number without labels.
    pub(crate) fn number(self, metric: &'static Metric, number: f64) -> Self {
        self.number_of(metric, &[], number)
    }

    pub(crate) fn number_of(self, metric: &'static Metric, labels: &[&str], number: f64) -> Self {
        self.state(metric, labels, State::Present(Value::Number(number)))
    }

    pub(crate) fn text_of(self, metric: &'static Metric, labels: &[&str], text: &str) -> Self {
        self.state(metric, labels, State::Present(Value::Text(text.to_owned())))
    }

    pub(crate) fn absent(self, metric: &'static Metric, labels: &[&str], absence: Absence) -> Self {
        self.state(metric, labels, State::Absent(absence))
    }

    /// A number that an earlier pass read.
    pub(crate) fn kept(
        self,
        metric: &'static Metric,
        labels: &[&str],
        number: f64,
        absence: Absence,
        age: Duration,
    ) -> Self {
        let age_ms = u32::try_from(age.as_millis()).unwrap();
        self.state(metric, labels, State::Kept { value: Value::Number(number), absence, age_ms })
    }

    pub(crate) fn state(mut self, metric: &'static Metric, labels: &[&str], state: State) -> Self {
        self.readings.push(reading(metric, labels, state));
        self
    }

    /// The host that a dashboard sees.
    pub(crate) fn host(&self) -> Seen {
        self.followed_by(|_, _| Vec::new())
    }

    /// The host after its agent took leave.
    pub(crate) fn left(&self) -> Seen {
        self.followed_by(|origin, _| vec![origin.leave()])
    }

    /// The host while another origin has its name.
    pub(crate) fn in_conflict(&self) -> Seen {
        self.followed_by(|_, readings| vec![Origin::new(&self.name, 2).frame_of(readings)])
    }

    fn followed_by(&self, then: impl Fn(&mut Origin, &[Reading]) -> Vec<Bytes>) -> Seen {
        let now = Instant::now();
        let mut follower = Follower::new();
        let mut origin = Origin::new(&self.name, 1);
        let first = origin.frame_of(&self.readings);
        for frame in [first].into_iter().chain(then(&mut origin, &self.readings)) {
            follower.handle_message(self.name.as_bytes(), frame, now);
        }
        let view = follower.view();
        let host = view.named(&self.name).iter().find(|host| host.origin() == origin.id());
        Seen { host: Arc::clone(host.unwrap()), now }
    }

    /// How the host is by the default thresholds.
    pub(crate) fn assess(&self) -> Assessment {
        self.host().assess(&Thresholds::default())
    }

    /// What is found of the host by the default thresholds.
    pub(crate) fn findings(&self) -> Vec<String> {
        self.assess()
            .findings
            .into_iter()
            .map(|finding| format!("{}: {}", finding.status, finding.what))
            .collect()
    }
}

/// A host, and when it was seen.
pub(crate) struct Seen {
    pub(crate) host: Arc<Host>,
    pub(crate) now: Instant,
}

impl Seen {
    pub(crate) fn assess(&self, thresholds: &Thresholds) -> Assessment {
        thresholds.assess(&self.host, self.now, WALL_S)
    }

    pub(crate) fn summary(&self) -> Summary {
        Summary::of(&self.host, self.now, WALL_S)
    }

    /// The same some time later, when nothing else was heard of it.
    pub(crate) fn after(&self, time: Duration) -> Self {
        Self { host: Arc::clone(&self.host), now: self.now + time }
    }
}
