//! The readings of one collector, kept from pass to pass.

use grapevine_proto::{Absence, Labels, Metric, MetricRef, Reading, State, Value};

use crate::collector::{CollectError, Collector};

/// What a collector's passes have found, updated in place: a pass that tells the same readings as the one before
/// allocates nothing.
///
/// A pass is [`begin`](Self::begin), a call of [`number`](Self::number), [`text`](Self::text) or
/// [`absent`](Self::absent) for each reading, and [`finish`](Self::finish), which drops the readings that the pass
/// did not tell. Collectors tell their readings in a stable order, so that each is found where the previous pass
/// left it; another order is put right at the cost of a search. The readings come out in the order of the pass.
#[derive(Debug, Default)]
pub struct Sample {
    /// Those before `told` are of this pass, in its order; the others wait for their turn.
    slots: Vec<Slot>,
    told: usize,
    now_ms: u64,
}

#[derive(Clone, Debug)]
struct Slot {
    reading: Reading,
    /// When its value was read, if it has one.
    read_at_ms: u64,
}

impl Sample {
    /// Runs a whole pass of `collector` at `now_ms` on the caller's monotonic clock.
    ///
    /// # Errors
    /// The collector's own; the readings that it has not told by then are absent for the reason that the error
    /// gives, and keep their last value if a later pass may do better.
    pub fn pass(&mut self, now_ms: u64, collector: &mut dyn Collector) -> Result<(), CollectError> {
        self.begin(now_ms);
        let result = collector.collect(self);
        match &result {
            Ok(()) => self.finish(),
            Err(error) => self.fail_untold(error.absence()),
        }
        result
    }

    /// Starts a pass at `now_ms` on the caller's monotonic clock.
    pub fn begin(&mut self, now_ms: u64) {
        self.now_ms = now_ms;
        self.told = 0;
    }

    /// When this pass began, in milliseconds on the caller's monotonic clock.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Tells a number in the metric's unit. A number that is not finite is told as failed.
    ///
    /// Telling a reading twice in a pass replaces it.
    pub fn number(&mut self, metric: &'static Metric, labels: &[&str], number: f64) {
        if !number.is_finite() {
            return self.absent(metric, labels, Absence::Failed);
        }
        let now_ms = self.now_ms;
        let slot = self.slot(metric, labels);
        slot.read_at_ms = now_ms;
        slot.reading.state = State::Present(Value::Number(number));
    }

    /// Tells a text.
    pub fn text(&mut self, metric: &'static Metric, labels: &[&str], text: &str) {
        let now_ms = self.now_ms;
        let slot = self.slot(metric, labels);
        slot.read_at_ms = now_ms;
        let state = &mut slot.reading.state;
        if let State::Present(Value::Text(kept)) = state {
            if kept != text {
                kept.clear();
                kept.push_str(text);
            }
        } else {
            *state = State::Present(Value::Text(text.to_owned()));
        }
    }

    /// Tells that there is no value now, and why. A reading that failed or sleeps keeps the value it had.
    pub fn absent(&mut self, metric: &'static Metric, labels: &[&str], absence: Absence) {
        let now_ms = self.now_ms;
        self.slot(metric, labels).lose(absence, now_ms);
    }

    /// Ends a pass: the readings that it did not tell are gone.
    pub fn finish(&mut self) {
        self.slots.truncate(self.told);
    }

    /// Ends a pass that broke off: the readings that it did not tell are absent.
    pub fn fail_untold(&mut self, absence: Absence) {
        let now_ms = self.now_ms;
        for slot in self.slots.iter_mut().skip(self.told) {
            slot.lose(absence, now_ms);
        }
        self.told = self.slots.len();
    }

    /// Makes all readings absent, for a collector that hangs or panics.
    pub fn fail_all(&mut self, now_ms: u64, absence: Absence) {
        self.begin(now_ms);
        self.fail_untold(absence);
    }

    /// The readings, in the order of the last pass.
    pub fn readings(&self) -> impl ExactSizeIterator<Item = &Reading> {
        self.slots.iter().map(|slot| &slot.reading)
    }

    /// The place of a reading, which counts as told from here on.
    fn slot(&mut self, metric: &'static Metric, labels: &[&str]) -> &mut Slot {
        debug_assert_eq!(metric.labels.len(), labels.len(), "labels of {}", metric.name);
        let position = match self.slots.get(self.told) {
            Some(next) if next.is(metric, labels) => self.told,
            _ => self.find_or_insert(metric, labels),
        };
        if position == self.told {
            self.told += 1;
        }
        #[expect(clippy::indexing_slicing, reason = "the position was just found in the same list")]
        &mut self.slots[position]
    }

    /// Brings the reading to the place after those told, unless it is one of them.
    fn find_or_insert(&mut self, metric: &'static Metric, labels: &[&str]) -> usize {
        // Where a reading was before one that is gone, it is the next but a few: look there first.
        let (told, waiting) = self.slots.split_at(self.told.min(self.slots.len()));
        let is_it = |slot: &Slot| slot.is(metric, labels);
        let later = waiting.iter().position(is_it).map(|after| self.told + after);
        match later.or_else(|| told.iter().position(is_it)) {
            Some(told) if told < self.told => told,
            Some(later) => {
                if let Some(between) = self.slots.get_mut(self.told..=later) {
                    between.rotate_right(1);
                }
                self.told
            }
            None => {
                self.slots.insert(self.told, Slot::new(metric, labels));
                self.told
            }
        }
    }
}

impl Clone for Sample {
    fn clone(&self) -> Self {
        Self { slots: self.slots.clone(), told: self.told, now_ms: self.now_ms }
    }

    /// Copies without allocating where both samples have the same readings with values of the same kinds.
    fn clone_from(&mut self, source: &Self) {
        self.told = source.told;
        self.now_ms = source.now_ms;
        self.slots.truncate(source.slots.len());
        for (mine, theirs) in self.slots.iter_mut().zip(&source.slots) {
            mine.copy(theirs);
        }
        self.slots.extend_from_slice(source.slots.get(self.slots.len()..).unwrap_or_default());
    }
}

impl Slot {
    fn new(metric: &'static Metric, labels: &[&str]) -> Self {
        let state = State::Absent(Absence::Failed);
        Self { reading: Reading { metric: metric.into(), labels: Labels::new(labels), state }, read_at_ms: 0 }
    }

    fn is(&self, metric: &'static Metric, labels: &[&str]) -> bool {
        same_metric(&self.reading.metric, metric) && self.reading.labels.matches(labels)
    }

    /// Takes the value away, or marks it as kept where a later pass may bring a newer one.
    fn lose(&mut self, absence: Absence, now_ms: u64) {
        let age_ms = u32::try_from(now_ms.saturating_sub(self.read_at_ms)).unwrap_or(u32::MAX);
        let state = std::mem::replace(&mut self.reading.state, State::Absent(absence));
        self.reading.state = match (state, absence) {
            (State::Present(value) | State::Kept { value, .. }, Absence::Failed | Absence::Sleeping) => {
                State::Kept { value, absence, age_ms }
            }
            _ => State::Absent(absence),
        };
    }

    fn copy(&mut self, source: &Self) {
        let MetricRef::Known(metric) = source.reading.metric else {
            return self.clone_from(source);
        };
        if !same_metric(&self.reading.metric, metric) || self.reading.labels != source.reading.labels {
            return self.clone_from(source);
        }
        self.read_at_ms = source.read_at_ms;
        match (&mut self.reading.state, &source.reading.state) {
            (State::Present(Value::Text(mine)), State::Present(Value::Text(theirs))) => {
                mine.clone_from(theirs);
            }
            (mine, theirs) => mine.clone_from(theirs),
        }
    }
}

/// Whether `metric` is this very row; rows of the catalogue are compared by where they are.
fn same_metric(metric: &MetricRef, row: &'static Metric) -> bool {
    matches!(metric, MetricRef::Known(known) if std::ptr::eq(*known, row))
}

#[cfg(test)]
mod tests;
