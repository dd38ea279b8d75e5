//! An old reader and a new writer: what this version does with bytes that a later one might send.
//!
//! | a later version sends | a relay | a reader |
//! |---|---|---|
//! | a section of an unknown kind | spreads it | skips the section |
//! | more bytes at the end of a section | spreads it | skips the bytes |
//! | unknown flags | spreads and keeps them | ignores them |
//! | a frame of an unknown kind | spreads it | takes no notice |
//! | a frame of version 2 | spreads it, if its keyframe certifies the origin | says so |
//! | an unknown code of an absence | spreads it | shows a failure |
//! | an unknown code of a kind or scale | spreads it | shows a gauge in whole units |
//! | a metric that neither catalogue nor rows describe | spreads it | refuses the keyframe |
//! | a hello of a later protocol | takes it | |
//! | an unknown control message, after such a hello | ignores it | |
//! | an unknown control message, after one of this protocol | closes the link | |

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod handmade;

use grapevine_proto::gossip::{CloseReason, Engine, Input, LinkId, Output, Target};
use grapevine_proto::{
    Absence, Applied, Frame, FrameKind, HostName, Kind, Mirror, MirrorError, Moment, OriginKey, Scale, State,
    Value,
};
use handmade::{
    CELLS, CHANGES, DELTA, Head, IDENTITY, KEYFRAME, ROWS, SERIES, absence, body, identity, list, row,
    series, text, varint, zigzag,
};

const LINK: LinkId = LinkId(1);
const OTHER: LinkId = LinkId(2);
const LATER: &[u8] = b"of a later version";

/// A keyframe's sections: one reading of a described metric, of 7 steps.
fn sections() -> Vec<(u8, Vec<u8>)> {
    vec![
        (IDENTITY, identity()),
        (ROWS, list(&[row(1300, "later.metric", 0, 2, &["which"])])),
        (SERIES, series(&[text("x")], &[(1300, 1)], &[0])),
        (CELLS, cells(&[])),
    ]
}

fn cells(absences: &[Vec<u8>]) -> Vec<u8> {
    [list(&[zigzag(7)]), list(&[]), list(absences)].concat()
}

fn changes(steps: i64, absences: &[Vec<u8>]) -> Vec<u8> {
    let number = [varint(0), zigzag(steps)].concat();
    [varint(1), list(&[number]), list(&[]), list(absences)].concat()
}

fn keyframe() -> Frame {
    Head::new(KEYFRAME, 1).seal(&body(&sections()))
}

fn present(value: f64) -> State {
    State::Present(Value::Number(value))
}

/// An engine with two neighbours, and all its outputs so far taken.
fn engine() -> Engine {
    let key = OriginKey::from_seed(&[1; 32]);
    let host: HostName = "relay".parse().unwrap();
    let mut engine = Engine::new(key.origin(), key.public().verifier().unwrap(), host, 1, Moment(0));
    for (link, origin) in [(LINK, 1), (OTHER, 2)] {
        engine.handle(Input::LinkUp { link, dialled: Some(Target::Seed(0)), remote: None }, Moment(0));
        say(&mut engine, link, hello(1, origin));
    }
    while engine.poll_output().is_some() {}
    engine
}

fn hello(protocol: u8, origin: u64) -> Vec<u8> {
    [vec![0, 0, protocol], varint(origin), varint(1), text("n"), vec![0, 0, 0, 0]].concat()
}

fn say(engine: &mut Engine, link: LinkId, bytes: Vec<u8>) -> Vec<Output> {
    engine.handle(Input::Message { link, bytes: bytes.into() }, Moment(0));
    std::iter::from_fn(|| engine.poll_output()).collect()
}

/// Asserts that the engine delivers the frame and sends it on, changed in nothing but its hop count.
fn assert_spreads(engine: &mut Engine, frame: &Frame) {
    let outputs = say(engine, LINK, frame.bytes().to_vec());
    let [Output::Deliver { frame: delivered, .. }, Output::Send { link: OTHER, frame: sent }] = &*outputs
    else {
        panic!("{outputs:?}");
    };
    assert_eq!(delivered, frame);
    assert_eq!(Some(sent), frame.forwarded(0).as_ref());
}

#[test]
fn unknown_sections_are_skipped() {
    let mut sections = sections();
    for at in (0..=sections.len()).rev() {
        sections.insert(at, (200, LATER.to_vec()));
    }
    let keyframe = Head::new(KEYFRAME, 1).seal(&body(&sections));
    let mut mirror = Mirror::new(&keyframe).unwrap();
    assert_eq!(mirror.readings()[0].state, present(1.75));
    let delta = body(&[(0, LATER.to_vec()), (CHANGES, changes(1, &[])), (255, Vec::new())]);
    assert_eq!(mirror.apply(&Head::new(DELTA, 2).seal(&delta)).unwrap(), Applied::Updated);
    assert_eq!(mirror.readings()[0].state, present(2.0));
    assert_spreads(&mut engine(), &keyframe);
}

#[test]
fn unknown_bytes_at_the_end_of_a_section_are_skipped() {
    let mut sections = sections();
    for (_, bytes) in &mut sections {
        bytes.extend(LATER);
    }
    let keyframe = Head::new(KEYFRAME, 1).seal(&body(&sections));
    let mut mirror = Mirror::new(&keyframe).unwrap();
    assert_eq!(mirror.readings(), Mirror::new(&self::keyframe()).unwrap().readings());
    let delta = body(&[(CHANGES, [changes(1, &[]), LATER.to_vec()].concat())]);
    assert_eq!(mirror.apply(&Head::new(DELTA, 2).seal(&delta)).unwrap(), Applied::Updated);
    assert_spreads(&mut engine(), &keyframe);
}

#[test]
fn unknown_flags_are_kept_and_ignored() {
    let frame = Head { flags: 0x80, ..Head::new(KEYFRAME, 1) }.seal(&body(&sections()));
    assert_spreads(&mut engine(), &frame);
    assert_eq!(frame.forwarded(0).unwrap().bytes()[2], 0x80);
    assert_eq!(Mirror::new(&frame).unwrap().readings()[0].state, present(1.75));
}

#[test]
fn frames_of_an_unknown_kind_are_spread_and_change_no_reading() {
    let frame = Head::new(9, 2).seal(LATER);
    assert_eq!(frame.kind(), FrameKind::Unknown(9));
    let mut engine = engine();
    assert_eq!(say(&mut engine, LINK, frame.bytes().to_vec()), [], "nobody knows the origin's key yet");
    assert_eq!(engine.counters().unverifiable, 1);
    assert_spreads(&mut engine, &keyframe());
    assert_spreads(&mut engine, &frame);
    let mut mirror = Mirror::new(&keyframe()).unwrap();
    assert_eq!(mirror.apply(&frame).unwrap(), Applied::Old);
    assert_eq!(mirror.position(), keyframe().position());
}

#[test]
fn frames_of_version_2_are_spread_if_a_keyframe_certifies_the_origin() {
    let version_2 = |kind, sequence| Head { version: 2, ..Head::new(kind, sequence) };
    let certified = [identity(), LATER.to_vec()].concat();
    let keyframe = version_2(KEYFRAME, 1).seal(&body(&[(IDENTITY, certified), (SERIES, LATER.to_vec())]));
    let delta = version_2(DELTA, 2).seal(LATER);
    let mut engine = engine();
    assert_spreads(&mut engine, &keyframe);
    assert_spreads(&mut engine, &delta);
    for frame in [&keyframe, &delta] {
        assert!(matches!(
            Mirror::new(&self::keyframe()).unwrap().apply(frame),
            Err(MirrorError::Version { version: 2 })
        ));
    }
    assert!(matches!(Mirror::new(&keyframe), Err(MirrorError::Version { version: 2 })));
}

#[test]
fn a_version_2_keyframe_without_an_identity_is_refused() {
    let frame = Head { version: 2, ..Head::new(KEYFRAME, 1) }.seal(&body(&[(SERIES, LATER.to_vec())]));
    let outputs = say(&mut engine(), LINK, frame.bytes().to_vec());
    assert!(matches!(&*outputs, [Output::Refused { .. }]), "{outputs:?}");
}

#[test]
fn an_unknown_absence_is_a_failure() {
    let mut sections = sections();
    sections[3].1 = cells(&[absence(0, 77, None)]);
    let mut mirror = Mirror::new(&Head::new(KEYFRAME, 1).seal(&body(&sections))).unwrap();
    assert_eq!(mirror.readings()[0].state, State::Absent(Absence::Failed));
    let delta = body(&[(CHANGES, changes(8, &[absence(0, 200, Some(3))]))]);
    mirror.apply(&Head::new(DELTA, 2).seal(&delta)).unwrap();
    let value = Value::Number(2.0);
    assert_eq!(
        mirror.readings()[0].state,
        State::Kept { value, absence: Absence::Failed, age_ms: 3000 },
        "an absent number counts as 0 steps"
    );
}

#[test]
fn a_metric_of_an_unknown_kind_and_scale_is_a_gauge_in_whole_units() {
    let mut sections = sections();
    sections[1].1 = list(&[row(1300, "later.metric", 9, 9, &["which"])]);
    let mirror = Mirror::new(&Head::new(KEYFRAME, 1).seal(&body(&sections))).unwrap();
    let reading = &mirror.readings()[0];
    assert_eq!((reading.metric.kind, reading.metric.scale), (Kind::Gauge, Scale::Whole));
    assert_eq!(reading.state, present(7.0));
}

#[test]
fn a_metric_that_nothing_describes_is_refused() {
    let mut sections = sections();
    sections.remove(1);
    let frame = Head::new(KEYFRAME, 1).seal(&body(&sections));
    let error = Mirror::new(&frame).unwrap_err();
    assert!(matches!(error, MirrorError::Body(_)), "{error}");
    assert_spreads(&mut engine(), &frame);
}

#[test]
fn a_hello_of_a_later_protocol_is_taken() {
    let mut engine = engine();
    let link = LinkId(3);
    engine.handle(Input::LinkUp { link, dialled: None, remote: None }, Moment(0));
    say(&mut engine, link, [hello(2, 3), LATER.to_vec()].concat());
    assert_eq!(engine.neighbours().count(), 3);
    assert_eq!(engine.neighbours().last().unwrap().1.protocol, 2);
    for unknown in [vec![0, 10, 1, 2, 3], vec![0, 251, 44, 1]] {
        assert_eq!(say(&mut engine, link, unknown), [], "it may be of that protocol");
    }
    let malformed = say(&mut engine, link, vec![0, 1, 252]);
    assert_eq!(
        malformed,
        [Output::Close { link, reason: CloseReason::Malformed }],
        "a welcome that is cut short"
    );
}

#[test]
fn an_unknown_control_message_closes_the_link() {
    let outputs = say(&mut engine(), LINK, vec![0, 2, 1, 2, 3]);
    assert_eq!(outputs, [Output::Close { link: LINK, reason: CloseReason::Malformed }]);
}

#[test]
fn a_broken_delta_that_came_early_leaves_its_keyframe_alone() {
    let mut mirror = Mirror::new(&keyframe()).unwrap();
    let out_of_range = [varint(5), zigzag(1)].concat();
    let broken = [varint(1), list(&[out_of_range]), list(&[]), list(&[])].concat();
    let early = Head::new(DELTA, 4).seal(&body(&[(CHANGES, broken)]));
    assert_eq!(mirror.apply(&early).unwrap(), Applied::Early);
    let keyframe = Head::new(KEYFRAME, 3).seal(&body(&sections()));
    assert_eq!(mirror.apply(&keyframe).unwrap(), Applied::Replaced);
    assert_eq!(mirror.position(), keyframe.position());
    let next = Head::new(DELTA, 5).seal(&body(&[(CHANGES, [&[2], &changes(1, &[])[1..]].concat())]));
    assert_eq!(mirror.apply(&next).unwrap(), Applied::Updated);
    assert_eq!(mirror.readings()[0].state, present(2.0));
}
