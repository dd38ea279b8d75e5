//! Runs that went wrong, looked at again step by step.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::scenarios::{Scenario, Size, named};
use crate::simulation::Simulation;

/// All that it takes to see a run again, and its last events for who only wants to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// Which scenario.
    pub scenario: String,
    /// How large, and which seed.
    pub size: Size,
    /// What must not have happened.
    pub violation: String,
    /// The number of the event at which it did.
    pub event: u64,
    /// The digest of all that happened until then.
    pub digest: String,
    /// The last events in words.
    pub last_events: Vec<String>,
}

/// A log cannot be replayed.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// The log names a scenario that there is not.
    #[error("no scenario is called {0:?}")]
    NoScenario(String),
    /// The same did not happen again: the log is of another version of the programs.
    #[error("event {event} did not end as in the log, which is of another version")]
    Differs {
        /// The number of the event.
        event: u64,
    },
    /// The words could not be said.
    #[error("cannot print")]
    Print(#[from] std::io::Error),
}

impl Log {
    /// The log of a run that went wrong; none of one that did not.
    pub(crate) fn of(scenario: &Scenario, size: Size, simulation: &Simulation) -> Option<Self> {
        let violation = simulation.violation.as_ref()?;
        let last = simulation.recent();
        let last = last.map(|(number, at, event)| format!("{number} {}", simulation.in_words(*at, *event)));
        Some(Self {
            scenario: scenario.name.to_owned(),
            size,
            violation: violation.to_string(),
            event: simulation.events(),
            digest: digest_of(simulation),
            last_events: last.collect(),
        })
    }
}

/// Runs again what led to a log's violation, and prints the steps from `from` up to and with `until`.
///
/// # Errors
/// A [`ReplayError`] if the log does not fit this version, or if printing fails.
pub fn replay(log: &Log, from: u64, until: u64, out: &mut impl std::io::Write) -> Result<(), ReplayError> {
    let scenario = named(&log.scenario).ok_or_else(|| ReplayError::NoScenario(log.scenario.clone()))?;
    let mut simulation = Simulation::new(scenario.setting(log.size));
    while simulation.events() < until {
        if simulation.events() + 1 >= from {
            simulation.begin_story();
        }
        let goes_on = simulation.step();
        for line in simulation.take_story() {
            writeln!(out, "{line}")?;
        }
        if !goes_on {
            break;
        }
    }
    if let Some(violation) = &simulation.violation {
        writeln!(out, "{violation}")?;
    }
    if simulation.events() == log.event && digest_of(&simulation) != log.digest {
        return Err(ReplayError::Differs { event: log.event });
    }
    Ok(())
}

fn digest_of(simulation: &Simulation) -> String {
    format!("{:016x}", simulation.digest())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::Violation;

    /// A log as of a run that went wrong at its 2,000th event.
    fn log() -> Log {
        let (scenario, size) = (named("kill-reset-30").unwrap(), Size::of(6, 1));
        let mut simulation = Simulation::new(scenario.setting(size));
        while simulation.events() < 2000 {
            assert!(simulation.step());
        }
        simulation.note(Err(Violation::Invented { host: 1 }));
        Log::of(scenario, size, &simulation).unwrap()
    }

    #[test]
    fn a_log_leads_to_the_same_event_again() {
        let log = log();
        let log: Log = serde_json::from_str(&serde_json::to_string(&log).unwrap()).unwrap();
        assert_eq!((log.event, log.last_events.len()), (2000, 1000));
        let mut story = Vec::new();
        replay(&log, 1901, log.event, &mut story).unwrap();
        let story = String::from_utf8(story).unwrap();
        let events = story.lines().filter(|line| !line.starts_with(' '));
        assert!(events.eq(log.last_events[900..].iter().map(String::as_str)), "{story}");
        assert!(story.contains("gets delta"), "{story}");
    }

    #[test]
    fn a_log_of_another_version_is_found_out() {
        let log = Log { digest: "0".repeat(16), ..log() };
        let error = replay(&log, 2000, 2000, &mut Vec::new()).unwrap_err();
        assert!(matches!(error, ReplayError::Differs { event: 2000 }));
    }
}
