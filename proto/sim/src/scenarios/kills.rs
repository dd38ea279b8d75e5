//! Many hosts end at once: their processes, or their power.

use super::{SETTLED, Scenario, Sketch};
use crate::clock::{Micros, S};
use crate::faults::Fault;

pub(super) const ALL: &[Scenario] = &[
    kill("kill-reset-30", "30 % of the processes are killed at once.", |sketch| reset(sketch, 30)),
    kill("kill-reset-50", "Half of the processes are killed at once.", |sketch| reset(sketch, 50)),
    kill("kill-reset-80", "80 % of the processes are killed at once.", |sketch| reset(sketch, 80)),
    kill("kill-reset-90", "90 % of the processes are killed at once.", |sketch| reset(sketch, 90)),
    kill("kill-blackhole-30", "30 % of the machines lose their power at once.", |sketch| dark(sketch, 30)),
    kill("kill-blackhole-50", "Half of the machines lose their power at once.", |sketch| dark(sketch, 50)),
    kill("kill-blackhole-80", "80 % of the machines lose their power at once.", |sketch| dark(sketch, 80)),
    kill("one-relay-blackholed", "One machine loses its power.", one_dark),
    kill("one-relay-blackholed-k2", "The same where all frames take two paths.", |sketch| {
        sketch.are_critical = true;
        one_dark(sketch);
    }),
];

const fn kill(name: &'static str, about: &'static str, draw: fn(&mut Sketch)) -> Scenario {
    Scenario { name, about, draw }
}

fn reset(sketch: &mut Sketch, percent: usize) {
    sketch.settle();
    let victims = sketch.some_hosts(percent);
    sketch.blow(KILLED, Fault::Kill(victims));
    sketch.end = END;
}

fn dark(sketch: &mut Sketch, percent: usize) {
    sketch.settle();
    let victims = sketch.some_hosts(percent);
    sketch.blow(KILLED, Fault::Blackhole(victims));
    sketch.end = END;
}

fn one_dark(sketch: &mut Sketch) {
    sketch.settle();
    let victim = sketch.some_host();
    sketch.blow(KILLED, Fault::Blackhole(vec![victim]));
    sketch.end = END;
}

/// Off the beat of whole seconds.
const KILLED: Micros = SETTLED + 3_300_000;
const END: Micros = KILLED + 15 * S;
