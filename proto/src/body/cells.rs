//! The states of readings as integers of steps.

use serde::{Deserialize, Serialize};

use super::series::cut;
use super::{BodyError, Section, bounded};
use crate::limits::{READINGS_MAX, TEXT_BYTES_MAX};
use crate::metric::{Kind, Metric, MetricRef};
use crate::reading::{Absence, State, StateRef, Value, ValueRef};

/// The state of one reading as it goes over the wire: what decoding yields is exactly what was encoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell<T = String> {
    /// The quantised value, whether fresh or kept.
    pub(crate) value: Option<Step<T>>,
    /// Why there is no fresh value.
    pub(crate) absence: Option<Absence>,
    /// Age of a kept value in seconds.
    pub(crate) kept_age_s: u32,
}

/// A quantised value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step<T = String> {
    Number(i64),
    Text(T),
}

impl<'a> Step<&'a str> {
    /// A text, cut to the length that texts may have: a stranger's may be longer.
    pub(super) fn text(text: &'a str) -> Self {
        Self::Text(cut(text, TEXT_BYTES_MAX))
    }
}

impl Cell {
    /// The cell of a state of a reading of `metric`. A value of the wrong kind, or that is no number, is a failed
    /// reading.
    pub(crate) fn of(metric: &Metric, state: &State) -> Self {
        let step = |value: &Value| match (metric.kind, value) {
            (Kind::Text, Value::Text(text)) => Some(Step::Text(cut(text, TEXT_BYTES_MAX).to_owned())),
            (Kind::Gauge | Kind::Counter, Value::Number(number)) => {
                metric.scale.quantise(*number).map(Step::Number)
            }
            (Kind::Text, Value::Number(_)) | (Kind::Gauge | Kind::Counter, Value::Text(_)) => None,
        };
        match state {
            State::Present(value) => match step(value) {
                Some(step) => Self { value: Some(step), absence: None, kept_age_s: 0 },
                None => Self { value: None, absence: Some(Absence::Failed), kept_age_s: 0 },
            },
            State::Absent(absence) => Self { value: None, absence: Some(*absence), kept_age_s: 0 },
            State::Kept { value, absence, age_ms } => {
                Self { value: step(value), absence: Some(*absence), kept_age_s: age_ms / 1000 }
            }
        }
    }

    /// Whether `self` differs from what was sent by more than `deadband` steps.
    pub(crate) fn passes(&self, sent: &Self, deadband: u16) -> bool {
        if self.absence != sent.absence {
            return true;
        }
        match (&self.value, &sent.value) {
            (Some(Step::Number(now)), Some(Step::Number(then))) => now.abs_diff(*then) > u64::from(deadband),
            (now, then) => now != then,
        }
    }
}

impl<'a> Cell<&'a str> {
    /// The state that the cell stands for.
    pub(crate) fn state(&self, metric: &Metric) -> StateRef<'a> {
        let value = self.value.as_ref().map(|step| match step {
            Step::Number(steps) => ValueRef::Number(metric.scale.restore(*steps)),
            Step::Text(text) => ValueRef::Text(text),
        });
        match (value, self.absence) {
            (Some(value), None) => StateRef::Present(value),
            (Some(value), Some(absence)) => {
                StateRef::Kept { value, absence, age_ms: self.kept_age_s.saturating_mul(1000) }
            }
            (None, absence) => StateRef::Absent(absence.unwrap_or(Absence::Failed)),
        }
    }
}

/// The cells section of a keyframe.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cells<'a> {
    /// Steps of the readings that are numbers, in order; 0 where there is none.
    #[serde(deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    numbers: Vec<i64>,
    /// The readings that are texts, in order; empty where there is none.
    #[serde(borrow, deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    texts: Vec<&'a str>,
    /// The readings without a fresh value.
    #[serde(deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    absences: Vec<AbsentCell>,
}

/// Distance from the absent reading before (the first: from 0), the reason's code, and the age in seconds of a
/// value that was kept.
pub(super) type AbsentCell = (u16, u8, Option<u32>);

impl<'a> Cells<'a> {
    /// Of all readings in order.
    pub(crate) fn of<T: AsRef<str> + 'a>(cells: impl Iterator<Item = (&'a MetricRef, &'a Cell<T>)>) -> Self {
        let mut section = Self::default();
        let mut gap = 0;
        for (metric, cell) in cells {
            match &cell.value {
                Some(Step::Number(steps)) => section.numbers.push(*steps),
                Some(Step::Text(text)) => section.texts.push(text.as_ref()),
                None if metric.kind == Kind::Text => section.texts.push(""),
                None => section.numbers.push(0),
            }
            if let Some(absence) = cell.absence {
                section.absences.push(absent_cell(gap, absence, cell));
                gap = 0;
            }
            gap += 1;
        }
        section
    }

    /// The cells of readings of these metrics.
    ///
    /// # Errors
    /// [`BodyError::Mismatch`] if there are more or fewer.
    pub(crate) fn resolve<'m>(
        self,
        metrics: impl Iterator<Item = &'m MetricRef>,
    ) -> Result<Vec<Cell<&'a str>>, BodyError> {
        let mut cells = Vec::with_capacity(self.numbers.len() + self.texts.len());
        let (mut numbers, mut texts) = (self.numbers.into_iter(), self.texts.into_iter());
        for metric in metrics {
            let value = match metric.kind {
                Kind::Text => texts.next().map(Step::text),
                Kind::Gauge | Kind::Counter => numbers.next().map(Step::Number),
            };
            cells.push(Cell { value: Some(value.ok_or(MISMATCH)?), absence: None, kept_age_s: 0 });
        }
        if numbers.next().is_some() || texts.next().is_some() {
            return Err(MISMATCH);
        }
        mark_absent(&mut cells, &self.absences)?;
        Ok(cells)
    }
}

/// Writes down one absence.
pub(super) fn absent_cell<T>(gap: u16, absence: Absence, cell: &Cell<T>) -> AbsentCell {
    let code =
        Absence::ALL.iter().position(|known| *known == absence).and_then(|code| u8::try_from(code).ok());
    (gap, code.unwrap_or_default(), cell.value.is_some().then_some(cell.kept_age_s))
}

/// Applies absences to cells that hold the values kept. A reason of a later version reads as a failure.
pub(super) fn mark_absent<T>(cells: &mut [Cell<T>], absences: &[AbsentCell]) -> Result<(), BodyError> {
    let mut at = 0_usize;
    for (gap, code, kept_age_s) in absences {
        at += usize::from(*gap);
        let cell = cells.get_mut(at).ok_or(MISMATCH)?;
        cell.absence = Some(Absence::ALL.get(usize::from(*code)).copied().unwrap_or(Absence::Failed));
        cell.kept_age_s = kept_age_s.unwrap_or_default();
        if kept_age_s.is_none() {
            cell.value = None;
        }
    }
    Ok(())
}

impl Section for Cells<'_> {
    const KIND: u8 = 4;
    const NAME: &'static str = "cells";
}

const MISMATCH: BodyError = BodyError::Mismatch { section: "cells" };
