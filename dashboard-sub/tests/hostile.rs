//! Whatever arrives, the view shows only what origins sealed, and stays bounded.

mod origin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::HISTORY_PREFIX;
use grapevine_proto::limits::ORIGINS_MAX;
use grapevine_sub::{Change, Fault, Follower, HostChange, View};
use origin::Origin;
use proptest::prelude::*;
use proptest::sample::Index;

/// CPU use of the genuine frames.
const SAID: [f64; 4] = [10.0, 30.0, 50.0, 70.0];

/// What a relay might do to a frame, and under which name it might send it.
#[derive(Clone, Debug)]
enum Deed {
    Relay,
    FlipBit(Index, u8),
    Cut(Index),
    Extend(Vec<u8>),
    Splice(Index, Index),
    Invent(Vec<u8>),
    Rename(String),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => Just(Deed::Relay),
        3 => (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Deed::FlipBit(at, bit)),
        1 => any::<Index>().prop_map(Deed::Cut),
        1 => prop::collection::vec(any::<u8>(), 1..20).prop_map(Deed::Extend),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(other, at)| Deed::Splice(other, at)),
        1 => prop::collection::vec(any::<u8>(), 0..200).prop_map(Deed::Invent),
        1 => "[a-z0-9-]{0,8}".prop_map(Deed::Rename),
    ]
}

/// Frames of two hosts: of each a run, and a restart.
fn genuine() -> Vec<(String, Bytes)> {
    let mut frames = Vec::new();
    for (name, key) in [("srv-01", 1), ("srv-02", 2)] {
        let mut first = Origin::new(name, key);
        frames.extend(SAID.map(|cpu_use| (name.to_owned(), first.frame(cpu_use))));
        let mut second = first.restarted();
        frames.extend(SAID.map(|cpu_use| (name.to_owned(), second.frame(cpu_use))));
        frames.push((name.to_owned(), second.leave()));
    }
    frames
}

fn commit(deed: &Deed, frames: &[(String, Bytes)], which: &Index) -> (String, Bytes) {
    let (name, frame) = which.get(frames).clone();
    let mut bytes = frame.to_vec();
    match deed {
        Deed::Relay => {}
        Deed::FlipBit(at, bit) => *at.get_mut(&mut bytes) ^= 1 << bit,
        Deed::Cut(at) => bytes.truncate(at.index(bytes.len())),
        Deed::Extend(more) => bytes.extend_from_slice(more),
        Deed::Splice(other, at) => {
            let (_, other) = other.get(frames);
            let at = at.index(bytes.len().min(other.len()));
            bytes.truncate(at);
            bytes.extend(other.iter().skip(at));
        }
        Deed::Invent(invented) => bytes.clone_from(invented),
        Deed::Rename(name) => return (name.clone(), frame),
    }
    (name, bytes.into())
}

fn same_hosts(a: &View, b: &View) -> bool {
    a.hosts().len() == b.hosts().len() && a.hosts().iter().zip(b.hosts()).all(|(a, b)| Arc::ptr_eq(a, b))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn view_and_past_show_only_what_origins_sealed(
        deeds in prop::collection::vec((deed(), any::<Index>(), prop::bool::weighted(0.3)), 1..60),
    ) {
        let frames = genuine();
        let mut follower = Follower::new();
        let mut now = Instant::now();
        let mut newest = Default::default();
        for (deed, which, is_past) in &deeds {
            let (name, frame) = commit(deed, &frames, which);
            now += Duration::from_millis(300);
            let before = follower.view();
            let prefix = if *is_past { HISTORY_PREFIX } else { "" };
            follower.handle_message(format!("{prefix}{name}").as_bytes(), frame, now);
            let view = follower.view();
            prop_assert!(!is_past || same_hosts(&before, &view), "the past reached the view");
            follower.handle_tick(now);
            let (mut past, mut is_forgotten) = (Vec::new(), false);
            while let Some(change) = follower.poll_change() {
                match change {
                    Change::Past(host) => past.push(host),
                    // Relays write the age. One that makes a frame a day old lets its host be forgotten, and met anew.
                    Change::Host { host, what: HostChange::Forgotten } if host.name().as_str() == "srv-01" => {
                        is_forgotten = true;
                    }
                    _ => {}
                }
            }
            prop_assert!(past.len() <= usize::from(*is_past));
            prop_assert!(view.hosts().len() <= 2);
            for host in view.hosts().iter().chain(&past) {
                prop_assert!(["srv-01", "srv-02"].contains(&host.name().as_str()));
                prop_assert!(SAID.contains(&host.number("cpu.use").unwrap()));
            }
            if let Some(host) = view.host("srv-01") {
                prop_assert!(host.position() >= newest, "it went back to {:?}", host.position());
                newest = host.position();
            }
            if is_forgotten {
                newest = Default::default();
            }
        }
        let counters = *follower.view().counters();
        prop_assert_eq!(counters.messages, u64::try_from(deeds.len()).unwrap());
        prop_assert!(counters.faults_total() + counters.duplicates + counters.early <= counters.messages);
    }
}

/// What a view shows, and what it counted.
fn shown(view: &View) -> String {
    let hosts = view.hosts().iter().map(|host| {
        let readings: Vec<_> = host.readings().map(|reading| (reading.labels, reading.state)).collect();
        format!("{} {:?} {:?}", host.name(), host.position(), readings)
    });
    format!("{:?} {:?}", hosts.collect::<Vec<_>>(), view.counters())
}

fn told(follower: &mut Follower) -> Vec<String> {
    let tell = |change| match change {
        Change::Host { host, what } => format!("{} {what:?}", host.name()),
        Change::Past(host) => format!("{} {:?}", host.name(), host.position()),
        other => format!("{other:?}"),
    };
    std::iter::from_fn(|| follower.poll_change()).map(tell).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn messages_that_are_checked_together_are_taken_in_as_one_by_one(
        deeds in prop::collection::vec((deed(), any::<Index>(), prop::bool::weighted(0.3)), 1..100),
        honest in any::<bool>(),
    ) {
        let frames = genuine();
        let messages: Vec<(String, Bytes)> = deeds.iter().map(|(deed, which, is_past)| {
            let (name, frame) = commit(if honest { &Deed::Relay } else { deed }, &frames, which);
            (format!("{}{name}", if *is_past { HISTORY_PREFIX } else { "" }), frame)
        }).collect();
        let now = Instant::now();
        let (mut alone, mut together) = (Follower::new(), Follower::new());
        for (name, frame) in &messages {
            alone.handle_message(name.as_bytes(), frame.clone(), now);
        }
        together.handle_messages(&messages, now);
        prop_assert_eq!(shown(&together.view()), shown(&alone.view()));
        prop_assert_eq!(told(&mut together), told(&mut alone));
    }
}

#[test]
fn a_forged_frame_among_many_is_found_and_costs_no_other() {
    let mut origins: Vec<Origin> = (0..40).map(|key| Origin::new(&format!("srv-{key}"), key)).collect();
    let mut follower = Follower::new();
    let now = Instant::now();
    for cpu_use in [10.0, 20.0] {
        let mut messages: Vec<(String, Bytes)> =
            origins.iter_mut().map(|origin| (origin.name.clone(), origin.frame(cpu_use))).collect();
        let (name, frame) = messages[17].clone();
        let mut forged = frame.to_vec();
        // The last byte of the signature; the hop count and the age follow it.
        let last = forged.len() - 6;
        forged[last] ^= 1;
        messages.insert(17, (name, forged.into()));
        follower.handle_messages(&messages, now);
    }
    let view = follower.view();
    assert_eq!(view.hosts().iter().filter(|host| host.number("cpu.use") == Some(20.0)).count(), 40);
    assert_eq!((view.counters().faults(Fault::Signature), view.counters().faults_total()), (2, 2));
}

#[test]
fn no_more_hosts_are_taken_in_than_fit() {
    let mut follower = Follower::new();
    let now = Instant::now();
    let keyframe = |number: usize| {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        Origin::seeded(&format!("srv-{number}"), seed).frame_of(&[])
    };
    for number in 0..=ORIGINS_MAX {
        follower.handle_message(format!("srv-{number}").as_bytes(), keyframe(number), now);
        while follower.poll_change().is_some() {}
    }
    let view = follower.view();
    assert_eq!(view.hosts().len(), ORIGINS_MAX);
    assert_eq!(view.counters().faults(Fault::Full), 1);
}
