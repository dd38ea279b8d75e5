//! What 1,000 hosts cost a subscriber.
//!
//! `news` folds genuine deltas, which are all verified; `news_while_watched` the same with somebody who holds the
//! view, so that hosts are copied when they change; `news_of_linked` that of hosts with six neighbours each, whose votes
//! are counted, and `news_of_lost` that of hosts that all lose their neighbours at once; `repeated` folds frames that are known already, which are
//! dropped before they are verified; `verify` is the signature alone.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../tests/origin/mod.rs"]
mod origin;

use std::time::Instant;

use bytes::Bytes;
use divan::{Bencher, counter::ItemsCount};
use grapevine_proto::{Frame, Identity, Lost, OriginId, Position};
use grapevine_sub::Follower;
use origin::Origin;

fn main() {
    divan::main();
}

const HOSTS: usize = 1000;
const NEIGHBOURS: usize = 6;

/// A host name and a frame.
type Heard = (String, Bytes);

/// Keyframes of all hosts, then a delta of each.
fn frames() -> (Vec<Heard>, Vec<Heard>) {
    frames_of(|_, _| {}, |_, _| {})
}

/// The same of hosts of which each says something of the six that follow it, first and then.
fn frames_of(
    first: impl Fn(&mut Origin, &[OriginId]),
    then: impl Fn(&mut Origin, &[OriginId]),
) -> (Vec<Heard>, Vec<Heard>) {
    let ids: Vec<OriginId> = (0..HOSTS + NEIGHBOURS).map(|number| host(number % HOSTS).id()).collect();
    let of = |(number, neighbours)| {
        let mut origin = host(number);
        first(&mut origin, neighbours);
        let keyframe = origin.frame(10.0);
        then(&mut origin, neighbours);
        let delta = origin.frame(20.0);
        ((origin.name.clone(), keyframe), (origin.name, delta))
    };
    (0..HOSTS).zip(ids.windows(NEIGHBOURS).skip(1)).map(of).unzip()
}

fn host(number: usize) -> Origin {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_le_bytes());
    Origin::seeded(&format!("srv-{number:04}"), seed)
}

fn link(origin: &mut Origin, neighbours: &[OriginId]) {
    origin.link(neighbours, &[]);
}

fn lose(origin: &mut Origin, neighbours: &[OriginId]) {
    let position = Position { epoch: 1, sequence: 2 };
    let lost: Vec<Lost> = neighbours.iter().map(|&origin| Lost { origin, position }).collect();
    origin.link(&[], &lost);
}

fn follow(follower: &mut Follower, frames: &[Heard]) {
    let now = Instant::now();
    for (name, frame) in frames {
        follower.handle_message(name.as_bytes(), frame.clone(), now);
        while follower.poll_change().is_some() {}
    }
}

fn follower_of(keyframes: &[Heard]) -> Follower {
    let mut follower = Follower::new();
    follow(&mut follower, keyframes);
    follower
}

#[divan::bench]
fn join(bencher: Bencher<'_, '_>) {
    let (keyframes, _) = frames();
    bencher.counter(ItemsCount::new(HOSTS)).bench_local(|| follower_of(&keyframes));
}

#[divan::bench]
fn news(bencher: Bencher<'_, '_>) {
    bench_news(bencher, frames());
}

#[divan::bench]
fn news_of_linked(bencher: Bencher<'_, '_>) {
    bench_news(bencher, frames_of(link, |_, _| {}));
}

#[divan::bench]
fn news_of_lost(bencher: Bencher<'_, '_>) {
    bench_news(bencher, frames_of(link, lose));
}

fn bench_news(bencher: Bencher<'_, '_>, (keyframes, deltas): (Vec<Heard>, Vec<Heard>)) {
    bencher
        .counter(ItemsCount::new(HOSTS))
        .with_inputs(|| follower_of(&keyframes))
        .bench_local_refs(|follower| follow(follower, &deltas));
}

#[divan::bench]
fn news_while_watched(bencher: Bencher<'_, '_>) {
    let (keyframes, deltas) = frames();
    bencher
        .counter(ItemsCount::new(HOSTS))
        .with_inputs(|| {
            let follower = follower_of(&keyframes);
            let view = follower.view();
            (follower, view)
        })
        .bench_local_refs(|(follower, _view)| follow(follower, &deltas));
}

#[divan::bench]
fn repeated(bencher: Bencher<'_, '_>) {
    let (keyframes, deltas) = frames();
    let mut follower = follower_of(&keyframes);
    follow(&mut follower, &deltas);
    bencher.counter(ItemsCount::new(HOSTS)).bench_local(|| follow(&mut follower, &deltas));
}

#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let (keyframes, deltas) = frames();
    let [keyframe, delta] = [keyframes, deltas]
        .map(|frames| frames.into_iter().next().map(|(_, frame)| Frame::parse(frame).unwrap()).unwrap());
    let (_, verifier) = Identity::of_keyframe(&keyframe).unwrap();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| delta.verify(&verifier));
}
