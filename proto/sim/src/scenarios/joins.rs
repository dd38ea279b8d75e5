//! Networks that come together, and hosts that come late.

use super::{SETTLED, Scenario, Sketch};
use crate::clock::S;
use crate::faults::Fault;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "ring-of-seeds",
        about: "Each host knows one other, all of them in a ring; all start at once.",
        draw: ring,
    },
    Scenario {
        name: "late-join",
        about: "Ten hosts join one after the other, each with three seeds.",
        draw: late_join,
    },
];

fn ring(sketch: &mut Sketch) {
    for host in 0..sketch.n {
        sketch.seeds_of[host] = vec![(host + 1) % sketch.n];
    }
    sketch.at(0, Fault::Mark);
    sketch.start_all(0..S);
    sketch.at(2 * SETTLED, Fault::Count);
    sketch.end = 4 * SETTLED;
}

fn late_join(sketch: &mut Sketch) {
    sketch.settle();
    let mut at = SETTLED + S;
    sketch.at(at, Fault::Count);
    sketch.at(at, Fault::Mark);
    for _ in 0..JOINERS {
        at += S + sketch.random.below(S / 2);
        let joiner = sketch.seeds_of.len();
        sketch.seeds_of.push(sketch.random.places(3, sketch.n));
        sketch.at(at, Fault::Start(vec![joiner]));
    }
    sketch.end = at + 10 * S;
}

const JOINERS: usize = 10;
