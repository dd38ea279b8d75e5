//! One run from its start to its report.

use crate::replay::Log;
use crate::report::Report;
use crate::scenarios::{Scenario, Size};
use crate::simulation::Simulation;
use crate::violation::Violation;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was measured, up to the violation if there is one.
    pub report: Report,
    /// What must not have happened, if it did.
    pub violation: Option<Violation>,
    /// How to see again what led to it.
    pub log: Option<Log>,
    /// How many events happened.
    pub events: u64,
    /// A number that two runs share only if the same happened in both.
    pub digest: u64,
}

/// Runs a scenario.
pub fn run(scenario: &Scenario, size: Size) -> Outcome {
    let mut simulation = Simulation::new(scenario.setting(size));
    simulation.run();
    Outcome {
        report: Report::of(scenario, size, &simulation),
        violation: simulation.violation.clone(),
        log: Log::of(scenario, size, &simulation),
        events: simulation.events(),
        digest: simulation.digest(),
    }
}
