//! Paths that swallow packets end a link soon; a neighbour whose process stands still keeps it.

use std::time::{Duration, Instant};

use grapevine_tests::lab::Lab;
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::Running;

/// What an engine sends at least: something short every half second.
const QUIET: [&str; 2] = ["500", "20"];

/// What a link carries in a network of 1,000 hosts: 180 kB/s.
const BUSY: [&str; 2] = ["1", "180"];

/// Two neighbours, a and b, in networks of their own with a router between them, their link up.
struct Two {
    lab: Lab,
    near: Lines,
    far: Lines,
    far_process: Running,
    _near_process: Running,
}

impl Two {
    fn linked(traffic: [&str; 2]) -> Option<Self> {
        let lab = Lab::new(&["a", "router", "b"], &[("a", "router"), ("router", "b")])?;
        lab.route("a", "router", "b");
        let start = |host, role, address: &str| {
            let program = env!("CARGO_BIN_EXE_neighbour");
            let mut running = Running::start(lab.on(host).args([program, role, address]).args(traffic));
            let lines = Lines::of(running.stdout());
            (running, lines)
        };
        let (far_process, far) = start("b", "listen", "0.0.0.0:6130");
        far.wait_for("listener", 20, |line| line == "listens");
        let (near_process, near) = start("a", "dial", &format!("{}:6130", lab.address("router", "b")));
        for lines in [&near, &far] {
            lines.wait_for("message", 20, |line| line == "heard 1");
        }
        Some(Self { lab, near, far, far_process, _near_process: near_process })
    }

    /// Both ends hear that the path is dead, in time.
    fn know_that_the_path_is_dead(&self, began: Instant) {
        for (name, lines) in [("near", &self.near), ("far", &self.far)] {
            let down = lines.wait_for("end of the link", 20, |line| line.starts_with("down"));
            assert_eq!(down, "down: the path is dead: the peer's host acknowledges nothing");
            let took = began.elapsed();
            assert!(took < Duration::from_millis(2500), "the {name} end knew after {took:?}");
        }
    }
}

#[test]
fn a_path_that_swallows_packets_ends_a_quiet_link() {
    let Some(two) = Two::linked(QUIET) else { return };
    two.lab.forward("router", false);
    two.know_that_the_path_is_dead(Instant::now());
}

#[test]
fn a_path_that_swallows_packets_ends_a_busy_link() {
    let Some(two) = Two::linked(BUSY) else { return };
    two.lab.forward("router", false);
    two.know_that_the_path_is_dead(Instant::now());
}

#[test]
fn a_wire_that_goes_down_ends_a_link() {
    let Some(two) = Two::linked(QUIET) else { return };
    two.lab.take_down("b", "router");
    two.know_that_the_path_is_dead(Instant::now());
}

#[test]
fn a_neighbour_whose_process_stands_still_keeps_its_link() {
    for traffic in [QUIET, BUSY] {
        let Some(two) = Two::linked(traffic) else { return };
        two.far_process.pause();
        // Time has to pass for nothing to happen.
        two.near.stays_without("end of the link", Duration::from_secs(4), |line| line.starts_with("down"));
        two.far_process.resume();
        let mut heard = 0;
        two.near.wait_for("more messages", 20, |line| {
            assert!(line.starts_with("heard"), "{line}");
            heard += 1;
            heard == 3
        });
    }
}
