//! What frames cost: a host with 150 readings, of which every sixth changes from one frame to the next.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic and prints its sizes")]

use bytes::Bytes;
use divan::Bencher;
use grapevine_proto::gossip::{Control, Engine, Hello, Input, LinkId, Target};
use grapevine_proto::{
    Composer, Envelope, Frame, FrameKind, Identity, Kind, Labels, MetricRef, Mirror, Moment, OriginKey,
    Position, PublicKey, Reading, State, Value, catalogue,
};

const READINGS: usize = 150;

fn main() {
    let (keyframe, delta) = frames();
    for (name, frame) in [("keyframe", keyframe), ("delta", delta)] {
        println!("{name} of {READINGS} readings: {} bytes", frame.bytes().len());
    }
    divan::main();
}

#[divan::bench]
fn compose_keyframe(bencher: Bencher<'_, '_>) {
    let readings = readings(0);
    bencher
        .with_inputs(composer)
        .bench_values(|mut composer| composer.frame(readings.iter(), Moment(0)).unwrap());
}

#[divan::bench]
fn compose_delta(bencher: Bencher<'_, '_>) {
    let readings = readings(1);
    bencher
        .with_inputs(started)
        .bench_values(|mut composer| composer.frame(readings.iter(), Moment(1000)).unwrap());
}

#[divan::bench]
fn seal_delta(bencher: Bencher<'_, '_>) {
    let (_, delta) = frames();
    let position = Position { epoch: 1, sequence: 2 };
    let envelope =
        Envelope { kind: FrameKind::Delta, hop_limit: 32, position, schema: 1, is_critical: false };
    let key = key();
    bencher.bench(|| envelope.seal(&key, delta.body()).unwrap());
}

#[divan::bench]
fn parse_delta(bencher: Bencher<'_, '_>) {
    let (_, delta) = frames();
    bencher.bench(|| Frame::parse(delta.bytes().clone()).unwrap());
}

#[divan::bench]
fn verify_delta(bencher: Bencher<'_, '_>) {
    let (_, delta) = frames();
    let verifier = key().public().verifier().unwrap();
    bencher.bench(|| delta.verify(&verifier));
}

#[divan::bench]
fn read_keyframe(bencher: Bencher<'_, '_>) {
    let (keyframe, _) = frames();
    bencher.bench(|| Mirror::new(&keyframe).unwrap());
}

#[divan::bench]
fn read_delta(bencher: Bencher<'_, '_>) {
    let (keyframe, delta) = frames();
    let mirror = Mirror::new(&keyframe).unwrap();
    bencher.with_inputs(|| mirror.clone()).bench_refs(|mirror| mirror.apply(&delta).unwrap());
}

#[divan::bench]
fn relay_new_delta(bencher: Bencher<'_, '_>) {
    let (keyframe, delta) = frames();
    bencher.with_inputs(|| relay(&[&keyframe])).bench_refs(|engine| tell(engine, delta.bytes().clone()));
}

#[divan::bench]
fn relay_duplicate_delta(bencher: Bencher<'_, '_>) {
    let (keyframe, delta) = frames();
    let mut engine = relay(&[&keyframe, &delta]);
    bencher.bench_local(|| tell(&mut engine, delta.bytes().clone()));
}

#[divan::bench]
fn relay_new_keyframe(bencher: Bencher<'_, '_>) {
    let (keyframe, _) = frames();
    bencher.with_inputs(|| relay(&[])).bench_refs(|engine| tell(engine, keyframe.bytes().clone()));
}

/// A keyframe and the delta after it.
fn frames() -> (Frame, Frame) {
    let mut composer = composer();
    let keyframe = composer.frame(readings(0).iter(), Moment(0)).unwrap();
    let delta = composer.frame(readings(1).iter(), Moment(1000)).unwrap();
    assert_eq!((keyframe.kind(), delta.kind()), (FrameKind::Keyframe, FrameKind::Delta));
    (keyframe, delta)
}

/// A composer that has sent a keyframe.
fn started() -> Composer {
    let mut composer = composer();
    composer.frame(readings(0).iter(), Moment(0)).unwrap();
    composer
}

/// An engine with six neighbours that has heard these frames.
fn relay(heard: &[&Frame]) -> Engine {
    let own = OriginKey::from_seed(&[1; 32]);
    let verifier = own.public().verifier().unwrap();
    let mut engine = Engine::new(own.origin(), verifier, "relay".parse().unwrap(), 1, Moment(0));
    for seed in 2..8 {
        let (link, origin) = (LinkId(seed.into()), OriginKey::from_seed(&[seed; 32]).origin());
        let hello = Control::Hello(Hello::new(origin, 1, format!("host-{seed}").parse().unwrap()));
        engine.handle(Input::LinkUp { link, dialled: Some(Target::Seed(0)), remote: None }, Moment(0));
        engine.handle(Input::Message { link, bytes: hello.encode() }, Moment(0));
    }
    for frame in heard {
        tell(&mut engine, frame.bytes().clone());
    }
    while engine.poll_output().is_some() {}
    engine
}

fn tell(engine: &mut Engine, bytes: Bytes) {
    engine.handle(Input::Message { link: LinkId(2), bytes }, Moment(0));
    while engine.poll_output().is_some() {}
}

/// One reading of each number without labels, and as many of those with labels as it takes. In a later round every
/// sixth value is another.
fn readings(round: u32) -> Vec<Reading> {
    let numbers = || catalogue::rows().filter(|metric| metric.kind != Kind::Text);
    let labelled: Vec<_> = numbers().filter(|metric| !metric.labels.is_empty()).collect();
    let once = numbers().filter(|metric| metric.labels.is_empty());
    (0..)
        .zip(once.chain(labelled.iter().copied().cycle()).take(READINGS))
        .map(|(at, metric)| {
            let label = (usize::try_from(at).unwrap() / labelled.len()).to_string();
            let changed = if at % 6 == 0 { round } else { 0 };
            let steps = i64::from(at % 90 + 1000 * changed);
            Reading {
                metric: MetricRef::Known(metric),
                labels: Labels::new(&vec![label; metric.labels.len()]),
                state: State::Present(Value::Number(metric.scale.restore(steps))),
            }
        })
        .collect()
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
