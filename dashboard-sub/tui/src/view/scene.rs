//! What the pictures of one host are drawn from.

use std::borrow::Cow;
use std::time::Duration;

use grapevine_proto::Metric;
use grapevine_sub::panel::Panels;
use grapevine_sub::{Assessment, Column, Entry, Freshness, Host, Levels, SeriesKey, Status};
use ratatui::style::Style;

use super::lines;
use crate::clock::Clock;
use crate::state::State;
use crate::theme::Tone;

/// A host at the moment that is shown, with its figures.
pub(super) struct Scene<'a> {
    pub(super) state: &'a State,
    pub(super) host: &'a Host,
    pub(super) panels: Panels<'a>,
    pub(super) assessment: &'a Assessment,
    pub(super) levels: Cow<'a, Levels>,
    pub(super) clock: Clock,
}

impl<'a> Scene<'a> {
    pub(super) fn of(state: &'a State, entry: &'a Entry) -> Self {
        let clock = state.shown();
        let host = &*entry.host;
        Self {
            state,
            host,
            panels: Panels::of(host, clock.now),
            assessment: &entry.assessment,
            levels: state.fleet.thresholds().levels_of(host),
            clock,
        }
    }

    /// The last `span` of a series in so many columns, the newest last; nothing where no past is kept.
    pub(super) fn past(
        &self,
        metric: &Metric,
        labels: &[&str],
        span: Duration,
        count: usize,
    ) -> Vec<Option<f64>> {
        let columns = self.columns(metric, labels, span, count).into_iter();
        columns.map(|column| column.map(|column| column.mean)).collect()
    }

    /// The same with the least and the greatest values.
    pub(super) fn columns(
        &self,
        metric: &Metric,
        labels: &[&str],
        span: Duration,
        count: usize,
    ) -> Vec<Option<Column>> {
        let key = SeriesKey::new(metric, labels);
        let trace = self.state.fleet.trace(self.host.origin(), key, self.clock.now);
        trace.map(|trace| trace.columns(span, count)).unwrap_or_default()
    }

    /// The last minutes of a series, a column for every two seconds.
    pub(super) fn recent(&self, metric: &Metric, labels: &[&str], count: usize) -> Vec<Option<f64>> {
        let seconds = u64::try_from(count).unwrap_or_default() * SPARK_COLUMN_S;
        let mut past = self.past(metric, labels, Duration::from_secs(seconds), count);
        // What begins later is told from what is silent by standing at the right in any case.
        while past.len() < count {
            past.insert(0, None);
        }
        past
    }

    /// Whether what is shown is of the past.
    pub(super) fn is_past(&self) -> bool {
        self.host.freshness(self.clock.now) > Freshness::Late || self.assessment.status == Status::Stale
    }

    pub(super) fn style(&self, tone: Tone) -> Style {
        self.state.theme.style(tone)
    }

    pub(super) fn fit(&self, text: &str, width: usize) -> String {
        lines::fit(text, width, self.state)
    }
}

/// Seconds of a column of a small chart.
const SPARK_COLUMN_S: u64 = 2;
