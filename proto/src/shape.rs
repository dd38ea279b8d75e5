//! Which readings a host has, in few bytes.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::slice;
use std::sync::{Arc, Weak};

use crate::limits::METRIC_LISTS_MAX;
use crate::metric::{MetricId, MetricRef};

/// The readings of a host without their states: a metric and labels each, in ascending order of the metrics' numbers.
///
/// A subscriber keeps one for each of thousands of hosts, and the labels of each host are its own: names of services,
/// of programs, of file systems. So a reading takes two bytes for each label, and a label's text is there once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// The metrics of which there are readings.
    metrics: Arc<[MetricRef]>,
    /// Of each metric, where its readings end.
    ends: Box<[End]>,
    /// For each reading one of `values` for each label key of its metric.
    labels: Box<[u16]>,
    values: Texts,
}

/// Where the readings of a metric end, and their labels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct End {
    reading: u16,
    label: u16,
}

impl Shape {
    /// Place, metric and labels of the readings of those metrics that are `wanted`. Others cost nothing.
    pub fn iter_of(
        &self,
        wanted: impl Fn(MetricId) -> bool,
    ) -> impl Iterator<Item = (usize, &MetricRef, LabelsRef<'_>)> {
        let mut begin = End { reading: 0, label: 0 };
        let runs = self.metrics.iter().zip(self.ends.iter());
        let runs = runs.map(move |(metric, end)| (metric, std::mem::replace(&mut begin, *end), *end));
        runs.filter(move |(metric, ..)| wanted(metric.id)).flat_map(move |(metric, begin, end)| {
            let labels = metric.labels.len();
            (begin.reading..end.reading).scan(usize::from(begin.label), move |from, place| {
                let indices = self.labels.get(*from..*from + labels)?;
                *from += labels;
                Some((usize::from(place), metric, LabelsRef { indices, values: &self.values }))
            })
        })
    }

    /// How many readings there are.
    pub fn len(&self) -> usize {
        self.ends.last().map_or(0, |end| usize::from(end.reading))
    }

    /// Whether there is no reading.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The metrics of which there are readings, in ascending order of their numbers.
    pub fn metrics(&self) -> &[MetricRef] {
        &self.metrics
    }

    /// Metric and labels of every reading.
    pub fn iter(&self) -> ShapeIter<'_> {
        ShapeIter {
            metrics: self.metrics.iter().zip(self.ends.iter()),
            metric: None,
            labels: &self.labels,
            values: &self.values,
            at: 0,
            count: self.len(),
        }
    }

    /// The metric of the reading at `index`.
    pub fn metric(&self, index: usize) -> Option<&MetricRef> {
        self.metrics.get(self.place_of(index))
    }

    /// Metric and labels of the reading at `index`.
    pub fn get(&self, index: usize) -> Option<(&MetricRef, LabelsRef<'_>)> {
        let place = self.place_of(index);
        let (metric, end) = self.metrics.get(place).zip(self.ends.get(place))?;
        let labels = metric.labels.len();
        let from = usize::from(end.label).checked_sub((usize::from(end.reading) - index) * labels)?;
        Some((metric, LabelsRef { indices: self.labels.get(from..from + labels)?, values: &self.values }))
    }

    /// The places of the readings of metrics named `name`.
    pub fn places_of(&self, name: &str) -> impl Iterator<Item = usize> {
        let mut start = 0;
        let runs = self.metrics.iter().zip(self.ends.iter()).map(move |(metric, end)| {
            (metric, std::mem::replace(&mut start, usize::from(end.reading))..usize::from(end.reading))
        });
        runs.filter(move |(metric, _)| metric.name == name).flat_map(|(_, places)| places)
    }

    /// The places of the readings of the metric with this number.
    pub fn places_of_id(&self, id: MetricId) -> Range<usize> {
        let end_of = |at: usize| self.ends.get(at).map_or(0, |end| usize::from(end.reading));
        match self.metrics.binary_search_by_key(&id, |metric| metric.id) {
            Ok(at) => at.checked_sub(1).map_or(0, end_of)..end_of(at),
            Err(_) => 0..0,
        }
    }

    /// The same with the list of metrics that `lists` has, if it is equal.
    pub(crate) fn sharing(self, lists: &mut MetricLists) -> Self {
        Self { metrics: lists.shared(self.metrics), ..self }
    }

    /// Bytes on the heap, the list of metrics included though hosts may share it.
    pub(crate) fn heap_bytes(&self) -> usize {
        let learned = |metric: &MetricRef| match metric {
            MetricRef::Known(_) => 0,
            MetricRef::Learned(metric) => metric.heap_bytes(),
        };
        size_of_val(&*self.metrics)
            + self.metrics.iter().map(learned).sum::<usize>()
            + size_of_val(&*self.ends)
            + size_of_val(&*self.labels)
            + self.values.all.len()
            + size_of_val(&*self.values.ends)
    }

    /// Which of the metrics the reading at `index` is of.
    fn place_of(&self, index: usize) -> usize {
        self.ends.partition_point(|end| usize::from(end.reading) <= index)
    }
}

/// The readings of a [`Shape`].
#[derive(Clone, Debug)]
pub struct ShapeIter<'a> {
    metrics: std::iter::Zip<slice::Iter<'a, MetricRef>, slice::Iter<'a, End>>,
    /// The metric of the reading before, and where its readings end.
    metric: Option<(&'a MetricRef, &'a End)>,
    /// Those of the readings to come.
    labels: &'a [u16],
    values: &'a Texts,
    at: usize,
    count: usize,
}

impl<'a> Iterator for ShapeIter<'a> {
    type Item = (&'a MetricRef, LabelsRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let metric = match self.metric {
            Some((metric, end)) if self.at < usize::from(end.reading) => metric,
            // Each metric in the list has readings.
            _ => self.metric.insert(self.metrics.next()?).0,
        };
        self.at += 1;
        let (indices, rest) = self.labels.split_at_checked(metric.labels.len())?;
        self.labels = rest;
        Some((metric, LabelsRef { indices, values: self.values }))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.count.saturating_sub(self.at);
        (left, Some(left))
    }
}

impl ExactSizeIterator for ShapeIter<'_> {}

/// The labels of a reading, as a [`Shape`] keeps them.
#[derive(Clone, Copy)]
pub struct LabelsRef<'a> {
    indices: &'a [u16],
    values: &'a Texts,
}

impl<'a> LabelsRef<'a> {
    /// The values in the order of the metric's label keys.
    pub fn iter(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.indices.iter().map(move |index| self.values.get(usize::from(*index)).unwrap_or_default())
    }

    /// Whether these are the labels with just these values.
    pub fn matches(self, values: &[&str]) -> bool {
        self.iter().eq(values.iter().copied())
    }
}

impl PartialEq for LabelsRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for LabelsRef<'_> {}

impl fmt::Debug for LabelsRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Texts, one behind the other.
#[derive(Clone, Debug, Default, PartialEq)]
struct Texts {
    all: Box<str>,
    ends: Box<[u16]>,
}

impl Texts {
    fn get(&self, index: usize) -> Option<&str> {
        let start = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.all.get(usize::from(start)..usize::from(*self.ends.get(index)?))
    }
}

/// A shape in the making.
#[derive(Debug, Default)]
pub(crate) struct ShapeBuilder {
    metrics: Vec<MetricRef>,
    ends: Vec<End>,
    labels: Vec<u16>,
    readings: usize,
}

impl ShapeBuilder {
    /// How many readings there are so far.
    pub(crate) fn len(&self) -> usize {
        self.readings
    }

    /// Adds `count` readings of a metric. None if there are not as many `labels` as they have, or too many.
    pub(crate) fn push(
        &mut self,
        metric: MetricRef,
        count: u16,
        labels: impl Iterator<Item = u16>,
    ) -> Option<()> {
        if count == 0 {
            return Some(());
        }
        let expected = self.labels.len() + usize::from(count) * metric.labels.len();
        self.labels.extend(labels);
        if self.labels.len() != expected {
            return None;
        }
        self.readings += usize::from(count);
        let reading = u16::try_from(self.readings).ok()?;
        self.ends.push(End { reading, label: u16::try_from(expected).ok()? });
        self.metrics.push(metric);
        Some(())
    }

    /// The shape whose labels are among these `values`. None if there are not as many values, or too long ones.
    ///
    /// Values are listed in the order in which they first appear, so that there are no more of them than labels.
    pub(crate) fn finish<'a>(self, values: impl Iterator<Item = &'a str>) -> Option<Shape> {
        let (mut all, mut ends) = (String::new(), Vec::new());
        for value in values.take(self.labels.len()) {
            all.push_str(value);
            ends.push(u16::try_from(all.len()).ok()?);
        }
        let known = ends.len();
        self.labels.iter().all(|label| usize::from(*label) < known).then(|| Shape {
            metrics: self.metrics.into(),
            ends: self.ends.into(),
            labels: self.labels.into(),
            values: Texts { all: all.into(), ends: ends.into() },
        })
    }
}

/// Lists of metrics that many hosts have: hosts of one kind and version have the same, whatever their labels are.
#[derive(Debug, Default)]
pub struct MetricLists(BTreeMap<Box<[MetricId]>, Weak<[MetricRef]>>);

impl MetricLists {
    /// A list that is equal to `list`, shared with other hosts if any has one.
    fn shared(&mut self, list: Arc<[MetricRef]>) -> Arc<[MetricRef]> {
        let ids: Box<[MetricId]> = list.iter().map(|metric| metric.id).collect();
        if let Some(known) = self.0.get(&ids).and_then(Weak::upgrade) {
            // What an origin says of a metric is its own word: another one's stays another list.
            return if known == list { known } else { list };
        }
        if self.0.len() >= METRIC_LISTS_MAX {
            self.0.retain(|_, list| list.strong_count() > 0);
        }
        if self.0.len() < METRIC_LISTS_MAX {
            self.0.insert(ids, Arc::downgrade(&list));
        }
        list
    }
}

#[cfg(test)]
mod tests;
