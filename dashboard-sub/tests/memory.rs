//! What a host costs a subscriber in memory. One test in a binary of its own, because the allocator counts for the whole
//! process.

#![expect(clippy::print_stdout, reason = "prints what it measures")]

mod fleet;
mod origin;

use std::time::Instant;

use fleet::{FULL, FleetHost, Model, SERVER, SERVICES};
use grapevine_sub::Follower;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const HOSTS: usize = 200;

/// Most bytes of a host of 110 to 130 readings, without history.
const HOST_BYTES_MAX: usize = 4096;

#[test]
fn a_host_takes_at_most_4_kib() {
    let (bytes, readings) = bytes_per_host(&SERVER);
    assert!((110..=130).contains(&readings), "{readings} readings are not what a server has");
    assert!(bytes <= HOST_BYTES_MAX, "{bytes} bytes a host, {HOST_BYTES_MAX} are the most");
    for model in [FULL, SERVICES] {
        bytes_per_host(&model);
    }
}

/// Bytes that a host takes once a keyframe and a delta came, and its readings.
fn bytes_per_host(model: &Model) -> (usize, usize) {
    let mut hosts: Vec<FleetHost> = (0..HOSTS).map(|number| FleetHost::new(model, number)).collect();
    let readings = hosts.iter().map(FleetHost::count).max().unwrap_or(0);
    let mut frames: Vec<_> = hosts.iter_mut().map(FleetHost::frame).collect();
    frames.extend(hosts.iter_mut().map(FleetHost::frame));
    let before = ALLOCATOR.current_usage();
    let mut follower = Follower::new();
    for (name, frame) in &frames {
        follower.handle_message(name.as_bytes(), frame.clone(), Instant::now());
        while follower.poll_change().is_some() {}
    }
    let bytes = (ALLOCATOR.current_usage() - before) / HOSTS;
    assert_eq!(follower.hosts().len(), HOSTS);
    println!("{}: {readings} readings, {bytes} bytes a host", model.name);
    (bytes, readings)
}
