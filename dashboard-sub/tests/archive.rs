//! What an archive tells of hosts that come live, from the past, or not at all.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod origin;
mod story;

use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::catalogue::{cpu, disk};
use grapevine_proto::{Absence, Frame, FrameKind, HISTORY_PREFIX, OriginId, State, Value};
use grapevine_sub::{Archive, ArchiveOptions, Change, Follower, SeriesKey};
use origin::{Origin, aged, reading};
use proptest::prelude::*;

/// An archive that hears what a follower hears.
struct Chronicle {
    follower: Follower,
    archive: Archive,
    now: Instant,
}

impl Chronicle {
    fn new() -> Self {
        let now = Instant::now();
        Self { follower: Follower::new(), archive: Archive::new(ArchiveOptions::default(), now), now }
    }

    fn later(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        self
    }

    fn live(&mut self, name: &str, frame: Bytes) {
        self.hear(name, frame);
    }

    fn past(&mut self, name: &str, frame: &Bytes, age_s: u64) {
        self.hear(&format!("{HISTORY_PREFIX}{name}"), aged(frame, Duration::from_secs(age_s)));
    }

    fn hear(&mut self, name: &str, frame: Bytes) {
        self.follower.handle_message(name.as_bytes(), frame, self.now);
        while let Some(change) = self.follower.poll_change() {
            if let Change::Host { host, .. } | Change::Past(host) = change {
                self.archive.take(&host, self.now);
            }
        }
        // Frames that say nothing new come without a change.
        for host in self.follower.view().hosts() {
            self.archive.take(host, self.now);
        }
    }

    /// Ages and values of the processor's use, oldest first.
    fn uses(&self, origin: OriginId) -> Vec<(u32, f64)> {
        let Some(trace) = self.archive.trace(origin, SeriesKey::new(&cpu::USE, &[]), self.now) else {
            return Vec::new();
        };
        trace.samples(Duration::from_secs(3600)).map(|sample| (sample.age_s, sample.value)).collect()
    }
}

/// A frame that says nothing but this.
fn alone(srv: &mut Origin, cpu_use: f64) -> Bytes {
    srv.frame_of(&[reading(&cpu::USE, &[], State::Present(Value::Number(cpu_use)))])
}

#[test]
fn each_second_has_the_value_that_its_frame_told() {
    let (mut chronicle, mut srv) = (Chronicle::new(), Origin::new("srv-01", 1));
    for second in 0..5_u32 {
        let frame = srv.frame(f64::from(10 * second));
        chronicle.later(1).live("srv-01", frame);
    }
    assert_eq!(chronicle.uses(srv.id()), [(4, 0.0), (3, 10.0), (2, 20.0), (1, 30.0), (0, 40.0)]);
}

#[test]
fn a_frame_that_is_lost_is_bridged_and_silence_is_a_gap() {
    let (mut chronicle, mut srv) = (Chronicle::new(), Origin::new("srv-01", 1));
    chronicle.live("srv-01", srv.frame(10.0));
    chronicle.later(1).live("srv-01", srv.frame(20.0));
    srv.frame(30.0);
    chronicle.later(2).live("srv-01", srv.frame(40.0));
    chronicle.later(7).live("srv-01", srv.frame(50.0));
    assert_eq!(chronicle.uses(srv.id()), [(10, 10.0), (9, 20.0), (8, 20.0), (7, 40.0), (0, 50.0)]);
    chronicle.later(60);
    let uses = chronicle.uses(srv.id());
    assert_eq!(
        uses.get(4..).unwrap(),
        [(60, 50.0), (59, 50.0), (58, 50.0), (57, 50.0)],
        "the newest value stands as long as the host counts as fresh"
    );
}

#[test]
fn what_is_absent_is_a_gap() {
    let (mut chronicle, mut srv) = (Chronicle::new(), Origin::new("srv-01", 1));
    let key = SeriesKey::new(&disk::BUSY, &["sda"]);
    let kept =
        |value, age_ms| State::Kept { value: Value::Number(value), absence: Absence::Sleeping, age_ms };
    let states = [
        State::Present(Value::Number(30.0)),
        State::Absent(Absence::Failed),
        State::Absent(Absence::Failed),
        kept(30.0, 60_000),
        State::Present(Value::Number(0.0)),
        kept(0.0, 2000),
    ];
    for state in states {
        let frame = srv.frame_of(&[reading(&disk::BUSY, &["sda"], state)]);
        chronicle.later(1).live("srv-01", frame);
    }
    let trace = chronicle.archive.trace(srv.id(), key, chronicle.now).unwrap();
    let samples: Vec<(u32, f64)> =
        trace.samples(Duration::from_secs(60)).map(|sample| (sample.age_s, sample.value)).collect();
    assert_eq!(samples, [(5, 30.0), (1, 0.0), (0, 0.0)]);
}

#[test]
fn the_past_of_a_dead_host_is_there_before_and_after_its_last_frame() {
    for first in [true, false] {
        let (mut chronicle, mut srv) = (Chronicle::new(), Origin::new("srv-01", 1));
        let frames: Vec<Bytes> = (0..5_u32).map(|second| alone(&mut srv, f64::from(10 * second))).collect();
        let last = frames.last().unwrap();
        if first {
            chronicle.live("srv-01", aged(last, Duration::from_secs(100)));
        }
        for (frame, age_s) in frames.iter().zip((100..=104).rev()) {
            chronicle.past("srv-01", frame, age_s);
        }
        let uses: Vec<_> = chronicle.uses(srv.id()).into_iter().take(5).collect();
        assert_eq!(uses, [(104, 0.0), (103, 10.0), (102, 20.0), (101, 30.0), (100, 40.0)]);
    }
}

/// How a host's frames reach an archive.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// As they are sealed.
    Live,
    /// While no agent was attached: told as the past when there is one again.
    Missed,
}

fn ways() -> impl Strategy<Value = Vec<(Way, u32, u32)>> {
    let way = prop_oneof![(Just(Way::Live), 1_u32..40), (Just(Way::Missed), 5_u32..50)];
    prop::collection::vec((way, 0_u32..100).prop_map(|((way, seconds), value)| (way, seconds, value)), 1..8)
}

/// A host whose frames reach a chronicle in their ways.
struct Replayed {
    chronicle: Chronicle,
    srv: Origin,
    sealed: Vec<(Instant, Bytes)>,
    values: Vec<(Instant, f64)>,
    is_attached: bool,
}

impl Replayed {
    fn second(&mut self, way: Way, value: f64, replays: usize) {
        let frame = alone(&mut self.srv, value);
        self.chronicle.later(1);
        self.sealed.push((self.chronicle.now, frame.clone()));
        self.values.push((self.chronicle.now, value));
        match way {
            Way::Missed => self.is_attached = false,
            Way::Live if self.is_attached => self.chronicle.live("srv-01", frame),
            Way::Live => self.attach(frame, replays),
        }
    }

    /// What an agent does: the newest keyframe and frame first, then what it kept, while others come live.
    fn attach(&mut self, frame: Bytes, replays: usize) {
        self.is_attached = true;
        self.chronicle.archive.expect_past();
        let is_keyframe = |frame: &Bytes| Frame::parse(frame.clone()).unwrap().kind() == FrameKind::Keyframe;
        let (at, keyframe) = self.sealed.iter().rfind(|(_, frame)| is_keyframe(frame)).unwrap();
        let keyframe = aged(keyframe, self.chronicle.now - *at);
        self.chronicle.live("srv-01", keyframe);
        self.chronicle.live("srv-01", frame);
        for _ in 0..replays {
            for (at, frame) in &self.sealed {
                let age_s = (self.chronicle.now - *at).as_secs();
                self.chronicle.past("srv-01", frame, age_s);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_came_live_and_what_was_replayed_make_one_past(ways in ways(), replays in 1_usize..3) {
        let mut host = Replayed {
            chronicle: Chronicle::new(),
            srv: Origin::new("srv-01", 1),
            sealed: Vec::new(),
            values: Vec::new(),
            is_attached: false,
        };
        for (way, seconds, value) in ways.into_iter().chain([(Way::Live, 5, 0)]) {
            for second in 0..seconds {
                host.second(way, f64::from(10 * ((value + 3 * second) % 10)), replays);
            }
        }
        let age_s = |at: Instant| u32::try_from((host.chronicle.now - at).as_secs()).unwrap();
        let expected: Vec<(u32, f64)> = host.values.iter().map(|(at, value)| (age_s(*at), *value)).collect();
        prop_assert_eq!(host.chronicle.uses(host.srv.id()), expected);
    }
}
