//! Times for which a value stood.

use std::iter::Peekable;
use std::ops::Range;

use super::tape::UNSAID;
use super::token::{ABSENT, Point};

/// A value that stood for some seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// In seconds of the archive's clock.
    pub(super) seconds: Range<u32>,
    /// Steps of the metric's scale.
    pub(super) value: i64,
}

/// The runs between points, within the spans in which the host was heard. What is absent is no run.
pub(super) struct Runs<'a, P: Iterator<Item = Point>> {
    points: Peekable<P>,
    spans: &'a [Range<u32>],
    range: Range<u32>,
    /// What is left of the run that a span has cut.
    rest: Option<Run>,
}

impl<'a, P: Iterator<Item = Point>> Runs<'a, P> {
    /// Of `points` in order, of which the last stands until the end of `range`.
    pub(super) fn new(points: P, spans: &'a [Range<u32>], range: Range<u32>) -> Self {
        Self { points: points.peekable(), spans, range, rest: None }
    }

    fn next_whole(&mut self) -> Option<Run> {
        loop {
            let point = self.points.next()?;
            let end = self.points.peek().map_or(self.range.end, |next| next.at.min(self.range.end));
            let seconds = point.at.max(self.range.start)..end;
            if !seconds.is_empty() && point.value != ABSENT && point.value != UNSAID {
                return Some(Run { seconds, value: point.value });
            }
            if point.at >= self.range.end {
                return None;
            }
        }
    }
}

impl<P: Iterator<Item = Point>> Iterator for Runs<'_, P> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        loop {
            let run = match self.rest.take() {
                Some(run) => run,
                None => self.next_whole()?,
            };
            while self.spans.first().is_some_and(|span| span.end <= run.seconds.start) {
                self.spans = self.spans.get(1..).unwrap_or_default();
            }
            let span = self.spans.first()?;
            let seconds = run.seconds.start.max(span.start)..run.seconds.end.min(span.end);
            if run.seconds.end > span.end {
                self.rest = Some(Run { seconds: span.end..run.seconds.end, value: run.value });
            }
            if !seconds.is_empty() {
                return Some(Run { seconds, value: run.value });
            }
        }
    }
}
