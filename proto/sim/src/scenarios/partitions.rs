//! Paths that carry nothing, or only one way.

use super::{SETTLED, Scenario, Sketch};
use crate::clock::{Micros, S};
use crate::faults::Fault;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "partition-heal",
        about: "For 30 s the network is in two halves; times are counted from its healing.",
        draw: partition,
    },
    Scenario {
        name: "asymmetric-partition",
        about: "For 20 s nothing reaches a tenth of the hosts from half of the others, while they are heard.",
        draw: asymmetric,
    },
];

fn partition(sketch: &mut Sketch) {
    sketch.settle();
    let mut sides = vec![0; sketch.n];
    for host in sketch.some_hosts(50) {
        sides[host] = 1;
    }
    sketch.at(CUT, Fault::Split(sides));
    let healed = CUT + 30 * S;
    sketch.blow(healed, Fault::Heal);
    sketch.end = healed + 75 * S;
}

fn asymmetric(sketch: &mut Sketch) {
    sketch.settle();
    let deaf = sketch.some_hosts(10);
    let unheard = sketch.some_hosts(50);
    let pairs = unheard.iter().flat_map(|from| deaf.iter().map(|to| (*from, *to)));
    let pairs = pairs.filter(|(from, to)| from != to).collect();
    sketch.blow(CUT, Fault::Block(pairs));
    sketch.at(CUT + 20 * S, Fault::Heal);
    sketch.end = CUT + 30 * S;
}

const CUT: Micros = SETTLED + 2_300_000;
