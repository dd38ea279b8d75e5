//! Nothing happens.

use super::{Scenario, Sketch};
use crate::clock::S;

pub(super) const ALL: &[Scenario] = &[Scenario {
    name: "steady",
    about: "All hosts publish once a second, and nothing goes wrong for 50 s.",
    draw: steady,
}];

fn steady(sketch: &mut Sketch) {
    sketch.settle();
    sketch.end = 60 * S;
}
