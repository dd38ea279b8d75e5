//! What is known of timers.

use std::collections::BTreeMap;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::service as rows;

use super::roll::Roll;
use crate::bus::Value;
use crate::rate::float;
use crate::sample::Sample;

/// Timers by name.
#[derive(Debug, Default)]
pub(super) struct Timers(BTreeMap<String, Timer>);

#[derive(Debug, Default)]
struct Timer {
    /// What it starts.
    starts: String,
    /// When it last elapsed, in microseconds since 1970.
    last_us: Option<u64>,
    /// When it elapses by the calendar, in microseconds since 1970.
    next_us: Option<u64>,
    /// When it elapses by a span of time, in microseconds since the boot.
    next_after_boot_us: Option<u64>,
}

impl Timers {
    pub(super) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the timer is a new one, of which all is to be asked.
    pub(super) fn enter(&mut self, name: &str) -> bool {
        if self.contains(name) || self.0.len() >= KNOWN_MAX {
            return false;
        }
        self.0.insert(name.to_owned(), Timer::default()).is_none()
    }

    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| keep(name));
    }

    /// Takes a property; if it names the unit that the timer starts or says that it has done so, returns that unit.
    pub(super) fn property(&mut self, name: &str, key: &str, value: Value<'_>) -> Option<&str> {
        let timer = self.0.get_mut(name)?;
        match (key, value) {
            ("Unit", Value::Text(unit)) => unit.clone_into(&mut timer.starts),
            ("LastTriggerUSec", Value::Number(us)) => timer.last_us = moment(us),
            ("NextElapseUSecRealtime", Value::Number(us)) => {
                timer.next_us = moment(us);
                return None;
            }
            ("NextElapseUSecMonotonic", Value::Number(us)) => {
                timer.next_after_boot_us = moment(us);
                return None;
            }
            _ => return None,
        }
        Some(&timer.starts).filter(|unit| !unit.is_empty()).map(String::as_str)
    }

    /// Tells all; `boot_s` is the start of the kernel in seconds since 1970. Returns how many there is no room for.
    pub(super) fn tell(
        &self,
        roll: &Roll,
        boot_s: Option<u64>,
        standing: Result<(), Absence>,
        sample: &mut Sample,
    ) -> u64 {
        for (name, timer) in self.0.iter().take(TOLD_MAX) {
            let labels = &[name.as_str()];
            if let Err(absence) = standing {
                for metric in [&rows::TIMER_LAST, &rows::TIMER_NEXT, &rows::TIMER_RESULT] {
                    sample.absent(metric, labels, absence);
                }
                continue;
            }
            if let Some(last_us) = timer.last_us {
                sample.number(&rows::TIMER_LAST, labels, float(last_us / US_PER_SECOND));
            }
            if let Some(next_s) = timer.next_s(boot_s) {
                sample.number(&rows::TIMER_NEXT, labels, float(next_s));
            }
            let result = roll.get(&timer.starts).and_then(|service| service.unit.as_ref()?.result.as_deref());
            if let Some(result) = result.filter(|_| timer.last_us.is_some()) {
                sample.text(&rows::TIMER_RESULT, labels, result);
            }
        }
        u64::try_from(self.0.len().saturating_sub(TOLD_MAX)).unwrap_or(u64::MAX)
    }
}

impl Timer {
    /// When it elapses first, in seconds since 1970.
    fn next_s(&self, boot_s: Option<u64>) -> Option<u64> {
        let by_span = self.next_after_boot_us.zip(boot_s);
        let by_span = by_span.map(|(after_us, boot_s)| boot_s.saturating_add(after_us / US_PER_SECOND));
        let by_calendar = self.next_us.map(|us| us / US_PER_SECOND);
        by_span.into_iter().chain(by_calendar).min()
    }
}

/// Never is 0 or all ones.
fn moment(us: u64) -> Option<u64> {
    (1..u64::MAX).contains(&us).then_some(us)
}

const US_PER_SECOND: u64 = 1_000_000;

/// Most timers that are remembered.
const KNOWN_MAX: usize = 1024;

/// Most timers that are told of: a host has some ten.
const TOLD_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_the_earlier_one_and_never_is_none() {
        let mut timers = Timers::default();
        assert!(timers.enter("a.timer") && !timers.enter("a.timer"));
        timers.property("a.timer", "NextElapseUSecRealtime", Value::Number(u64::MAX));
        timers.property("a.timer", "NextElapseUSecMonotonic", Value::Number(0));
        assert_eq!(timers.0["a.timer"].next_s(Some(1000)), None);
        timers.property("a.timer", "NextElapseUSecMonotonic", Value::Number(5_900_000));
        assert_eq!(timers.0["a.timer"].next_s(Some(1000)), Some(1005));
        assert_eq!(timers.0["a.timer"].next_s(None), None, "nothing tells when the machine was booted");
        timers.property("a.timer", "NextElapseUSecRealtime", Value::Number(1_004_000_000));
        assert_eq!(timers.0["a.timer"].next_s(Some(1000)), Some(1004));
    }
}
