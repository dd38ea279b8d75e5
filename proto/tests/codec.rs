//! Whatever an origin reads, a reader of its frames sees the same, however the frames arrive.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::borrow::Cow;

use grapevine_proto::{
    Absence, Applied, Composer, Frame, FrameKind, HostName, Identity, Kind, LabelKeys, Labels, Metric,
    MetricId, MetricRef, Mirror, MirrorError, Moment, OriginKey, PublicKey, Reading, Scale, State, Unit,
    Value,
};
use proptest::prelude::*;

/// Metrics beyond the base rows, so that their rows travel with the keyframes: one of each scale, and a text.
static METRICS: [Metric; 5] = [
    Metric::gauge(1300, "test.whole", Unit::PERCENT, Scale::Whole, "Test.").labelled(&["a"]).deadband(2),
    Metric::gauge(1301, "test.mib", Unit::BYTES, Scale::Multiple(1 << 20), "Test."),
    Metric::counter(1302, "test.tenths", Unit::COUNT, Scale::Fraction(10), "Test.").labelled(&["a", "b"]),
    Metric::gauge(1303, "test.rate", Unit::BYTES_PER_SECOND, Scale::Octaves, "Test.").deadband(3),
    Metric::text(1304, "test.text", "Test.").labelled(&["a"]),
];

fn composer() -> Composer {
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: "srv-01".parse::<HostName>().unwrap(),
        interval_ms: 1000,
        role: "agent".to_owned(),
        groups: vec!["lab".to_owned()],
    };
    Composer::new(OriginKey::from_seed(&[1; 32]), identity, 32, 1)
}

fn absence() -> impl Strategy<Value = Absence> {
    prop::sample::select(Absence::ALL.to_vec())
}

fn state(kind: Kind) -> BoxedStrategy<State> {
    let value = if kind == Kind::Text {
        "[a-zé]{0,12}".prop_map(Value::Text).boxed()
    } else {
        prop_oneof![(0_u16..50).prop_map(f64::from), any::<u32>().prop_map(f64::from), any::<f64>()]
            .prop_map(Value::Number)
            .boxed()
    };
    prop_oneof![
        8 => value.clone().prop_map(State::Present),
        1 => absence().prop_map(State::Absent),
        1 => (value, absence(), 0_u32..1000).prop_map(|(value, absence, age_s)| State::Kept {
            value,
            absence,
            age_ms: age_s * 1000
        }),
    ]
    .boxed()
}

fn reading(metric: &'static Metric, labels: Vec<String>) -> impl Strategy<Value = Reading> {
    state(metric.kind).prop_map(move |state| Reading {
        metric: MetricRef::Known(metric),
        labels: Labels::new(&labels),
        state,
    })
}

/// Passes of one host: mostly the same readings with other values, sometimes another set of readings.
fn passes() -> impl Strategy<Value = Vec<Vec<Reading>>> {
    let set = prop::collection::btree_set((0..METRICS.len(), "[ab]", "[xy]"), 0..12);
    let run = set.prop_flat_map(|set| {
        let readings: Vec<_> = set
            .into_iter()
            .map(|(at, a, b)| {
                let metric = &METRICS[at];
                let labels = [a, b].into_iter().take(metric.labels.len()).collect();
                reading(metric, labels)
            })
            .collect();
        prop::collection::vec(readings, 1..8)
    });
    prop::collection::vec(run, 1..4).prop_map(|runs| runs.concat())
}

/// Whether a reader may show `shown` where the origin reads `read`: the same up to quantisation and the deadband.
fn agrees(read: &Reading, shown: &Reading) -> bool {
    let metric = &read.metric;
    let step = |value: &Value| match value {
        Value::Number(number) => metric.scale.quantise(*number),
        Value::Text(_) => None,
    };
    if let State::Present(Value::Number(number)) = &read.state
        && !number.is_finite()
    {
        return shown.state == State::Absent(Absence::Failed);
    }
    if read.state.absence() != shown.state.absence() {
        return false;
    }
    match (read.state.value(), shown.state.value()) {
        (Some(Value::Text(read)), Some(Value::Text(shown))) => read == shown,
        (Some(read), Some(shown)) => match (step(read), step(shown)) {
            (Some(read), Some(shown)) => read.abs_diff(shown) <= u64::from(metric.deadband),
            (read, _) => read.is_none(),
        },
        (Some(Value::Number(number)), None) => !number.is_finite(),
        (read, shown) => read.is_none() && shown.is_none(),
    }
}

fn check_agreement(read: &[Reading], mirror: &Mirror) -> Result<(), TestCaseError> {
    let mut read: Vec<&Reading> = read.iter().collect();
    read.sort_by_key(|reading| reading.metric.id);
    prop_assert_eq!(read.len(), mirror.readings().len());
    for (read, shown) in read.into_iter().zip(mirror.readings()) {
        prop_assert_eq!(&read.labels, &shown.labels);
        prop_assert_eq!(&read.metric.name, &shown.metric.name);
        prop_assert_eq!(&read.metric.unit, &shown.metric.unit);
        prop_assert!(agrees(read, &shown), "read {:?}, shown {:?}", read, shown);
    }
    Ok(())
}

fn frames(passes: &[Vec<Reading>], interval_ms: u64) -> Vec<Frame> {
    let mut composer = composer();
    (0..).zip(passes).map(|(n, pass)| composer.frame(pass.iter(), Moment(n * interval_ms)).unwrap()).collect()
}

proptest! {
    #[test]
    fn every_frame_brings_a_reader_to_the_origins_state(passes in passes(), interval_ms in 1_u64..20_000) {
        let frames = frames(&passes, interval_ms);
        let mut mirror = Mirror::new(&frames[0]).unwrap();
        for (pass, frame) in passes.iter().zip(&frames) {
            mirror.apply(frame).unwrap();
            prop_assert_eq!(mirror.position(), frame.position());
            check_agreement(pass, &mirror)?;
        }
    }

    #[test]
    fn a_keyframe_and_any_one_of_its_deltas_are_enough(passes in passes(), at: prop::sample::Index) {
        let frames = frames(&passes, 1000);
        let last = at.index(frames.len());
        let keyframe = frames[..=last].iter().rfind(|frame| frame.kind() == FrameKind::Keyframe).unwrap();
        let mut mirror = Mirror::new(keyframe).unwrap();
        mirror.apply(&frames[last]).unwrap();
        check_agreement(&passes[last], &mirror)?;
    }

    #[test]
    fn lost_doubled_and_reordered_frames_never_take_a_reader_back(
        passes in passes(),
        order in prop::collection::vec(any::<prop::sample::Index>(), 1..40),
    ) {
        let frames = frames(&passes, 1000);
        let mut mirror = Mirror::new(&frames[0]).unwrap();
        for index in order {
            let before = mirror.position();
            let applied = mirror.apply(&frames[index.index(frames.len())]).unwrap();
            prop_assert!(mirror.position() >= before);
            prop_assert_eq!(mirror.position() > before, matches!(applied, Applied::Updated | Applied::Replaced));
            let shown = usize::try_from(mirror.position().sequence).unwrap() - 1;
            check_agreement(&passes[shown], &mirror)?;
        }
    }

    #[test]
    fn damaged_frames_are_refused_and_change_nothing(passes in passes(), flips in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4)) {
        let frames = frames(&passes, 1000);
        let mirror = Mirror::new(&frames[0]).unwrap();
        for frame in &frames {
            let mut bytes = frame.bytes().to_vec();
            let signed_bytes = bytes.len() - 5;
            for (at, flip) in &flips {
                bytes[at.index(signed_bytes)] ^= flip;
            }
            let is_damaged = bytes != **frame.bytes();
            let Ok(damaged) = Frame::parse(bytes.into()) else { continue };
            let mut after = mirror.clone();
            let refused = matches!(after.apply(&damaged), Err(_) | Ok(Applied::Old));
            prop_assert!(refused || !is_damaged);
            if is_damaged {
                prop_assert_eq!(after.readings(), mirror.readings());
                prop_assert!(Mirror::new(&damaged).is_err());
            }
        }
    }
}

fn whole(value: f64) -> Vec<Reading> {
    vec![Reading {
        metric: MetricRef::Known(&METRICS[0]),
        labels: Labels::new(&["x"]),
        state: State::Present(Value::Number(value)),
    }]
}

#[test]
fn slow_drift_is_sent_once_it_passes_the_deadband() {
    let mut composer = composer();
    let mut mirror = Mirror::new(&composer.frame(whole(0.0).iter(), Moment(0)).unwrap()).unwrap();
    for n in 1..=20_u32 {
        // Every single change is within the deadband of 2.
        let value = f64::from(n);
        let frame = composer.frame(whole(value).iter(), Moment(u64::from(n) * 1000)).unwrap();
        mirror.apply(&frame).unwrap();
        let shown = mirror.readings()[0].state.number().unwrap();
        assert!((shown - value).abs() <= 2.0, "{shown} is shown for {value}");
    }
}

#[test]
fn an_unchanged_host_sends_deltas_without_changes_and_a_keyframe_each_30_s() {
    let mut composer = composer();
    let kinds: Vec<FrameKind> =
        (0..62).map(|n| composer.frame(whole(5.0).iter(), Moment(n * 1000)).unwrap().kind()).collect();
    let keyframes: Vec<usize> = (0..62).filter(|n| kinds[*n] == FrameKind::Keyframe).collect();
    assert_eq!(keyframes, [0, 30, 60]);
}

#[test]
fn a_delta_before_its_keyframe_counts_once_the_keyframe_is_there() {
    let mut composer = composer();
    let first = composer.frame(whole(1.0).iter(), Moment(0)).unwrap();
    let second = composer.frame(whole(10.0).iter(), Moment(30_000)).unwrap();
    let delta = composer.frame(whole(60.0).iter(), Moment(31_000)).unwrap();
    let mut mirror = Mirror::new(&first).unwrap();
    assert_eq!(mirror.apply(&delta).unwrap(), Applied::Early);
    assert_eq!(mirror.readings()[0].state.number(), Some(1.0));
    assert_eq!(mirror.apply(&second).unwrap(), Applied::Replaced);
    assert_eq!(mirror.position(), delta.position());
    assert_eq!(mirror.readings()[0].state.number(), Some(60.0));
}

#[test]
fn after_taking_leave_an_origin_may_come_back_in_a_later_epoch() {
    let mut composer = composer();
    let mut mirror = Mirror::new(&composer.frame(whole(1.0).iter(), Moment(0)).unwrap()).unwrap();
    assert_eq!(mirror.apply(&composer.leave().unwrap()).unwrap(), Applied::Left);
    assert!(mirror.has_left());
    assert_eq!(composer.jump_above(7), 8);
    let back = composer.frame(whole(2.0).iter(), Moment(1000)).unwrap();
    assert_eq!(back.kind(), FrameKind::Keyframe);
    assert_eq!(mirror.apply(&back).unwrap(), Applied::Replaced);
    assert!(!mirror.has_left());
    assert_eq!(composer.jump_above(3), 8, "an older memory changes nothing");
}

#[test]
fn a_delta_is_not_read_against_a_keyframe_of_another_run_with_the_same_epoch() {
    let mut before = composer().numbering_schemas_after(7);
    let mut mirror = Mirror::new(&before.frame(whole(1.0).iter(), Moment(0)).unwrap()).unwrap();
    let mut restored = composer().numbering_schemas_after(60_000);
    restored.frame(whole(50.0).iter(), Moment(0)).unwrap();
    let delta = restored.frame(whole(60.0).iter(), Moment(1000)).unwrap();
    assert!(mirror.apply(&delta).is_err());
    assert_eq!(mirror.readings()[0].state.number(), Some(1.0));
    let keyframe = restored.frame(whole(70.0).iter(), Moment(31_000)).unwrap();
    assert_eq!(mirror.apply(&keyframe).unwrap(), Applied::Replaced);
}

#[test]
fn a_keyframe_that_comes_after_the_leave_of_its_epoch_does_not_take_it_back() {
    let mut composer = composer();
    let mut mirror = Mirror::new(&composer.frame(whole(1.0).iter(), Moment(0)).unwrap()).unwrap();
    composer.jump_above(1);
    let keyframe = composer.frame(whole(2.0).iter(), Moment(1000)).unwrap();
    let delta = composer.frame(whole(30.0).iter(), Moment(2000)).unwrap();
    let leave = composer.leave().unwrap();
    for frame in [&delta, &leave, &keyframe] {
        mirror.apply(frame).unwrap();
    }
    assert_eq!((mirror.position(), mirror.has_left()), (leave.position(), true));
    assert_eq!(mirror.readings()[0].state.number(), Some(30.0), "the last that it said");
}

#[test]
fn nobody_speaks_for_another_origin() {
    let mut mirror = Mirror::new(&composer().frame(whole(1.0).iter(), Moment(0)).unwrap()).unwrap();
    let identity = mirror.identity().clone();
    let mut other = Composer::new(OriginKey::from_seed(&[2; 32]), identity, 32, 9);
    let forged = other.frame(whole(99.0).iter(), Moment(0)).unwrap();
    assert!(matches!(mirror.apply(&forged), Err(MirrorError::BadSignature)));
}

#[test]
fn more_readings_than_the_limit_are_cut_and_still_fit() {
    let readings: Vec<Reading> = (0..5000)
        .map(|n| Reading {
            metric: MetricRef::Known(&METRICS[0]),
            labels: Labels::new(&[n.to_string()]),
            state: State::Present(Value::Number(1.0)),
        })
        .collect();
    let frame = composer().frame(readings.iter(), Moment(0)).unwrap();
    assert_eq!(Mirror::new(&frame).unwrap().readings().len(), grapevine_proto::limits::READINGS_MAX);
}

#[test]
fn a_host_that_fills_a_frame_is_read_in_full() {
    let kept = State::Kept { value: Value::Number(1.0), absence: Absence::Sleeping, age_ms: 1000 };
    let readings: Vec<Reading> = (0..grapevine_proto::limits::READINGS_MAX)
        .map(|n| Reading {
            metric: MetricRef::Known(&METRICS[0]),
            labels: Labels::new(&[format!("{n:06}")]),
            state: kept.clone(),
        })
        .collect();
    let frame = composer().frame(readings.iter(), Moment(0)).unwrap();
    assert!(frame.body().len() > grapevine_proto::limits::BODY_BYTES_MAX * 9 / 10);
    let mirror = Mirror::new(&frame).unwrap();
    assert!(mirror.readings().iter().map(|shown| &shown.labels).eq(readings.iter().map(|read| &read.labels)));
    assert!(mirror.readings().iter().all(|shown| shown.state == kept));
}

#[test]
fn a_metric_of_a_later_version_is_shown_with_its_name_and_unit() {
    let later = std::sync::Arc::new(Metric {
        id: MetricId(1999),
        name: Cow::Borrowed("later.metric"),
        kind: Kind::Gauge,
        unit: Unit::named("parsecs".to_owned()),
        scale: Scale::Fraction(4),
        deadband: 0,
        labels: LabelKeys::Learned(vec!["ship".to_owned()]),
        max_age_ms: 1000,
        help: Cow::Borrowed(""),
    });
    let reading = Reading {
        metric: MetricRef::Learned(later),
        labels: Labels::new(&["falcon"]),
        state: State::Present(Value::Number(12.0)),
    };
    let frame = composer().frame([&reading].into_iter(), Moment(0)).unwrap();
    assert_eq!(Mirror::new(&frame).unwrap().readings(), [reading]);
}
