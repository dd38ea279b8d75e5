//! The bytes on the wire are those of the golden files, in both directions, and those that PROTOCOL.md explains.
//!
//! A change here is a change of the protocol: an agent in the field reads and writes the old bytes. Where it is meant,
//! `GRAPEVINE_BLESS=1 cargo test -p grapevine-proto --test golden` rewrites the files; PROTOCOL.md is edited by hand.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs};

use bytes::Bytes;
use grapevine_proto::gossip::{Control, Hello};
use grapevine_proto::{
    Absence, Composer, Frame, FrameKind, Identity, Kind, LabelKeys, Labels, Links, Lost, Metric, MetricId,
    MetricRef, Mirror, Moment, OriginId, OriginKey, Position, PublicKey, Reading, Scale, State, Unit, Value,
    catalogue,
};

/// The story that PROTOCOL.md tells: a keyframe, a delta two frames later, and the farewell.
struct Worked {
    keyframe: (Vec<Reading>, Frame),
    delta: (Vec<Reading>, Frame),
    leave: Frame,
}

fn worked() -> Worked {
    let mut composer = composer();
    let before = readings(23.0, 5.0, State::Absent(Absence::Denied), 12_032.0);
    let after = readings(60.0, 90.0, present(48.0), 0.0);
    composer.set_links(links(true));
    let keyframe = composer.frame(before.iter(), Moment(0)).unwrap();
    composer.frame(before.iter(), Moment(1000)).unwrap();
    composer.set_links(links(false));
    let delta = composer.frame(after.iter(), Moment(2000)).unwrap();
    let leave = composer.leave().unwrap();
    Worked { keyframe: (before, keyframe), delta: (after, delta), leave }
}

/// Links with two hosts, of which one is lost at some time.
fn links(both: bool) -> Links {
    let [near, far] = ["0102030405060708", "1112131415161718"].map(|id| id.parse::<OriginId>().unwrap());
    let lost = Lost { origin: near, position: Position { epoch: 1, sequence: 300 } };
    if both { Links { up: vec![near, far], lost: vec![] } } else { Links { up: vec![far], lost: vec![lost] } }
}

fn readings(cpu: f64, core: f64, temperature: State, rate: f64) -> Vec<Reading> {
    let kept = State::Kept { value: Value::Number(2.0), absence: Absence::Failed, age_ms: 4000 };
    vec![
        reading(1, &[], State::Present(Value::Text("6.12.5".to_owned()))),
        reading(32, &[], present(cpu)),
        reading(33, &["0"], present(41.0)),
        reading(33, &["1"], present(core)),
        reading(39, &[], kept),
        reading(44, &[], temperature),
        reading(64, &[], present(20_971_520_000.0)),
        reading(NETWORK_RATE, &["eth0"], present(rate)),
    ]
}

#[test]
fn a_keyframe_is_written_and_read_as_ever() {
    let (readings, frame) = worked().keyframe;
    let mirror = Mirror::new(&golden_frame("keyframe", &frame)).unwrap();
    assert_shows(&mirror, &readings);
    assert_eq!(mirror.links(), &links(true));
    assert_eq!(mirror.identity().host.as_str(), "srv-01");
    assert_eq!((&*mirror.identity().role, &*mirror.identity().groups), ("agent", &["lab".to_owned()][..]));
}

#[test]
fn a_delta_is_written_and_read_as_ever() {
    let Worked { keyframe, delta: (readings, frame), .. } = worked();
    let mut mirror = Mirror::new(&keyframe.1).unwrap();
    mirror.apply(&golden_frame("delta", &frame)).unwrap();
    assert_shows(&mirror, &readings);
    assert_eq!(mirror.links(), &links(false));
}

#[test]
fn a_leave_is_written_and_read_as_ever() {
    let Worked { keyframe, leave, .. } = worked();
    let mut mirror = Mirror::new(&keyframe.1).unwrap();
    mirror.apply(&golden_frame("leave", &leave)).unwrap();
    assert!(mirror.has_left());
}

#[test]
fn rows_of_other_metrics_are_written_and_read_as_ever() {
    let scales = [Scale::Whole, Scale::Multiple(1024), Scale::Fraction(1000), Scale::Octaves];
    let numbers = (1400..).zip(scales).zip([Kind::Gauge, Kind::Counter, Kind::Gauge, Kind::Gauge]);
    let mut readings: Vec<Reading> = numbers
        .map(|((id, scale), kind)| Reading {
            metric: learned(id, kind, scale, &["ship", "deck"]),
            labels: Labels::new(&["falcon", "2"]),
            state: present(2048.0),
        })
        .collect();
    let text = State::Present(Value::Text("höher".to_owned()));
    let metric = learned(65_535, Kind::Text, Scale::Whole, &[]);
    readings.push(Reading { metric, labels: Labels::default(), state: text });
    let frame = composer().frame(readings.iter(), Moment(0)).unwrap();
    let mirror = Mirror::new(&golden_frame("learned", &frame)).unwrap();
    assert_shows(&mirror, &readings);
}

#[test]
fn absences_and_kept_values_are_written_and_read_as_ever() {
    let cores = |states: Vec<State>| -> Vec<Reading> {
        (0..).zip(states).map(|(core, state)| reading(33, &[&u8::to_string(&core)], state)).collect()
    };
    let absent = Absence::ALL.map(State::Absent).to_vec();
    let kept = |(value, absence): (u8, Absence)| {
        let age_ms = 300_000 * u32::from(value);
        State::Kept { value: Value::Number(value.into()), absence, age_ms }
    };
    let kept: Vec<State> = (0..).zip(Absence::ALL).map(kept).collect();
    let before = cores([&*absent, &*kept, &[present(7.0), present(8.0)]].concat());
    let after = cores([&*kept, &*absent, &[State::Absent(Absence::Failed), present(8.0)]].concat());
    let mut composer = composer();
    let keyframe = composer.frame(before.iter(), Moment(0)).unwrap();
    let mut mirror = Mirror::new(&golden_frame("absences", &keyframe)).unwrap();
    assert_shows(&mirror, &before);
    let delta = composer.frame(after.iter(), Moment(1000)).unwrap();
    assert_eq!(delta.kind(), FrameKind::Delta);
    mirror.apply(&golden_frame("absences-delta", &delta)).unwrap();
    assert_shows(&mirror, &after);
}

#[test]
fn control_messages_are_written_and_read_as_ever() {
    let hello = Control::Hello(Hello::new(key().origin(), 1, "srv-01".parse().unwrap()));
    let welcome = Control::Welcome { held_epoch: 1, held_sequence: 300 };
    for (name, control) in [("hello", hello), ("welcome", welcome)] {
        assert_eq!(Control::decode(&golden(name, &control.encode())), Some(control));
    }
}

#[test]
fn the_worked_bytes_of_the_paper_are_the_golden_ones() {
    let paper = fs::read_to_string(root().join("../PROTOCOL.md")).unwrap();
    for name in ["keyframe", "delta", "hello", "welcome"] {
        let start = format!("```hex {name}\n");
        let block = paper.split_once(&start).and_then(|(_, rest)| rest.split_once("```"));
        let (block, _) = block.unwrap_or_else(|| panic!("PROTOCOL.md has no block {start}"));
        let hex: String = block.lines().filter_map(|line| line.split('#').next()).collect();
        let golden = fs::read_to_string(path_of(name)).unwrap();
        assert_eq!(bytes_of(&hex), bytes_of(&golden), "PROTOCOL.md's bytes of the {name} are not {golden}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the reader in the paper is in another language on purpose")]
fn the_reader_in_the_paper_reads_the_golden_frames() {
    let paper = fs::read_to_string(root().join("../PROTOCOL.md")).unwrap();
    let block = |start: &str| {
        let block = paper.split_once(start).and_then(|(_, rest)| rest.split_once("```"));
        block.unwrap_or_else(|| panic!("PROTOCOL.md has no block {start}")).0.to_owned()
    };
    let reader = std::process::Command::new("python3")
        .arg("-c")
        .arg(block("```python\n"))
        .arg(root().join("../PROTOCOL.md"))
        .args([path_of("keyframe"), path_of("delta")])
        .output();
    match reader {
        Ok(output) => {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert_eq!(String::from_utf8_lossy(&output.stdout), block("```text\n"));
        }
        Err(error) => println!("skipped: python3 does not run here: {error}"),
    }
}

/// The golden frame of this name, which must have the bytes of `frame`.
fn golden_frame(name: &str, frame: &Frame) -> Frame {
    Frame::parse(golden(name, frame.bytes())).unwrap()
}

/// The golden bytes of this name, which must be `bytes`.
fn golden(name: &str, bytes: &Bytes) -> Bytes {
    let path = path_of(name);
    if env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::write(&path, hex_of(bytes)).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        hex_of(bytes),
        golden,
        "the bytes of the {name} changed; if that is meant, run \
         GRAPEVINE_BLESS=1 cargo test -p grapevine-proto --test golden"
    );
    bytes_of(&golden).into()
}

fn hex_of(bytes: &[u8]) -> String {
    let line = |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
    bytes.chunks(32).map(line).collect()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).unwrap())
        .collect()
}

fn path_of(name: &str) -> PathBuf {
    root().join("golden").join(name).with_extension("hex")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Asserts that a reader shows what was read. Help and deadband of a metric stay at home.
fn assert_shows(mirror: &Mirror, readings: &[Reading]) {
    let shown = |reading: &Reading| {
        let Metric { id, name, kind, unit, scale, labels, max_age_ms, .. } = (*reading.metric).clone();
        (id, name, kind, unit, scale, labels, max_age_ms, reading.labels.clone(), reading.state.clone())
    };
    let expected: Vec<_> = readings.iter().map(shown).collect();
    assert_eq!(mirror.readings().iter().map(shown).collect::<Vec<_>>(), expected);
}

fn composer() -> Composer {
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: "srv-01".parse().unwrap(),
        interval_ms: 1000,
        role: "agent".to_owned(),
        groups: vec!["lab".to_owned()],
    };
    Composer::new(key(), identity, 32, 1)
}

fn key() -> OriginKey {
    OriginKey::from_seed(&[7; 32])
}

fn reading(id: u16, labels: &[&str], state: State) -> Reading {
    let metric = MetricRef::Known(catalogue::row(MetricId(id)).unwrap());
    Reading { metric, labels: Labels::new(labels), state }
}

fn learned(id: u16, kind: Kind, scale: Scale, labels: &[&str]) -> MetricRef {
    let unit = if kind == Kind::Text { Unit::TEXT } else { Unit::named("parsecs".to_owned()) };
    MetricRef::Learned(Arc::new(Metric {
        id: MetricId(id),
        name: Cow::Owned(format!("later.metric{id}")),
        kind,
        unit,
        scale,
        deadband: 3,
        labels: LabelKeys::Learned(labels.iter().map(|key| (*key).to_owned()).collect()),
        max_age_ms: 20_000,
        help: Cow::Borrowed("Stays at home."),
    }))
}

fn present(value: f64) -> State {
    State::Present(Value::Number(value))
}

/// Number of `network.receive`, a rate on the octave scale.
const NETWORK_RATE: u16 = 192;
