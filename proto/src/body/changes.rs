//! What differs from the last keyframe.

use serde::{Deserialize, Serialize};

use super::cells::{AbsentCell, absent_cell, mark_absent};
use super::{BodyError, Cell, Section, Step, bounded};
use crate::frame::Position;
use crate::limits::READINGS_MAX;

/// The changes section of a delta. Positions are distances: the first from 0, each later one from the one before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Changes<'a> {
    /// How many frames ago the keyframe was.
    pub(crate) since_keyframe: u32,
    /// Numbers that are there, and by how many steps they differ from the keyframe's.
    #[serde(deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    numbers: Vec<(u16, i64)>,
    /// Texts that are there.
    #[serde(borrow, deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    texts: Vec<(u16, &'a str)>,
    /// Readings without a fresh value; a value kept is the keyframe's, or stands in `numbers` or `texts`.
    #[serde(deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    absences: Vec<AbsentCell>,
}

impl<'a> Changes<'a> {
    /// Where the keyframe stands of a delta at `delta`, `since` frames later.
    pub(crate) fn keyframe_of(delta: Position, since: u32) -> Position {
        Position { sequence: delta.sequence.saturating_sub(since), ..delta }
    }

    /// From `keyframe` to `now`, both of the same readings in the same order.
    pub(crate) fn between(keyframe: &[Cell], now: &'a [Cell], since_keyframe: u32) -> Self {
        let mut changes = Self { since_keyframe, ..Self::default() };
        let (mut numbers, mut texts, mut absences) = (Gaps(0), Gaps(0), Gaps(0));
        for (at, (then, now)) in (0..).zip(keyframe.iter().zip(now)) {
            if then == now {
                continue;
            }
            match &now.value {
                Some(value) if now.absence.is_some() && then.value.as_ref() == Some(value) => {}
                Some(Step::Number(steps)) => {
                    changes.numbers.push((numbers.to(at), steps.wrapping_sub(then.steps())));
                }
                Some(Step::Text(text)) => changes.texts.push((texts.to(at), text)),
                None => {}
            }
            if let Some(absence) = now.absence {
                changes.absences.push(absent_cell(absences.to(at), absence, now));
            }
        }
        changes
    }

    /// Makes of the cells of the keyframe those that hold now.
    ///
    /// # Errors
    /// [`BodyError::Mismatch`] if a position is out of range or a value of the wrong kind.
    pub(crate) fn apply(
        self,
        cells: &mut [Cell<&'a str>],
        is_text: impl Fn(usize) -> bool,
    ) -> Result<(), BodyError> {
        let mut at = 0_usize;
        for (gap, steps) in self.numbers {
            at += usize::from(gap);
            let cell = cells.get_mut(at).filter(|_| !is_text(at)).ok_or(MISMATCH)?;
            *cell = Cell::present(Step::Number(cell.steps().wrapping_add(steps)));
        }
        at = 0;
        for (gap, text) in self.texts {
            at += usize::from(gap);
            *cells.get_mut(at).filter(|_| is_text(at)).ok_or(MISMATCH)? = Cell::present(Step::text(text));
        }
        mark_absent(cells, &self.absences)
    }
}

/// Turns ascending positions into distances.
struct Gaps(u16);

impl Gaps {
    fn to(&mut self, at: u16) -> u16 {
        at - std::mem::replace(&mut self.0, at)
    }
}

impl<T> Cell<T> {
    fn present(step: Step<T>) -> Self {
        Self { value: Some(step), absence: None, kept_age_s: 0 }
    }

    /// The steps of a number, 0 where there is none.
    fn steps(&self) -> i64 {
        match self.value {
            Some(Step::Number(steps)) => steps,
            Some(Step::Text(_)) | None => 0,
        }
    }
}

impl Section for Changes<'_> {
    const KIND: u8 = 5;
    const NAME: &'static str = "changes";
}

const MISMATCH: BodyError = BodyError::Mismatch { section: "changes" };
