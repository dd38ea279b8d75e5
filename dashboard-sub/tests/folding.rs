//! Whatever comes in whatever order, a host shows just what its origin meant by the frame that counts.

mod origin;
mod story;

use std::collections::BTreeMap;

use bytes::Bytes;
use grapevine_proto::catalogue::{backup, cpu, disk, host, network};
use grapevine_proto::{Absence, Kind, Metric, Position, Reading, State, StateRef, Value};
use origin::{Origin, reading};
use proptest::prelude::*;
use story::Story;

/// Series whose smallest changes are sent.
static SERIES: [(&Metric, &[&str]); 9] = [
    (&host::KERNEL, &[]),
    (&host::BOOT_TIME, &[]),
    (&cpu::CORE_USE, &["0"]),
    (&cpu::CORE_USE, &["1"]),
    (&disk::SPACE_READ_ONLY, &["/"]),
    (&disk::SPACE_READ_ONLY, &["/höme"]),
    (&network::SPEED, &["eth0"]),
    (&backup::STATE, &["nightly"]),
    (&backup::EXIT_CODE, &["nightly"]),
];

/// What a pass makes of a reading: the n-th of its values, fresh or kept, or none.
#[derive(Clone, Debug)]
enum Pass {
    Present(u8),
    Kept(u8, Absence, u32),
    Absent(Absence),
}

fn pass() -> impl Strategy<Value = Pass> {
    let absence = || prop::sample::select(Absence::ALL.to_vec());
    prop_oneof![
        4 => (0_u8..4).prop_map(Pass::Present),
        1 => (0_u8..4, absence(), 0_u32..50).prop_map(|(n, absence, age_s)| Pass::Kept(n, absence, age_s * 1000)),
        1 => absence().prop_map(Pass::Absent),
    ]
}

/// What all readings are in one second, which of them there are, whether the agent was restarted before, and how far the
/// frame falls behind; none if it is lost.
type Second = (Vec<Pass>, u8, bool, Option<usize>);

fn second() -> impl Strategy<Value = Second> {
    let which = prop_oneof![6 => Just(u8::MAX), 1 => any::<u8>()];
    let delay = prop_oneof![5 => Just(Some(0)), 2 => (1_usize..5).prop_map(Some), 1 => Just(None)];
    (prop::collection::vec(pass(), SERIES.len()), which, prop::bool::weighted(0.05), delay)
}

fn readings((passes, which, ..): &Second) -> Vec<Reading> {
    let is_there = |place: &usize| which & (1 << (place % 8)) != 0;
    let all = SERIES.iter().zip(passes).enumerate().filter(|(place, _)| is_there(place));
    all.map(|(_, ((metric, labels), pass))| reading(metric, labels, state(metric, pass))).collect()
}

fn state(metric: &Metric, pass: &Pass) -> State {
    let value = |n: u8| match metric.kind {
        Kind::Text => Value::Text("⚠ text ".repeat(usize::from(n))),
        Kind::Gauge | Kind::Counter => Value::Number(metric.scale.restore(i64::from(n) * 50)),
    };
    match pass {
        Pass::Present(n) => State::Present(value(*n)),
        Pass::Kept(n, absence, age_ms) => {
            State::Kept { value: value(*n), absence: *absence, age_ms: *age_ms }
        }
        Pass::Absent(absence) => State::Absent(*absence),
    }
}

/// Frames in the order in which they arrive, and what each means.
fn told(seconds: &[Second]) -> (Vec<Bytes>, BTreeMap<Position, Vec<Reading>>) {
    let mut origin = Origin::new("srv-01", 1);
    let (mut frames, mut meant) = (Vec::new(), BTreeMap::new());
    for (at, second) in seconds.iter().enumerate() {
        if second.2 {
            origin = origin.restarted();
        }
        let frame = origin.frame_of(&readings(second));
        meant.insert(origin.position(), readings(second));
        frames.extend(second.3.map(|delay| (at + delay, frame)));
    }
    frames.sort_by_key(|(at, _)| *at);
    (frames.into_iter().map(|(_, frame)| frame).collect(), meant)
}

/// A kept value's age is told only now and then.
fn is_same(shown: StateRef<'_>, meant: &State) -> bool {
    let meant_value = meant.value().cloned();
    shown.value().map(Value::from) == meant_value && shown.absence() == meant.absence()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_host_shows_what_its_origin_meant(seconds in prop::collection::vec(second(), 1..80)) {
        let mut story = Story::new();
        let (frames, meant) = told(&seconds);
        for frame in frames {
            story.later(1000).hear_as("srv-01", frame);
            let view = story.follower.view();
            let Some(host) = view.host("srv-01") else { continue };
            let meant = meant.get(&host.position()).unwrap();
            prop_assert_eq!(host.readings().len(), meant.len());
            for (index, (shown, meant)) in host.readings().zip(meant).enumerate() {
                prop_assert_eq!(shown.metric, &meant.metric);
                prop_assert!(shown.labels.iter().eq(meant.labels.iter()), "{:?} of {:?}", shown.labels, meant);
                prop_assert!(is_same(shown.state, &meant.state), "{:?} shown, {:?} meant", shown, meant);
                let again = host.reading(index).unwrap();
                prop_assert_eq!((again.metric, again.labels, again.state), (shown.metric, shown.labels, shown.state));
                prop_assert!(host.readings_of(&meant.metric.name).any(|found| found.labels == shown.labels));
            }
        }
        prop_assert_eq!(story.follower.view().counters().faults_total(), 0);
    }
}
