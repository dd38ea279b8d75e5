//! What a fleet costs whoever looks at it: memory of a host, and processor time of a frame, its signature aside.
//!
//! `cargo bench -p grapevine-sub --bench hosts [-- HOSTS]`, 1,000 and 10,000 if not said. Times are those that the
//! processor worked for this thread, not those that it worked for others; of some rounds the shortest counts.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

#[path = "../tests/fleet/mod.rs"]
mod fleet;
#[path = "../tests/origin/mod.rs"]
mod origin;

use std::time::Instant;

use fleet::{FULL, FleetHost, Heard, Model, SERVER, SERVICES};
use grapevine_proto::{Frame, Genuine, Identity, Verifier};
use grapevine_sub::Follower;
use grapevine_sub::limits::BATCH_MAX;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn main() {
    let asked: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let fleets = if asked.is_empty() { vec![1000, 10_000] } else { asked };
    println!("{:<58} {:>8} {:>8} {:>12}", "memory of a host", "hosts", "readings", "bytes");
    for (model, hosts) in [(SERVER, 1000), (SERVER, 10_000), (FULL, 1000), (SERVICES, 1000)] {
        let (readings, bytes) = memory(&model, hosts);
        println!("{:<58} {hosts:>8} {readings:>8} {bytes:>12}", model.name);
    }
    println!(
        "\n{:<58} {:>8} {:>8} {:>12}",
        "processor time of a frame, in us", "hosts", "in all", "but signature"
    );
    for hosts in fleets {
        times(hosts);
    }
}

/// Readings of a host, and bytes that it takes once a keyframe and a delta came.
fn memory(model: &Model, hosts: usize) -> (usize, usize) {
    let readings = FleetHost::new(model, 0).count();
    let (keyframes, deltas) = fleet::frames(model, hosts);
    let before = ALLOCATOR.current_usage();
    let mut follower = Follower::new();
    follow(&mut follower, &keyframes);
    follow(&mut follower, &deltas);
    assert_eq!(follower.hosts().len(), hosts);
    (readings, (ALLOCATOR.current_usage() - before) / hosts)
}

fn times(hosts: usize) {
    let mut fleet: Vec<FleetHost> = (0..hosts).map(|number| FleetHost::new(&SERVER, number)).collect();
    let keyframes: Vec<Heard> = fleet.iter_mut().map(FleetHost::frame).collect();
    let rounds: Vec<Vec<Heard>> =
        (0..ROUNDS).map(|_| fleet.iter_mut().map(FleetHost::frame).collect()).collect();
    let claims = claims(&keyframes);
    let alone = shortest(claims.len(), || {
        claims.iter().for_each(|(frame, verifier)| assert!(frame.verify(verifier)));
    });
    let together = shortest(claims.len(), || {
        claims.chunks(BATCH_MAX).for_each(|claims| assert!(Genuine::check_all(claims.to_vec()).is_some()));
    });
    let print = |what: &str, us: f64, signature: f64| {
        println!("{what:<58} {hosts:>8} {us:>8.1} {:>12.1}", us - signature);
    };
    print("signature, one by one", alone, alone);
    print("signature, 64 together", together, together);
    let restarts: Vec<Heard> = fleet.iter_mut().map(FleetHost::restart).collect();
    let joined = shortest(hosts, || follow(&mut Follower::new(), &keyframes));
    print("keyframe of a new host", joined, together);
    let again = shortest(hosts, || {
        let mut follower = Follower::new();
        follow(&mut follower, &keyframes);
        follow(&mut follower, &restarts);
    });
    print("keyframe of a known host", again - joined, together);

    let mut follower = Follower::new();
    follow(&mut follower, &keyframes);
    let mut deltas = rounds.iter();
    print("delta", shortest(hosts, || follow(&mut follower, deltas.next().unwrap())), together);
    let mut follower = Follower::new();
    follow(&mut follower, &keyframes);
    let mut deltas = rounds.iter();
    let watched = shortest(hosts, || {
        // A screen is drawn ten times a second.
        let frames = deltas.next().unwrap();
        for frames in frames.chunks(hosts / 10) {
            let _view = follower.view();
            follow(&mut follower, frames);
        }
    });
    print("delta, while somebody looks ten times a second", watched, together);
    let mut now = Instant::now();
    let tick = shortest(hosts, || {
        now += std::time::Duration::from_millis(250);
        follower.handle_tick(now);
        while follower.poll_change().is_some() {}
    });
    print("look at the clock, a host", tick, 0.0);
}

fn follow(follower: &mut Follower, frames: &[Heard]) {
    let now = Instant::now();
    for frames in frames.chunks(BATCH_MAX) {
        follower.handle_messages(frames, now);
        while follower.poll_change().is_some() {}
    }
}

fn claims(keyframes: &[Heard]) -> Vec<(Frame, Verifier)> {
    let parse = |heard: &Heard| Frame::parse(heard.1.clone()).unwrap();
    let claim = |frame: Frame| (frame.clone(), Identity::verifier_of(&frame).unwrap());
    keyframes.iter().take(1024).map(parse).map(claim).collect()
}

/// Processor time of the shortest round, in microseconds for each of `count`.
fn shortest(count: usize, mut round: impl FnMut()) -> f64 {
    let nanoseconds = (0..ROUNDS).map(|_| {
        let before = worked_ns();
        round();
        worked_ns() - before
    });
    let micros = nanoseconds.min().unwrap() / 1000;
    f64::from(u32::try_from(micros).unwrap()) / f64::from(u32::try_from(count).unwrap())
}

/// Nanoseconds that a processor worked for this thread (Linux' Documentation/scheduler/sched-stats.rst).
fn worked_ns() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

const ROUNDS: usize = 8;
