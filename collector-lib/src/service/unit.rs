//! What systemd says of a service.

/// A service as systemd knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unit {
    /// Whether its file could be loaded: `loaded`, `masked`, `not-found`, `bad-setting`, `error`...
    pub(super) load: String,
    /// `active`, `inactive`, `failed`... Empty if systemd did not say.
    pub(super) active: String,
    /// The finer state.
    pub(super) sub: String,
    /// How its last run ended; `success` also before the first.
    pub(super) result: Option<String>,
    /// When it became active, in microseconds since 1970.
    pub(super) active_since_us: Option<u64>,
    /// How often systemd restarted it.
    pub(super) restarts: Option<u32>,
    /// When it was seen to be restarted, on the clock of the passes.
    pub(super) restarted_at_ms: Option<u64>,
    /// Whether it was seen to do something: it is told of from then on.
    pub(super) was_up: bool,
}

/// How a service is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    Healthy,
    Degraded,
    Failed,
    /// It does nothing, and need not.
    Idle,
}

impl Unit {
    /// What is told as its state.
    pub(super) fn state(&self) -> &str {
        if self.active == "inactive" && self.load != "loaded" { &self.load } else { &self.active }
    }

    /// The finer state, where it says more.
    pub(super) fn substate(&self) -> Option<&str> {
        let is_plain = matches!(
            (self.active.as_str(), self.sub.as_str()),
            ("active", "running") | ("failed", "failed") | ("inactive", "dead") | (_, "")
        );
        (!is_plain).then_some(&self.sub)
    }

    /// How it ended, if not well.
    pub(super) fn failure(&self) -> Option<&str> {
        self.result.as_deref().filter(|result| *result != SUCCESS)
    }

    /// Since when it is active, in microseconds since 1970.
    pub(super) fn started_us(&self) -> Option<u64> {
        self.active_since_us.filter(|_| self.active == "active" || self.active == "reloading")
    }

    /// Whether it does something, or did and failed.
    pub(super) fn is_up(&self) -> bool {
        self.health(0) != Health::Idle
    }

    pub(super) fn health(&self, now_ms: u64) -> Health {
        let was_restarted =
            self.restarted_at_ms.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < RESTART_MATTERS_MS);
        match self.active.as_str() {
            "failed" => Health::Failed,
            "inactive" if matches!(self.load.as_str(), "bad-setting" | "error") => Health::Failed,
            "inactive" | "" => Health::Idle,
            "maintenance" => Health::Degraded,
            _ if was_restarted || self.sub.starts_with("auto-restart") => Health::Degraded,
            _ => Health::Healthy,
        }
    }

    /// Takes the number of restarts, at `now_ms` on the clock of the passes.
    pub(super) fn restarted(&mut self, restarts: u32, now_ms: u64) {
        if self.restarts.is_some_and(|before| restarts > before) {
            self.restarted_at_ms = Some(now_ms);
        }
        self.restarts = Some(restarts);
    }
}

pub(super) const SUCCESS: &str = "success";

/// How long a restart makes a service one that is not quite well.
const RESTART_MATTERS_MS: u64 = 600_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(load: &str, active: &str, sub: &str) -> Unit {
        Unit { load: load.into(), active: active.into(), sub: sub.into(), ..Unit::default() }
    }

    #[test]
    fn states_are_told_in_one_word_or_two() {
        for (load, active, sub, state, substate, health) in [
            ("loaded", "active", "running", "active", None, Health::Healthy),
            ("loaded", "active", "exited", "active", Some("exited"), Health::Healthy),
            ("loaded", "activating", "auto-restart", "activating", Some("auto-restart"), Health::Degraded),
            ("loaded", "failed", "failed", "failed", None, Health::Failed),
            ("loaded", "inactive", "dead", "inactive", None, Health::Idle),
            ("masked", "inactive", "dead", "masked", None, Health::Idle),
            ("masked", "active", "running", "active", None, Health::Healthy),
            ("bad-setting", "inactive", "dead", "bad-setting", None, Health::Failed),
        ] {
            let unit = unit(load, active, sub);
            assert_eq!(
                (unit.state(), unit.substate(), unit.health(0)),
                (state, substate, health),
                "{unit:?}"
            );
        }
    }

    #[test]
    fn a_restart_matters_for_a_while() {
        let mut unit = unit("loaded", "active", "running");
        unit.restarted(3, 0);
        assert_eq!(unit.health(0), Health::Healthy, "nobody saw those restarts");
        unit.restarted(4, 1000);
        assert_eq!(unit.health(2000), Health::Degraded);
        assert_eq!(unit.health(1000 + RESTART_MATTERS_MS), Health::Healthy);
        unit.restarted(0, 2_000_000);
        assert_eq!(unit.health(2_000_000), Health::Healthy, "somebody started it");
    }
}
