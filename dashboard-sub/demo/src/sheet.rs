//! The readings of a host, written anew each second in the same order.

use grapevine_proto::{Absence, Labels, Metric, MetricRef, Reading, State, Value};

/// Readings in the order in which they are put. What was put at the same place a second ago is overwritten there, so
/// that nothing is allocated as long as the set of readings stays.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    readings: Vec<Reading>,
    end: usize,
}

impl Sheet {
    /// Begins the readings of the next second.
    pub(crate) fn begin(&mut self) {
        self.end = 0;
    }

    /// All readings put since the beginning.
    pub(crate) fn readings(&self) -> &[Reading] {
        self.readings.get(..self.end).unwrap_or_default()
    }

    pub(crate) fn number(&mut self, metric: &'static Metric, labels: &[&str], number: f64) {
        self.put(metric, labels, |state| *state = State::Present(Value::Number(number)));
    }

    pub(crate) fn text(&mut self, metric: &'static Metric, labels: &[&str], text: &str) {
        self.put(metric, labels, |state| {
            if state.text() != Some(text) {
                *state = State::Present(Value::Text(text.to_owned()));
            }
        });
    }

    pub(crate) fn absent(&mut self, metric: &'static Metric, labels: &[&str], absence: Absence) {
        self.put(metric, labels, |state| *state = State::Absent(absence));
    }

    /// The number, or the reason why there is none.
    pub(crate) fn told(&mut self, metric: &'static Metric, labels: &[&str], number: Result<f64, Absence>) {
        match number {
            Ok(number) => self.number(metric, labels, number),
            Err(absence) => self.absent(metric, labels, absence),
        }
    }

    /// A number that was read `age_s` seconds ago and could not be read since.
    pub(crate) fn kept(
        &mut self,
        metric: &'static Metric,
        labels: &[&str],
        number: f64,
        absence: Absence,
        age_s: u32,
    ) {
        let age_ms = age_s.saturating_mul(1000);
        let value = Value::Number(number);
        self.put(metric, labels, |state| *state = State::Kept { value, absence, age_ms });
    }

    /// A boolean reading: 1 is yes.
    pub(crate) fn flag(&mut self, metric: &'static Metric, labels: &[&str], flag: bool) {
        self.number(metric, labels, f64::from(u8::from(flag)));
    }

    /// Takes the next place for this reading. `tell` is given the state that it had, if it had this place before.
    fn put(&mut self, metric: &'static Metric, labels: &[&str], tell: impl FnOnce(&mut State)) {
        let at = self.end;
        self.end += 1;
        match self.readings.get_mut(at) {
            Some(known) if known.metric.id == metric.id && known.labels.matches(labels) => {
                tell(&mut known.state);
            }
            _ => {
                let mut state = State::Absent(Absence::Failed);
                tell(&mut state);
                self.readings.truncate(at);
                self.readings.push(Reading {
                    metric: MetricRef::Known(metric),
                    labels: Labels::new(labels),
                    state,
                });
            }
        }
    }
}
