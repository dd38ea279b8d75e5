//! Clocks that are wrong, and hosts of a later version.

use super::{SETTLED, Scenario, Sketch};
use crate::clock::S;
use crate::faults::Fault;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "wrong-clocks",
        about: "A quarter of the clocks runs up to 5 % fast or slow, and 5 % of them jump, by up to a minute.",
        draw: wrong_clocks,
    },
    Scenario {
        name: "mixed-versions",
        about: "Half of the hosts are of a later version, whose greetings and messages the others only half know.",
        draw: mixed_versions,
    },
];

fn wrong_clocks(sketch: &mut Sketch) {
    sketch.settle();
    sketch.at(SETTLED, Fault::Mark);
    for host in sketch.some_hosts(25) {
        let rate = sketch.random.between(950_000, 1_050_000);
        sketch.at(0, Fault::ClockRate(host, rate));
    }
    for host in sketch.some_hosts(5) {
        let at = sketch.random.between(SETTLED, SETTLED + 20 * S);
        let forward = i64::try_from(sketch.random.below(60_000)).unwrap_or(0);
        // Monotonic clocks go back on broken machines only, and then by little.
        let jump = if sketch.random.below(4) == 0 { -forward / 60 } else { forward };
        sketch.at(at, Fault::ClockJump(host, jump));
    }
    sketch.end = SETTLED + 30 * S;
}

fn mixed_versions(sketch: &mut Sketch) {
    let later = sketch.some_hosts(50);
    sketch.at(0, Fault::LaterVersion(later));
    sketch.settle();
    sketch.end = SETTLED + 20 * S;
}
