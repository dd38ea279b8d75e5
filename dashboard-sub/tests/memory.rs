//! What a host costs a subscriber in memory. One test in a binary of its own, because the allocator counts for the whole
//! process.

#![expect(clippy::print_stdout, reason = "prints what it measures")]

mod fleet;
mod origin;

use std::time::Instant;

use fleet::{FULL, FleetHost, Model, SERVER, SERVICES};
use grapevine_proto::catalogue::service;
use grapevine_proto::limits::{LABEL_BYTES_MAX, TEXT_BYTES_MAX};
use grapevine_proto::{Reading, State, Value};
use grapevine_sub::limits::VIEW_BYTES_MAX;
use grapevine_sub::{Fault, Follower};
use origin::{Origin, reading};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const HOSTS: usize = 200;

/// Most bytes of a host of 110 to 130 readings, without history.
const HOST_BYTES_MAX: usize = 4096;

#[test]
fn a_host_takes_few_bytes_and_all_hosts_no_more_than_they_may() {
    let (bytes, readings) = bytes_per_host(&SERVER);
    assert!((110..=130).contains(&readings), "{readings} readings are not what a server has");
    assert!(bytes <= HOST_BYTES_MAX, "{bytes} bytes a host, {HOST_BYTES_MAX} are the most");
    for model in [FULL, SERVICES] {
        bytes_per_host(&model);
    }
    hosts_full_of_texts_are_bounded();
}

/// Nothing but labels and texts of the greatest length, as many as fit a frame.
fn hosts_full_of_texts_are_bounded() {
    let before = ALLOCATOR.current_usage();
    let mut follower = Follower::new();
    let now = Instant::now();
    for number in 0_usize.. {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&number.to_le_bytes());
        let name = format!("srv-{number}");
        let frame = Origin::seeded(&name, seed).frame_of(&texts());
        follower.handle_message(name.as_bytes(), frame, now);
        while follower.poll_change().is_some() {}
        if follower.view().counters().faults(Fault::Full) > 0 {
            break;
        }
    }
    let bytes = ALLOCATOR.current_usage() - before;
    let hosts = follower.hosts().len();
    println!("full: {hosts} hosts of texts, {bytes} bytes");
    assert_eq!(follower.view().counters().faults_total(), 1);
    assert!(bytes <= VIEW_BYTES_MAX + 2048 * hosts, "{bytes} bytes of {hosts} hosts");
    assert!(bytes > VIEW_BYTES_MAX / 2, "much less than it is said to hold");
}

fn texts() -> Vec<Reading> {
    let text = |n: usize| format!("{n:=<TEXT_BYTES_MAX$}");
    let label = |n: usize| format!("{n:->LABEL_BYTES_MAX$}");
    (0..160).map(|n| reading(&service::RESULT, &[&label(n)], State::Present(Value::Text(text(n))))).collect()
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
