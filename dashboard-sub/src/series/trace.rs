//! What is read from an archive.

use std::ops::Range;
use std::time::Duration;

use grapevine_proto::Scale;

use super::coarse::Bucket;
use super::host::{HostSeries, Series};
use super::pool::Pool;
use super::run::{Run, Runs};
use crate::limits::HISTORY_COARSE_S;

/// The past of one series, as it is known at a moment.
///
/// Times are given as ages: how long ago something was. A second in which the host was silent or the reading absent has
/// no value; the newest value stands as long as the host counts as fresh.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    pool: &'a Pool,
    host: &'a HostSeries,
    series: &'a Series,
    /// The second that has begun, on the archive's clock.
    now: u32,
}

/// A value and when it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// How many seconds ago; 0 is the second that has begun.
    pub age_s: u32,
    /// In the metric's unit.
    pub value: f64,
}

/// What a series was like for a while, in the metric's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The least value.
    pub min: f64,
    /// The mean over the time in which there was a value.
    pub mean: f64,
    /// The greatest value.
    pub max: f64,
}

impl<'a> Trace<'a> {
    pub(super) fn new(pool: &'a Pool, host: &'a HostSeries, series: &'a Series, now: u32) -> Self {
        Self { pool, host, series, now }
    }

    /// A value for each second of the fine tier that has one and is at most `span` ago, oldest first.
    pub fn samples(&self, span: Duration) -> impl Iterator<Item = Sample> + use<'a> {
        let (now, scale) = (self.now, self.series.scale);
        let spans = self.spans();
        let runs: Vec<Run> = self.runs(self.since(span), &spans).collect();
        runs.into_iter().flat_map(move |run| {
            let value = scale.restore(run.value);
            run.seconds.map(move |second| Sample { age_s: now - second, value })
        })
    }

    /// The last `span` in columns of equal width, of at least a second, the newest last. `None` for a column without
    /// any value. Columns begin at full multiples of their width, so that they do not change as time goes on.
    pub fn columns(&self, span: Duration, count: usize) -> Vec<Option<Column>> {
        let width = width(span, count);
        let end = (self.now / width + 1) * width;
        let start = end.saturating_sub(width.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX)));
        let mut chart = Chart { start, width, scale: self.series.scale, columns: vec![Sum::NONE; count] };
        if let Some(coarse) = &self.series.coarse {
            for bucket in coarse.buckets(self.pool) {
                chart.add(&bucket);
            }
        }
        let spans = self.spans();
        for Run { seconds, value } in self.runs(start, &spans) {
            chart.add(&Bucket { seconds, min: value, mean: value, max: value });
        }
        chart.columns.iter().map(Sum::column).collect()
    }

    /// The width of these columns in seconds, and how many seconds of the newest one are still to come.
    pub fn column_width(&self, span: Duration, count: usize) -> (u32, u32) {
        let width = width(span, count);
        (width, (self.now / width + 1) * width - self.now)
    }

    /// How long ago the oldest value was that is still known, in seconds.
    pub fn oldest_s(&self) -> Option<u32> {
        let coarse = self.series.coarse.as_ref().and_then(|coarse| coarse.buckets(self.pool).next());
        let oldest = coarse.map(|bucket| bucket.seconds.start).or_else(|| {
            let spans = self.spans();
            self.runs(0, &spans).next().map(|run| run.seconds.start)
        })?;
        Some(self.now.saturating_sub(oldest))
    }

    /// When the host was heard; the last value stands a little longer.
    fn spans(&self) -> Vec<Range<u32>> {
        let mut spans = self.host.spans().as_slice().to_vec();
        let newest = self.host.newest_second();
        if let Some(last) = spans.last_mut().filter(|last| last.end == newest + 1) {
            last.end = last.end.max(self.now.min(newest.saturating_add(self.host.hold_s)) + 1);
        }
        spans
    }

    fn since(&self, span: Duration) -> u32 {
        self.now.saturating_sub(seconds(span))
    }

    fn runs<'s>(&self, from: u32, spans: &'s [Range<u32>]) -> impl Iterator<Item = Run> + use<'s, 'a> {
        Runs::new(self.series.tape.points(from, self.pool), spans, from..self.now + 1)
    }
}

/// Columns that are being filled.
struct Chart {
    start: u32,
    width: u32,
    scale: Scale,
    columns: Vec<Sum>,
}

/// What a column's values add up to, weighted by time.
#[derive(Clone, Copy)]
struct Sum {
    seconds: u32,
    sum: f64,
    min: f64,
    max: f64,
}

impl Chart {
    /// Adds a time with values to the columns that it lies in.
    fn add(&mut self, bucket: &Bucket) {
        let [min, mean, max] = [bucket.min, bucket.mean, bucket.max].map(|steps| self.scale.restore(steps));
        let end = bucket.seconds.end;
        let mut start = bucket.seconds.start.max(self.start);
        while start < end {
            let number = (start - self.start) / self.width;
            let column_end = self.start + (number + 1) * self.width;
            let column = usize::try_from(number).ok().and_then(|number| self.columns.get_mut(number));
            let Some(column) = column else { return };
            let seconds = end.min(column_end) - start;
            column.seconds += seconds;
            column.sum += mean * f64::from(seconds);
            column.min = column.min.min(min);
            column.max = column.max.max(max);
            start = column_end;
        }
    }
}

impl Sum {
    const NONE: Self = Self { seconds: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY };

    fn column(&self) -> Option<Column> {
        let mean = self.sum / f64::from(self.seconds);
        (self.seconds > 0).then_some(Column { min: self.min, mean, max: self.max })
    }
}

fn seconds(span: Duration) -> u32 {
    u32::try_from(span.as_secs()).unwrap_or(u32::MAX)
}

/// Of each of so many columns.
fn width(span: Duration, count: usize) -> u32 {
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    seconds(span).min(HISTORY_COARSE_S).div_ceil(count).max(1)
}
