//! Hosts that are there, but not well.

use super::{SETTLED, Scenario, Sketch};
use crate::clock::{MS, Micros, S};
use crate::faults::Fault;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "slow-relay",
        about: "One host needs 2 ms for each message and reads its links too slowly.",
        draw: slow_relay,
    },
    Scenario { name: "babbler", about: "One host publishes a hundred times a second.", draw: babbler },
    Scenario {
        name: "cpu-stall-10s",
        about: "The processors of 5 % of the hosts stand still for 10 s, while their kernels go on.",
        draw: stall,
    },
];

fn slow_relay(sketch: &mut Sketch) {
    sketch.settle();
    let host = sketch.some_host();
    sketch.blow(SICK, Fault::Slow(host, 2 * MS));
    sketch.end = SICK + 20 * S;
}

fn babbler(sketch: &mut Sketch) {
    sketch.settle();
    // The first host always is one of those that publish.
    sketch.blow(SICK, Fault::Interval(0, 10 * MS));
    sketch.end = SICK + 20 * S;
}

fn stall(sketch: &mut Sketch) {
    sketch.settle();
    let hosts = sketch.some_hosts(5);
    sketch.blow(SICK, Fault::Stall(hosts, 10 * S));
    sketch.end = SICK + 20 * S;
}

const SICK: Micros = SETTLED + 2_300_000;
