//! Which readings an origin has, and in which order their states follow.

use serde::{Deserialize, Serialize};

use super::{BodyError, Rows, Section, bounded};
use crate::limits::{LABEL_BYTES_MAX, LABEL_VALUES_MAX, READINGS_MAX};
use crate::metric::MetricId;
use crate::reading::Reading;
use crate::shape::{Shape, ShapeBuilder};

/// The series section of a keyframe: metrics in ascending order of their numbers, each with the labels of its
/// readings. Label values are written once and referred to by number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Series<'a> {
    /// Distinct label values, in the order in which they first appear.
    #[serde(borrow, deserialize_with = "bounded::list::<_, _, LABEL_VALUES_MAX>")]
    values: Vec<&'a str>,
    /// For each metric the distance of its number from the one before (the first: from 0) and its readings.
    #[serde(deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    metrics: Vec<(u16, u16)>,
    /// Indices into `values`: for each reading one for each label key of its metric.
    #[serde(deserialize_with = "bounded::list::<_, _, LABEL_VALUES_MAX>")]
    labels: Vec<u16>,
}

impl<'a> Series<'a> {
    /// Of `readings` in ascending order of metric numbers.
    pub(crate) fn of(readings: impl Iterator<Item = &'a Reading>) -> Self {
        let mut series = Self::default();
        let mut last_id = None;
        for reading in readings {
            let id = reading.metric.id.0;
            match series.metrics.last_mut() {
                Some((_, count)) if last_id == Some(id) => *count += 1,
                _ => series.metrics.push((id.saturating_sub(last_id.unwrap_or(0)), 1)),
            }
            last_id = Some(id);
            for value in reading.labels.iter() {
                let index = series.index_of(cut(value, LABEL_BYTES_MAX));
                series.labels.push(index);
            }
        }
        series
    }

    /// The metric and labels of every reading.
    ///
    /// # Errors
    /// [`BodyError::Mismatch`] if the parts do not add up or a metric is neither known nor described.
    pub(crate) fn resolve(&self, rows: &Rows) -> Result<Shape, BodyError> {
        let mut shape = ShapeBuilder::default();
        let mut labels = self.labels.iter().copied();
        let mut id = 0_u16;
        for (at, (distance, count)) in self.metrics.iter().enumerate() {
            // A metric comes once: else a row with a long name could be taken over and over at two bytes each.
            if at > 0 && *distance == 0 {
                return Err(MISMATCH);
            }
            id = id.checked_add(*distance).ok_or(MISMATCH)?;
            let metric = rows.metric(MetricId(id)).ok_or(MISMATCH)?;
            if shape.len() + usize::from(*count) > READINGS_MAX {
                return Err(MISMATCH);
            }
            let labels = labels.by_ref().take(usize::from(*count) * metric.labels.len());
            shape.push(metric, *count, labels).ok_or(MISMATCH)?;
        }
        shape.finish(self.values.iter().map(|value| cut(value, LABEL_BYTES_MAX))).ok_or(MISMATCH)
    }

    fn index_of(&mut self, value: &'a str) -> u16 {
        let known = self.values.iter().position(|known| *known == value);
        let index = known.unwrap_or_else(|| {
            self.values.push(value);
            self.values.len() - 1
        });
        // There are at most LABEL_VALUES_MAX = 16,384.
        u16::try_from(index).unwrap_or(u16::MAX)
    }
}

impl Section for Series<'_> {
    const KIND: u8 = 3;
    const NAME: &'static str = "series";
}

/// The longest start of `text` of at most `bytes_max` bytes.
pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}

const MISMATCH: BodyError = BodyError::Mismatch { section: "series" };
