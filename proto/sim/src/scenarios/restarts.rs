//! Hosts end and come back.

use super::{SETTLED, Scenario, Sketch};
use crate::clock::{MS, Micros, S};
use crate::faults::Fault;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "rolling-restart",
        about: "One agent after the other takes leave and starts again, ten in a second, 200 at most.",
        draw: rolling,
    },
    Scenario {
        name: "mass-restart",
        about: "All processes are killed and start again within a second.",
        draw: |sketch| mass(sketch, false),
    },
    Scenario {
        name: "mass-restart-stale-epochs",
        about: "The same, and one host in five has lost its state and starts in an epoch that it had before.",
        draw: |sketch| mass(sketch, true),
    },
    Scenario {
        name: "churn-1pct-per-minute",
        about: "In a minute 1 % of the hosts is killed, each to start again 5 s later.",
        draw: churn,
    },
];

fn rolling(sketch: &mut Sketch) {
    sketch.settle();
    sketch.at(SETTLED, Fault::Mark);
    let mut at = SETTLED + S;
    for host in 0..sketch.n.min(ROLLING_MAX) {
        sketch.at(at, Fault::Leave(host));
        sketch.at(at + 300 * MS, Fault::Start(vec![host]));
        at += 100 * MS;
    }
    sketch.end = at + 5 * S;
}

fn mass(sketch: &mut Sketch, forgets: bool) {
    sketch.settle();
    sketch.blow(RESTARTED, Fault::Kill((0..sketch.n).collect()));
    for host in 0..sketch.n {
        let at = RESTARTED + sketch.random.between(100 * MS, S);
        let is_forgetful = forgets && sketch.random.below(5) == 0;
        let start = if is_forgetful { Fault::StartForgetful } else { Fault::Start };
        sketch.at(at, start(vec![host]));
    }
    sketch.end = RESTARTED + 20 * S;
}

fn churn(sketch: &mut Sketch) {
    sketch.settle();
    sketch.at(SETTLED, Fault::Mark);
    for host in sketch.some_hosts(1) {
        let at = SETTLED + sketch.random.below(MINUTE);
        sketch.at(at, Fault::Kill(vec![host]));
        sketch.at(at + 5 * S, Fault::Start(vec![host]));
    }
    sketch.end = SETTLED + MINUTE + 10 * S;
}

const ROLLING_MAX: usize = 200;
const RESTARTED: Micros = SETTLED + 3_300_000;
const MINUTE: Micros = 60 * S;
