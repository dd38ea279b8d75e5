//! What an engine takes that knows a thousand hosts and has six neighbours.
//!
//! This is one test in a binary of its own, because the allocator counts for the whole process.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use grapevine_proto::gossip::{Announcement, Control, Engine, Have, Hello, Input, LinkId, Name, Trees};
use grapevine_proto::{
    Composer, Frame, Identity, Kind, Labels, Metric, MetricRef, Moment, OriginKey, PublicKey, Reading, State,
    Value, catalogue,
};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const HOSTS: u16 = 1000;
const LINKS: u64 = 6;

/// Besides frames: what is known of each host, and of each on each link.
const STATE_BYTES_MAX: usize = 340 * HOSTS as usize;

#[test]
fn a_thousand_hosts_take_little_besides_their_frames() {
    let frames: Vec<[Frame; 2]> = (1..=HOSTS).map(frames_of).collect();
    let sizes = frames.iter().flatten().map(|frame| frame.bytes().len()).sum::<usize>();
    let before = ALLOCATOR.current_usage();
    let mut engine = engine();
    for link in (0..LINKS).map(LinkId) {
        engine.handle(Input::LinkUp { link, dialled: None, remote: None }, Moment(0));
        let hello =
            Hello::new(OriginKey::from_seed(&seed(2000 + link.0)).origin(), 1, "peer".parse().unwrap());
        tell(&mut engine, link, Control::Hello(hello).encode(), Moment(0));
    }
    for (number, frames) in (0_u64..).zip(&frames) {
        for (at, frame) in [0, 1000].into_iter().zip(frames) {
            // Each frame by two links: the second is pruned.
            for link in [number % LINKS, (number + 1) % LINKS] {
                let bytes = Bytes::copy_from_slice(frame.bytes());
                tell(&mut engine, LinkId(link), bytes, Moment(at));
            }
        }
    }
    for link in (0..LINKS).map(LinkId) {
        let names = (0..HOSTS).zip(&frames).map(|(alias, [frame, _])| Name {
            alias,
            origin: frame.origin(),
            epoch: 1,
        });
        let prune = (0..HOSTS).filter(|alias| u64::from(*alias) % LINKS != link.0).collect();
        let trees = Trees { names: names.collect(), prune, ..Trees::default() };
        tell(&mut engine, link, Control::Trees(trees).encode(), Moment(1000));
        let all = (0..HOSTS).map(|alias| Announcement { alias, low: 2, cost: None });
        tell(&mut engine, link, Have(all.collect()).encode(), Moment(1000));
    }
    for at in [1010, 1020, 1030, 1040] {
        engine.handle(Input::Timeout, Moment(at));
        while engine.poll_output().is_some() {}
    }
    let taken = ALLOCATOR.current_usage() - before;
    assert_eq!(engine.origin_count(), usize::from(HOSTS));
    assert_eq!(engine.held_bytes(), sizes);
    println!("{taken} bytes for {HOSTS} hosts, of which {sizes} are their frames");
    assert!(taken - sizes <= STATE_BYTES_MAX, "{} bytes besides frames", taken - sizes);
    assert!(taken <= 1_000_000, "{taken} bytes");
}

fn tell(engine: &mut Engine, link: LinkId, bytes: Bytes, now: Moment) {
    engine.handle(Input::Message { link, bytes }, now);
    while engine.poll_output().is_some() {}
}

fn engine() -> Engine {
    let key = OriginKey::from_seed(&seed(0));
    Engine::new(key.origin(), key.public().verifier().unwrap(), "own".parse().unwrap(), 1, Moment(0))
}

/// A keyframe and a delta of a server with 8 cores, two disks and two interfaces.
fn frames_of(host: u16) -> [Frame; 2] {
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: format!("host-{host}").parse().unwrap(),
        interval_ms: 1000,
        role: "agent".to_owned(),
        groups: Vec::new(),
    };
    let mut composer = Composer::new(OriginKey::from_seed(&seed(host.into())), identity, 32, 1);
    [0, 1].map(|step| composer.frame(readings(step).iter(), Moment(step * 1000)).unwrap())
}

fn readings(step: u64) -> Vec<Reading> {
    let has_group = |metric: &Metric| GROUPS.iter().any(|group| metric.name.starts_with(group));
    let is_told = |metric: &&Metric| metric.kind != Kind::Text && has_group(metric);
    let numbers = catalogue::rows().filter(is_told);
    let series = numbers.flat_map(|metric| {
        let count = match metric.labels.iter().next() {
            None => 1,
            Some("core") => 8,
            Some(_) => 2,
        };
        (0..count).map(move |n: usize| (metric, vec![n.to_string(); metric.labels.len()]))
    });
    let all = (0..).zip(series).map(|(place, (metric, labels))| {
        let steps = i64::try_from((place * 7 + if place % 4 == 0 { step * 5 } else { 0 }) % 90).unwrap();
        let state = State::Present(Value::Number(metric.scale.restore(steps)));
        Reading { metric: MetricRef::Known(metric), labels: Labels::new(&labels), state }
    });
    all.collect()
}

fn seed(host: u64) -> [u8; 32] {
    let mut seed = [7; 32];
    let (front, _) = seed.split_first_chunk_mut::<8>().unwrap();
    *front = host.to_le_bytes();
    seed
}

/// What every server tells; the others tell of GPUs, services, backups and the like that it may have.
const GROUPS: [&str; 8] = ["host.", "cpu.", "memory.", "pressure.", "load.", "disk.", "network.", "agent."];
