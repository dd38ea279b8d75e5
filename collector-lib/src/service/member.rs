//! A service, as far as it is known.

use grapevine_proto::catalogue::service as rows;
use grapevine_proto::{Absence, Metric};

use super::ROWS;
use super::unit::{Health, Unit};
use crate::cgroup::{Account, Gone, Pass};
use crate::rate::float;
use crate::sample::Sample;

/// A service: what systemd says of it, and what its control group does.
#[derive(Debug, Default)]
pub(super) struct Service {
    /// What systemd says, if it was asked.
    pub(super) unit: Option<Unit>,
    /// Where its control group is, while it has processes.
    pub(super) group: Option<String>,
    account: Account,
    /// Whether there is room to tell of it.
    pub(super) is_told: bool,
    /// Whether neither its group nor systemd has figures of it.
    pub(super) is_unaccounted: bool,
    has_figures: bool,
}

impl Service {
    pub(super) fn health(&self, now_ms: u64) -> Health {
        self.unit.as_ref().map_or(Health::Idle, |unit| unit.health(now_ms))
    }

    /// Whether there is more to tell than that it exists.
    pub(super) fn is_shown(&self) -> bool {
        self.group.is_some() || self.unit.as_ref().is_some_and(|unit| unit.was_up || unit.is_up())
    }

    /// Follows from its state.
    pub(super) fn moved(&mut self) {
        let Some(unit) = &mut self.unit else { return };
        unit.was_up |= unit.is_up();
        if matches!(unit.active.as_str(), "inactive" | "failed") {
            self.group = None;
        }
    }

    /// Whether systemd may know figures that no file gives.
    pub(super) fn has_to_be_asked_for(&self) -> bool {
        self.group.is_some() && !self.is_unaccounted && !self.account.is_read()
    }

    /// Takes a figure that systemd has read, of those of which tasks come last.
    pub(super) fn reported(&mut self, key: &str, number: u64, now_ms: u64) {
        self.has_figures |= self.account.report(key, number, now_ms);
        self.is_unaccounted = key == "TasksCurrent" && !self.has_figures;
    }

    /// Reads its group in every [`READ_TURNS`]th pass: states are told at once, figures need not be.
    pub(super) fn read(&mut self, pass: Pass<'_>) {
        if !pass.turn.is_multiple_of(READ_TURNS) && !self.account.is_new() && self.group.is_some() {
            return;
        }
        let pass = Pass { turn: pass.turn / READ_TURNS, ..pass };
        let Some(group) = &self.group else {
            self.has_figures = false;
            return;
        };
        match self.account.read(group, pass) {
            Ok(()) => self.has_figures = true,
            // It may just have ended; or its groups are out of sight.
            Err(Gone) => self.has_figures &= !self.account.is_read(),
        }
    }

    pub(super) fn tell(&self, name: &str, standing: Result<(), Absence>, sample: &mut Sample) {
        match (standing, &self.unit) {
            (Ok(()), Some(unit)) => tell(unit, name, sample),
            (Err(absence), _) => self.tell_unknown(name, absence, sample),
            // It was found by its group, and its state is on the way.
            (Ok(()), None) => sample.absent(&rows::STATE, &[name], Absence::Failed),
        }
        if self.has_figures {
            self.account.tell(&ROWS, name, sample);
        }
    }

    fn tell_unknown(&self, name: &str, absence: Absence, sample: &mut Sample) {
        sample.absent(&rows::STATE, &[name], absence);
        let known: [(&Metric, bool); 2] = [
            (&rows::STARTED, self.unit.as_ref().is_some_and(|unit| unit.started_us().is_some())),
            (&rows::RESTARTS, self.unit.as_ref().is_some_and(|unit| unit.restarts.is_some())),
        ];
        for (metric, _) in known.into_iter().filter(|(_, is_known)| *is_known) {
            sample.absent(metric, &[name], absence);
        }
    }
}

fn tell(unit: &Unit, name: &str, sample: &mut Sample) {
    let labels = &[name];
    if unit.active.is_empty() {
        sample.absent(&rows::STATE, labels, Absence::Failed);
    } else {
        sample.text(&rows::STATE, labels, unit.state());
    }
    if let Some(substate) = unit.substate() {
        sample.text(&rows::SUBSTATE, labels, substate);
    }
    if let Some(failure) = unit.failure() {
        sample.text(&rows::RESULT, labels, failure);
    }
    if let Some(since_us) = unit.started_us() {
        sample.number(&rows::STARTED, labels, float(since_us / US_PER_SECOND));
    }
    if let Some(restarts) = unit.restarts {
        sample.number(&rows::RESTARTS, labels, restarts.into());
    }
}

const US_PER_SECOND: u64 = 1_000_000;

/// Passes between two readings of a group: each takes some 25 us of the kernel's time.
const READ_TURNS: u64 = 2;
