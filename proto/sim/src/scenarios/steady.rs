//! Nothing happens.

use super::{Scenario, Sketch};
use crate::clock::S;
use crate::faults::Fault;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "steady",
        about: "All hosts publish once a second, and nothing goes wrong for 50 s.",
        draw: steady,
    },
    Scenario {
        name: "quiet",
        about: "The same for four minutes, of which the first 40 s do not count: what the start left is over by then.",
        draw: quiet,
    },
];

fn steady(sketch: &mut Sketch) {
    sketch.settle();
    sketch.end = 60 * S;
}

fn quiet(sketch: &mut Sketch) {
    sketch.settle();
    sketch.at(40 * S, Fault::Count);
    sketch.end = 240 * S;
}
