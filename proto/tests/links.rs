//! What an origin says of its links arrives with whoever has its newest frames.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod handmade;

use grapevine_proto::catalogue::cpu;
use grapevine_proto::limits::{BODY_BYTES_MAX, LINKED_MAX, READINGS_MAX};
use grapevine_proto::{
    Absence, Applied, Composer, Frame, FrameKind, Identity, Labels, Links, Lost, MetricRef, Mirror, Moment,
    OriginId, OriginKey, Position, PublicKey, Reading, State, Value, links_of,
};
use handmade::{
    CELLS, CHANGES, DELTA, Head, IDENTITY, KEYFRAME, LINKS, SERIES, body, identity, list, varint,
};
use proptest::prelude::*;

fn composer() -> Composer {
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: "srv-01".parse().unwrap(),
        interval_ms: 1000,
        role: "agent".to_owned(),
        groups: Vec::new(),
    };
    Composer::new(OriginKey::from_seed(&[1; 32]), identity, 32, 1)
}

/// So many cores that deltas with links are much shorter than keyframes.
fn cores(count: usize, state: &State) -> Vec<Reading> {
    let metric = MetricRef::Known(&cpu::CORE_USE);
    let of = |core: usize| Reading {
        metric: metric.clone(),
        labels: Labels::new(&[format!("{core:05}")]),
        state: state.clone(),
    };
    (0..count).map(of).collect()
}

fn idle() -> Vec<Reading> {
    cores(100, &State::Present(Value::Number(5.0)))
}

fn lost(origin: u64, sequence: u32) -> Lost {
    Lost { origin: OriginId(origin), position: Position { epoch: 1, sequence } }
}

fn up(origins: impl IntoIterator<Item = u64>) -> Links {
    Links { up: origins.into_iter().map(OriginId).collect(), lost: Vec::new() }
}

fn links() -> impl Strategy<Value = Links> {
    let lost = (0..9_u64, 1..9_u32).prop_map(|(origin, sequence)| lost(origin, sequence));
    (prop::collection::vec(0..9_u64, 0..4), prop::collection::vec(lost, 0..4))
        .prop_map(|(origins, lost)| Links { lost, ..up(origins) })
}

proptest! {
    /// Each frame may be lost, but a keyframe, without which its deltas say nothing.
    #[test]
    fn a_mirror_and_who_holds_the_newest_frames_know_the_same_links(
        steps in prop::collection::vec((links(), any::<bool>()), 1..80),
    ) {
        let (mut composer, readings) = (composer(), idle());
        let mut held: Option<(Mirror, Frame, Option<Frame>)> = None;
        for (second, (said, arrives)) in (0..).zip(steps) {
            composer.set_links(said.clone());
            let frame = composer.frame(readings.iter(), Moment(second * 1000)).unwrap();
            let (mirror, keyframe, delta) =
                held.get_or_insert_with(|| (Mirror::new(&frame).unwrap(), frame.clone(), None));
            if frame.kind() == FrameKind::Keyframe {
                mirror.apply(&frame).unwrap();
                *keyframe = frame;
            } else if arrives {
                mirror.apply(&frame).unwrap();
                *delta = Some(frame);
            } else {
                continue;
            }
            prop_assert_eq!(mirror.links(), &links_of(keyframe, delta.as_ref()));
            let Links { up, lost } = mirror.links();
            prop_assert!(up.is_sorted() && up.iter().all(|origin| said.up.contains(origin)));
            prop_assert!(said.up.iter().all(|origin| up.contains(origin)));
            prop_assert!(said.lost.iter().all(|one| mirror.links().lost_at(one.origin) >= Some(one.position)));
            prop_assert!(lost.iter().all(|one| said.lost.contains(one)));
        }
    }
}

#[test]
fn a_delta_carries_links_only_where_they_differ_and_also_when_none_are_left() {
    let (mut composer, readings) = (composer(), idle());
    let mut frame = |links: Links, second: u64| {
        composer.set_links(links);
        composer.frame(readings.iter(), Moment(second * 1000)).unwrap()
    };
    let keyframe = frame(up([1, 2]), 0);
    let (same, none, again) = (frame(up([2, 1]), 1), frame(up([]), 2), frame(up([1, 2]), 3));
    let bytes = [&same, &none, &again].map(|delta| delta.body().len());
    assert_eq!(bytes, [bytes[0], bytes[0] + 3 + 2, bytes[0]], "a head and two empty lists");
    assert_eq!(links_of(&keyframe, Some(&none)), Links::default());
    for delta in [&same, &again] {
        assert_eq!(links_of(&keyframe, Some(delta)), up([1, 2]));
    }
}

#[test]
fn six_links_cost_59_bytes_and_none_cost_nothing() {
    let bytes = |links: Links| {
        let mut composer = composer();
        composer.set_links(links);
        composer.frame(idle().iter(), Moment(0)).unwrap().body().len()
    };
    let none = bytes(Links::default());
    assert_eq!(bytes(up((1..=6).map(|n| u64::MAX / n))), none + 59);
}

#[test]
fn links_beyond_the_bound_are_left_out() {
    let many = 0..3 * u32::try_from(LINKED_MAX).unwrap();
    let lost = many.clone().map(|n| lost(n.into(), n)).collect();
    let mut composer = composer();
    composer.set_links(Links { lost, ..up(many.map(u64::from)) });
    let mirror = Mirror::new(&composer.frame(idle().iter(), Moment(0)).unwrap()).unwrap();
    let Links { up, lost } = mirror.links();
    assert_eq!((up.len(), lost.len()), (LINKED_MAX, LINKED_MAX));
}

#[test]
fn a_host_without_room_for_its_links_still_sends_its_readings() {
    let kept = State::Kept { value: Value::Number(1.0), absence: Absence::Sleeping, age_ms: 1000 };
    let mut readings = cores(READINGS_MAX, &kept);
    let mut composer = composer();
    let full = composer.frame(readings.iter(), Moment(0)).unwrap();
    // Labels of two bytes more each, until a few are free.
    let mut free = BODY_BYTES_MAX - full.body().len();
    for (core, reading) in readings.iter_mut().enumerate() {
        let longer = free.saturating_sub(50).min(80);
        reading.labels = Labels::new(&[format!("{core:05}{}", "x".repeat(longer))]);
        free -= longer;
    }
    let links = up((1..20).rev().map(|n| u64::MAX / n));
    composer.set_links(links.clone());
    let keyframe = composer.frame(readings.iter(), Moment(1000)).unwrap();
    let mut mirror = Mirror::new(&keyframe).unwrap();
    assert_eq!((mirror.readings().len(), mirror.links()), (READINGS_MAX, &Links::default()));
    let delta = composer.frame(readings.iter(), Moment(2000)).unwrap();
    assert_eq!(mirror.apply(&delta).unwrap(), Applied::Updated);
    assert_eq!(mirror.links(), &links);
}

#[test]
fn links_that_cannot_be_read_are_none_and_keep_nobody_from_the_readings() {
    let section = |up: &[u64], lost: &[u64]| {
        let up: Vec<_> = up.iter().copied().map(varint).collect();
        let lost: Vec<_> =
            lost.iter().map(|origin| [varint(*origin), varint(1), varint(9)].concat()).collect();
        [list(&up), list(&lost)].concat()
    };
    let too_many: Vec<u64> = (0..=LINKED_MAX).map(|n| n.try_into().unwrap()).collect();
    let keyframe = |links| Head::new(KEYFRAME, 1).seal(&body(&[&plain()[..], &[(LINKS, links)]].concat()));
    let good = keyframe(section(&[1, 3], &[2, 4]));
    let expected = Links { lost: vec![lost(2, 9), lost(4, 9)], ..up([1, 3]) };
    assert_eq!(links_of(&good, None), expected);
    for bad in [
        section(&[3, 1], &[]),
        section(&[1, 1], &[]),
        section(&[], &[4, 2]),
        section(&[], &[2, 2]),
        section(&too_many, &[]),
        section(&[], &too_many),
        section(&[1], &[2])[..4].to_vec(),
        Vec::new(),
    ] {
        let frame = keyframe(bad.clone());
        assert_eq!(Mirror::new(&frame).unwrap().links(), &Links::default(), "{bad:?}");
        assert_eq!(links_of(&frame, None), Links::default(), "{bad:?}");
        let no_changes = [&[1, 0, 0, 0][..]].concat();
        let delta = Head::new(DELTA, 2).seal(&body(&[(CHANGES, no_changes), (LINKS, bad)]));
        assert_eq!(links_of(&good, Some(&delta)), expected, "those of the keyframe");
        let mut mirror = Mirror::new(&good).unwrap();
        assert_eq!(mirror.apply(&delta).unwrap(), Applied::Updated);
        assert_eq!(mirror.links(), &expected);
    }
}

#[test]
fn a_delta_of_another_keyframe_or_version_says_nothing_of_the_links() {
    let (mut composer, readings) = (composer(), idle());
    let mut frame = |links: Links, second: u64| {
        composer.set_links(links);
        composer.frame(readings.iter(), Moment(second * 1000)).unwrap()
    };
    let (first, early) = (frame(up([1]), 0), frame(up([2]), 1));
    let (second, late) = (frame(up([3]), 31), frame(up([4]), 32));
    assert_eq!((first.kind(), second.kind()), (FrameKind::Keyframe, FrameKind::Keyframe));
    assert_eq!(links_of(&first, Some(&early)), up([2]));
    assert_eq!(links_of(&second, Some(&early)), up([3]));
    assert_eq!(links_of(&first, Some(&late)), up([1]));
    assert_eq!(links_of(&first, Some(&second)), up([1]), "a keyframe is no delta");
    let with_links = body(&[&plain()[..], &[(LINKS, [list(&[varint(1)]), list(&[])].concat())]].concat());
    let later = Head { version: 2, ..Head::new(KEYFRAME, 1) }.seal(&with_links);
    assert_eq!(links_of(&later, None), Links::default());
}

/// A keyframe's sections without links, of a host without readings.
fn plain() -> [(u8, Vec<u8>); 3] {
    [(IDENTITY, identity()), (SERIES, vec![0; 3]), (CELLS, vec![0; 3])]
}
