//! What 1,000 hosts cost a subscriber.
//!
//! `news` folds genuine deltas, which are all verified; `news_while_watched` the same with somebody who holds the
//! view, so that hosts are copied when they change; `news_of_linked` that of hosts with six neighbours each, whose votes
//! are counted, and `news_of_lost` that of hosts that all lose their neighbours at once; `repeated` folds frames that are known already, which are
//! dropped before they are verified; `verify` is the signature alone, `verify_together` that of many.

#![expect(clippy::unwrap_used, reason = "a benchmark may panic")]

#[path = "../tests/fleet/mod.rs"]
mod fleet;
#[path = "../tests/origin/mod.rs"]
mod origin;

use std::time::Instant;

use divan::{Bencher, counter::ItemsCount};
use fleet::{FleetHost, Heard, SERVER};
use grapevine_proto::{Frame, Genuine, Identity, Lost, OriginId, Position, Verifier};
use grapevine_sub::Follower;
use grapevine_sub::limits::BATCH_MAX;
use origin::Origin;

fn main() {
    divan::main();
}

const HOSTS: usize = 1000;
const NEIGHBOURS: usize = 6;

/// Keyframes of all hosts, then a delta of each.
fn frames() -> (Vec<Heard>, Vec<Heard>) {
    fleet::frames(&SERVER, HOSTS)
}

/// The same of hosts of which each says something of the six that follow it, first and then.
fn frames_of(
    first: impl Fn(&mut Origin, &[OriginId]),
    then: impl Fn(&mut Origin, &[OriginId]),
) -> (Vec<Heard>, Vec<Heard>) {
    let mut hosts: Vec<FleetHost> = (0..HOSTS).map(|number| FleetHost::new(&SERVER, number)).collect();
    let ids: Vec<OriginId> =
        hosts.iter().chain(hosts.iter().take(NEIGHBOURS)).map(|host| host.origin.id()).collect();
    let of = |(host, neighbours): (&mut FleetHost, _)| {
        first(&mut host.origin, neighbours);
        let keyframe = host.frame();
        then(&mut host.origin, neighbours);
        (keyframe, host.frame())
    };
    hosts.iter_mut().zip(ids.windows(NEIGHBOURS).skip(1)).map(of).unzip()
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
    for frames in frames.chunks(BATCH_MAX) {
        follower.handle_messages(frames, now);
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

/// Signatures of so many hosts, one by one.
#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let claims = claims(64);
    let check = |(frame, verifier): &(Frame, Verifier)| assert!(frame.verify(verifier));
    bencher.counter(ItemsCount::new(claims.len())).bench_local(|| claims.iter().for_each(check));
}

/// The same, so many together.
#[divan::bench(args = [2, 3, 4, 8, 16, 32, 64, 128])]
fn verify_together(bencher: Bencher<'_, '_>, count: usize) {
    let claims = claims(count);
    let checked = || Genuine::check_all(claims.clone()).unwrap();
    bencher.counter(ItemsCount::new(count)).bench_local(checked);
}

fn claims(count: usize) -> Vec<(Frame, Verifier)> {
    let (keyframes, deltas) = fleet::frames(&SERVER, count);
    let parse = |heard: &Heard| Frame::parse(heard.1.clone()).unwrap();
    let verifiers = keyframes.iter().map(|heard| Identity::verifier_of(&parse(heard)).unwrap());
    deltas.iter().map(parse).zip(verifiers).collect()
}
