//! The hosts at one moment.

use std::sync::Arc;
use std::time::Instant;

use grapevine_proto::{Metric, MetricRef};
use grapevine_sub::{Assessment, Counters, Fleet, Host, HostReading, Panel, Status, Thresholds, View};

use super::Naming;
use super::meters::Meters;
use super::samples::write_label;

/// What is to be told: all hosts at one moment. Shares them with whoever else has them, so that it can be told slowly.
#[derive(Clone, Debug)]
pub struct Scrape {
    pub(super) hosts: Vec<Seen>,
    pub(super) counters: Counters,
    pub(super) now: Instant,
    /// Seconds since 1970 on the clock on the wall.
    pub(super) wall_s: f64,
    pub(super) meters: Option<Meters>,
}

/// A host, how its panels are, and the labels of all its series.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) host: Arc<Host>,
    panels: [Option<Status>; Panel::ALL.len()],
    pub(super) labels: Box<str>,
}

impl Scrape {
    /// The hosts of `fleet`, judged as it has judged them, at `now`, when the clock on the wall shows `wall_s` seconds
    /// since 1970. `counters` are those of the view that the fleet follows.
    pub fn of_fleet(fleet: &Fleet, counters: &Counters, now: Instant, wall_s: f64) -> Self {
        let hosts = fleet.entries().iter().map(|entry| Seen::new(&entry.host, &entry.assessment)).collect();
        Self { hosts, counters: *counters, now, wall_s, meters: None }
    }

    /// These hosts with how they are judged, at `now`, when the clock on the wall shows `wall_s` seconds since 1970.
    pub fn of_hosts<'h>(
        hosts: impl Iterator<Item = (&'h Arc<Host>, &'h Assessment)>,
        counters: &Counters,
        now: Instant,
        wall_s: f64,
    ) -> Self {
        let hosts = hosts.map(|(host, assessment)| Seen::new(host, assessment)).collect();
        Self { hosts, counters: *counters, now, wall_s, meters: None }
    }

    /// The hosts of `view`, judged by `thresholds`, at `now`, when the clock on the wall shows `wall_s` seconds since 1970.
    pub fn of_view(view: &View, thresholds: &Thresholds, now: Instant, wall_s: f64) -> Self {
        let seen = |host| Seen::new(host, &thresholds.assess(host, now, wall_s));
        let hosts = view.hosts().iter().map(seen).collect();
        Self { hosts, counters: *view.counters(), now, wall_s, meters: None }
    }

    /// The same with counters that hosts do not tell: without them their families are left out.
    #[must_use]
    pub fn metered(self, meters: &Meters) -> Self {
        Self { meters: Some(meters.clone()), ..self }
    }

    /// Writes down by which labels each host goes.
    pub(super) fn label_hosts(&mut self, naming: Naming) {
        for seen in &mut self.hosts {
            let mut labels = String::new();
            write_label(&mut labels, naming.host_label(), seen.host.name().as_str());
            if seen.host.in_conflict() {
                write_label(&mut labels, ORIGIN, &seen.host.origin().to_string());
            }
            seen.labels = labels.into();
        }
    }
}

impl Seen {
    fn new(host: &Arc<Host>, assessment: &Assessment) -> Self {
        Self {
            host: Arc::clone(host),
            panels: Panel::ALL.map(|panel| assessment.panel(panel)),
            labels: "".into(),
        }
    }

    /// The readings of this row of the catalogue that have a value that is not too old.
    pub(super) fn current<'s>(
        &'s self,
        metric: &Metric,
        scrape: &Scrape,
    ) -> impl Iterator<Item = HostReading<'s>> + use<'s> {
        let now = scrape.now;
        // A host may describe a row that the catalogue has in its own way: that is another metric.
        let is_known = |reading: &HostReading<'_>| matches!(reading.metric, MetricRef::Known(_));
        let readings = self.host.readings_of_id(metric.id).filter(is_known);
        readings.filter(move |reading| reading.state.value().is_some() && !reading.is_stale(now))
    }

    /// The current number of the reading of this row without labels.
    pub(super) fn number(&self, metric: &Metric, scrape: &Scrape) -> Option<f64> {
        self.current(metric, scrape).next()?.state.number()
    }

    /// The current text of the reading of this row without labels.
    pub(super) fn text(&self, metric: &Metric, scrape: &Scrape) -> Option<&str> {
        self.current(metric, scrape).next()?.state.text()
    }

    /// How each panel is that the host has.
    pub(super) fn panels(&self) -> impl Iterator<Item = (Panel, Status)> {
        Panel::ALL.into_iter().zip(self.panels).filter_map(|(panel, status)| Some((panel, status?)))
    }
}

/// The label that tells apart hosts of one name.
pub(super) const ORIGIN: &str = "origin";
