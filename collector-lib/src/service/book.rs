//! What is known of services and timers.

use std::collections::{BTreeMap, BTreeSet};

use super::roll::{Roll, Summary};
use super::settings::Settings;
use super::timers::Timers;
use super::unit::Unit;
use crate::bus::Value;

/// Services and timers, as the settings admit them.
#[derive(Debug)]
pub(super) struct Book {
    pub(super) settings: Settings,
    pub(super) roll: Roll,
    pub(super) timers: Timers,
}

/// A unit as systemd lists it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Listed<'a> {
    pub(super) name: &'a str,
    pub(super) load: &'a str,
    pub(super) active: &'a str,
    pub(super) sub: &'a str,
}

/// Units of which more is to be asked.
type ToAsk = BTreeSet<String>;

impl Book {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, roll: Roll::default(), timers: Timers::default() }
    }

    pub(super) fn knows_service(&self, unit: &str) -> bool {
        self.roll.contains(unit)
    }

    pub(super) fn knows_timer(&self, unit: &str) -> bool {
        self.timers.contains(unit)
    }

    /// Takes a list of units: of all of them if it `is_whole`, else of those with the names that the operator gave.
    pub(super) fn list(&mut self, listed: &[Listed<'_>], is_whole: bool, to_ask: &mut ToAsk) {
        if is_whole {
            let names: BTreeSet<&str> = listed.iter().map(|unit| unit.name).collect();
            let settings = &self.settings;
            self.roll.retain(|name, _| names.contains(name) || settings.names(name));
            self.timers.retain(|name| names.contains(name));
        }
        for unit in listed {
            if !self.settings.admits(unit.name) {
                continue;
            }
            if unit.name.ends_with(TIMER) {
                if unit.active == "active" && self.timers.enter(unit.name) {
                    ask(to_ask, unit.name);
                }
            } else if unit.name.ends_with(SERVICE) {
                self.listed(unit, to_ask);
            }
        }
    }

    fn listed(&mut self, listed: &Listed<'_>, to_ask: &mut ToAsk) {
        let Some(service) = self.roll.enter(listed.name) else { return };
        let is_new = service.unit.is_none();
        let unit = service.unit.get_or_insert_default();
        let has_changed = unit.active != listed.active || unit.sub != listed.sub;
        listed.load.clone_into(&mut unit.load);
        listed.active.clone_into(&mut unit.active);
        listed.sub.clone_into(&mut unit.sub);
        if (is_new && unit.is_up()) || (!is_new && has_changed) {
            ask(to_ask, listed.name);
        }
        service.moved();
    }

    /// A unit is there from now on.
    pub(super) fn begin(&mut self, name: &str, to_ask: &mut ToAsk) {
        if !self.settings.admits(name) {
            return;
        }
        let is_new_timer = name.ends_with(TIMER) && self.timers.enter(name);
        if is_new_timer || (name.ends_with(SERVICE) && self.roll.enter(name).is_some()) {
            ask(to_ask, name);
        }
    }

    /// Systemd has forgotten a unit.
    pub(super) fn end(&mut self, name: &str) {
        self.timers.retain(|timer| timer != name);
        if self.settings.names(name) {
            if let Some(service) = self.roll.get_mut(name) {
                service.group = None;
            }
        } else {
            self.roll.remove(name);
        }
    }

    /// Something was done to a unit.
    pub(super) fn changed(&self, name: &str, to_ask: &mut ToAsk) {
        if self.knows_service(name) || self.knows_timer(name) {
            ask(to_ask, name);
        }
    }

    /// A property of a service has this value.
    pub(super) fn property(
        &mut self,
        name: &str,
        key: &str,
        value: Value<'_>,
        to_ask: &mut ToAsk,
        now_ms: u64,
    ) {
        let Some(service) = self.roll.get_mut(name) else { return };
        match (key, value) {
            ("ControlGroup", Value::Text(path)) => {
                service.group = (path.len() > 1).then(|| path.to_owned());
                service.is_unaccounted = false;
            }
            ("MemoryCurrent" | "CPUUsageNSec" | "TasksCurrent", Value::Number(number)) => {
                service.reported(key, number, now_ms);
            }
            // Its group is asked for once it is known to have begun.
            ("ActiveState", Value::Text(state)) => {
                let unit = service.unit.get_or_insert_default();
                if unit.active != state {
                    state.clone_into(&mut unit.active);
                    ask(to_ask, name);
                }
                service.moved();
            }
            ("MainPID", Value::Number(1..)) if service.group.is_none() => ask(to_ask, name),
            (_, value) => describe(service.unit.get_or_insert_default(), key, value, now_ms),
        }
    }

    /// A property of a timer has this value.
    pub(super) fn timer(&mut self, name: &str, key: &str, value: Value<'_>, to_ask: &mut ToAsk) {
        let started = self.timers.property(name, key, value);
        // Of a service that a timer starts it matters how it ended, also if nothing else is told of it.
        if let Some(service) = started.filter(|service| self.roll.contains(service)) {
            ask(to_ask, service);
        }
    }

    /// Takes the groups of services, by their names, where systemd cannot be asked.
    pub(super) fn find(&mut self, mut groups: BTreeMap<String, String>) {
        self.roll.retain(|name, service| {
            service.group = groups.remove(name);
            service.group.is_some() || service.unit.is_some()
        });
        for (name, path) in groups {
            if let Some(service) = self.roll.enter(&name) {
                service.group = Some(path);
            }
        }
    }

    /// Finds out who is told of, and sums up all.
    pub(super) fn choose(&mut self, now_ms: u64) -> Summary {
        self.roll.choose(&self.settings, now_ms)
    }

    /// The services whose groups cannot be read, if it is time to ask systemd for their figures.
    pub(super) fn unaccounted(&mut self, now_ms: u64) -> Vec<String> {
        self.roll.unaccounted(now_ms)
    }
}

fn describe(unit: &mut Unit, key: &str, value: Value<'_>, now_ms: u64) {
    match (key, value) {
        ("LoadState", Value::Text(state)) => state.clone_into(&mut unit.load),
        ("SubState", Value::Text(state)) => state.clone_into(&mut unit.sub),
        ("Result", Value::Text(result)) => unit.result = Some(result.to_owned()),
        ("ActiveEnterTimestamp", Value::Number(since_us)) => {
            unit.active_since_us = (1..u64::MAX).contains(&since_us).then_some(since_us);
        }
        ("NRestarts", Value::Number(restarts)) => {
            if let Ok(restarts) = u32::try_from(restarts) {
                unit.restarted(restarts, now_ms);
            }
        }
        _ => {}
    }
}

fn ask(to_ask: &mut ToAsk, name: &str) {
    if to_ask.len() < TO_ASK_MAX {
        to_ask.insert(name.to_owned());
    }
}

const SERVICE: &str = ".service";
const TIMER: &str = ".timer";

/// More than there are services; what is left out is asked for when all are listed.
const TO_ASK_MAX: usize = 4096;
