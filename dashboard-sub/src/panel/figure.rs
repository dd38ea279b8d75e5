//! A number or a text of a panel: its value, or why there is none.

use std::time::Instant;

use grapevine_proto::Absence;

use crate::freshness::Freshness;
use crate::host::{Host, HostReading};

/// A number of a panel, or with `Figure<&str>` a text. Absent is never 0: one that the host does not tell of at all has
/// neither value nor absence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure<T = f64> {
    /// In the unit of its metric, fresh or kept from earlier.
    pub value: Option<T>,
    /// Why the newest pass has no value. Beside a value: why that one was kept.
    pub absence: Option<Absence>,
    /// Whether the value is too old to be shown as current.
    pub stale: bool,
}

impl<T> Default for Figure<T> {
    fn default() -> Self {
        Self { value: None, absence: None, stale: false }
    }
}

impl<T: Copy> Figure<T> {
    /// A value just read.
    pub fn of(value: T) -> Self {
        Self { value: Some(value), ..Self::default() }
    }

    /// Whether the host has such a reading, with or without a value.
    pub fn is_told(&self) -> bool {
        self.value.is_some() || self.absence.is_some()
    }

    /// The value if it is not stale.
    pub fn current(&self) -> Option<T> {
        self.value.filter(|_| !self.stale)
    }

    /// The same figure with what `convert` makes of its value.
    #[must_use]
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Figure<U> {
        Figure { value: self.value.map(convert), absence: self.absence, stale: self.stale }
    }
}

impl Figure {
    /// What `self` is of `whole`, in percent: stale or kept if one of them is, without a value if one of them has none or
    /// there is no whole.
    #[must_use]
    pub fn percent_of(self, whole: Self) -> Self {
        let value = self.value.zip(whole.value).filter(|(_, whole)| *whole > 0.0);
        Self {
            value: value.map(|(part, whole)| part / whole * 100.0),
            absence: self.absence.or(whole.absence),
            stale: self.stale || whole.stale,
        }
    }

    /// The greatest of `figures`, of current ones if there are any; without any value, the first that tells why.
    pub fn greatest(figures: impl IntoIterator<Item = Self>) -> Self {
        figures.into_iter().fold(Self::default(), |greatest, figure| {
            if figure.rank() > greatest.rank() { figure } else { greatest }
        })
    }

    /// The sum of those of `figures` that have a value: stale if one of them is; without any value, the first that tells
    /// why.
    pub fn sum(figures: impl IntoIterator<Item = Self>) -> Self {
        figures.into_iter().fold(Self::default(), |sum, figure| match (sum.value, figure.value) {
            (Some(a), Some(b)) => Self {
                value: Some(a + b),
                absence: sum.absence.or(figure.absence),
                stale: sum.stale || figure.stale,
            },
            (Some(_), None) => sum,
            (None, Some(_)) => figure,
            (None, None) => Self { absence: sum.absence.or(figure.absence), ..sum },
        })
    }

    /// In the order in which [`Figure::greatest`] prefers them.
    fn rank(&self) -> (u8, Option<f64>) {
        let kind = match (self.value, self.absence) {
            (Some(_), _) if !self.stale => 3,
            (Some(_), _) => 2,
            (None, Some(_)) => 1,
            (None, None) => 0,
        };
        (kind, self.value)
    }
}

/// One pass over a host's readings, that makes figures of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pass {
    now: Instant,
    frame_age_ms: u64,
    patience_ms: u64,
}

impl Pass {
    pub(super) fn of(host: &Host, now: Instant) -> Self {
        Self {
            now,
            frame_age_ms: host.age_ms(now),
            patience_ms: Freshness::fresh_ms(host.identity().interval_ms),
        }
    }

    /// A host that speaks seldom is not stale between its frames.
    fn is_stale(&self, reading: &HostReading<'_>) -> bool {
        let is_kept = reading.state.absence().is_some();
        let age_ms = if is_kept { reading.age_ms(self.now) } else { self.frame_age_ms };
        age_ms > u64::from(reading.metric.max_age_ms).max(self.patience_ms)
    }
}

/// What is read from a reading.
pub(super) trait Read<'a> {
    fn read(reading: &HostReading<'a>, pass: &Pass) -> Self;
}

impl<'a, T: Value<'a>> Read<'a> for Figure<T> {
    fn read(reading: &HostReading<'a>, pass: &Pass) -> Self {
        let value = T::of(reading);
        let stale = value.is_some() && pass.is_stale(reading);
        Self { value, absence: reading.state.absence(), stale }
    }
}

/// What a figure's value can be.
trait Value<'a>: Sized {
    fn of(reading: &HostReading<'a>) -> Option<Self>;
}

impl Value<'_> for f64 {
    fn of(reading: &HostReading<'_>) -> Option<Self> {
        reading.state.number()
    }
}

impl<'a> Value<'a> for &'a str {
    fn of(reading: &HostReading<'a>) -> Option<Self> {
        reading.state.text()
    }
}
