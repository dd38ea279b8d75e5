//! Catalogue rows on the wire.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Section, bounded};
use crate::catalogue;
use crate::limits::{LABELS_MAX, READINGS_MAX};
use crate::metric::{Kind, LabelKeys, Metric, MetricId, MetricRef, Unit};
use crate::quantise::Scale;

/// The rows of the metrics that protocol version 1 does not fix, so that an old dashboard shows a new metric; in
/// ascending order of their numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Rows {
    #[serde(deserialize_with = "bounded::list::<_, _, READINGS_MAX>")]
    rows: Vec<Row>,
}

/// A metric as it is sent. The help text stays at home.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    id: u16,
    name: String,
    /// 0 gauge, 1 counter, 2 text; others are shown as gauges.
    kind: u8,
    unit: String,
    /// 0 whole, 1 multiple, 2 fraction, 3 octaves; others as whole.
    scale: u8,
    /// Of a multiple or a fraction.
    factor: u32,
    max_age_ms: u32,
    #[serde(deserialize_with = "bounded::list::<_, _, LABELS_MAX>")]
    labels: Vec<String>,
}

impl Rows {
    /// The rows among `metrics` that readers of protocol version 1 may not know.
    pub(crate) fn beyond_base<'a>(metrics: impl Iterator<Item = &'a MetricRef>) -> Self {
        let mut rows: Vec<Row> = metrics
            .filter(|metric| metric.id.0 >= catalogue::BASE_ROWS_END)
            .map(|metric| Row::of(metric))
            .collect();
        rows.dedup_by_key(|row| row.id);
        Self { rows }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The metric with this number: as the origin describes it, else as the catalogue does.
    pub(crate) fn metric(&self, id: MetricId) -> Option<MetricRef> {
        match self.rows.binary_search_by_key(&id.0, |row| row.id).map(|at| self.rows.get(at)) {
            Ok(Some(row)) => Some(MetricRef::Learned(Arc::new(row.metric()))),
            Ok(None) | Err(_) => catalogue::row(id).map(MetricRef::Known),
        }
    }
}

impl Row {
    fn of(metric: &Metric) -> Self {
        let (scale, factor) = match metric.scale {
            Scale::Whole => (0, 0),
            Scale::Multiple(units) => (1, units),
            Scale::Fraction(steps) => (2, steps),
            Scale::Octaves => (3, 0),
        };
        Self {
            id: metric.id.0,
            name: metric.name.to_string(),
            kind: match metric.kind {
                Kind::Gauge => 0,
                Kind::Counter => 1,
                Kind::Text => 2,
            },
            unit: metric.unit.to_string(),
            scale,
            factor,
            max_age_ms: metric.max_age_ms,
            labels: metric.labels.iter().map(str::to_owned).collect(),
        }
    }

    fn metric(&self) -> Metric {
        Metric {
            id: MetricId(self.id),
            name: Cow::Owned(self.name.clone()),
            kind: match self.kind {
                1 => Kind::Counter,
                2 => Kind::Text,
                _ => Kind::Gauge,
            },
            unit: Unit::named(self.unit.clone()),
            scale: match self.scale {
                1 => Scale::Multiple(self.factor),
                2 => Scale::Fraction(self.factor),
                3 => Scale::Octaves,
                _ => Scale::Whole,
            },
            deadband: 0,
            labels: LabelKeys::Learned(self.labels.clone()),
            max_age_ms: self.max_age_ms,
            help: Cow::Borrowed(""),
        }
    }
}

impl Section for Rows {
    const KIND: u8 = 2;
    const NAME: &'static str = "rows";
}
