//! One host as the view shows it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_proto::{
    Applied, Frame, HostName, Identity, Labels, LabelsRef, Links, MetricRef, Mirror, OriginId, Position,
    Reading, State, StateRef,
};

use crate::freshness::Freshness;

/// A host's state as its newest frame has it. Immutable; a clone shares all but the states.
#[derive(Clone, Debug)]
pub struct Host {
    origin: OriginId,
    identity: Arc<Identity>,
    pub(crate) arrival: Arrival,
    pub(crate) conflict: bool,
    left: bool,
    /// Whether most of its neighbours lost it.
    pub(crate) dead: bool,
    links: Arc<Links>,
    series: Arc<[Series]>,
    cells: Vec<Cell>,
}

/// The state of a reading.
#[derive(Clone, Debug)]
struct Cell {
    state: State,
    /// When a kept value was read. An origin tells the age of a kept value only now and then, so it grows here.
    read_at: Option<Instant>,
}

/// What the newest frame's envelope said, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) position: Position,
    pub(crate) hops: u8,
    pub(crate) age_ms: u32,
    pub(crate) at: Instant,
}

/// What a reading is of, without its state.
#[derive(Clone, Debug, PartialEq)]
struct Series {
    metric: MetricRef,
    labels: Labels,
}

impl Host {
    /// The host's name, as it says itself. Two hosts can claim one name: see [`Host::in_conflict`].
    pub fn name(&self) -> &HostName {
        &self.identity.host
    }

    /// Who seals the host's frames: unlike the name, nobody else can claim it.
    pub fn origin(&self) -> OriginId {
        self.origin
    }

    /// Name, role, groups and the interval between frames.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Epoch and sequence of the newest frame.
    pub fn position(&self) -> Position {
        self.arrival.position
    }

    /// How many links between agents the newest frame crossed.
    pub fn hops(&self) -> u8 {
        self.arrival.hops
    }

    /// Age of the newest frame at `now` in milliseconds: its age when it arrived, and the time since.
    pub fn age_ms(&self, now: Instant) -> u64 {
        since_ms(self.arrival.at, now).saturating_add(u64::from(self.arrival.age_ms))
    }

    /// How current the state is at `now`.
    pub fn freshness(&self, now: Instant) -> Freshness {
        if self.left {
            return Freshness::Left;
        }
        if self.dead {
            return Freshness::Dead;
        }
        Freshness::of(self.age_ms(now), self.identity.interval_ms)
    }

    /// The neighbours with which the host's agent has links, and those that it lost, by its newest frame.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// Whether another origin claims the same name. Each of them is shown as a host of its own.
    pub fn in_conflict(&self) -> bool {
        self.conflict
    }

    /// All readings, in ascending order of their metrics' numbers.
    pub fn readings(&self) -> impl ExactSizeIterator<Item = HostReading<'_>> {
        self.series.iter().zip(&self.cells).map(|(series, cell)| self.show(series, cell))
    }

    /// The reading at this place of [`Host::readings`].
    pub fn reading(&self, index: usize) -> Option<HostReading<'_>> {
        let (series, cell) = self.series.get(index).zip(self.cells.get(index))?;
        Some(self.show(series, cell))
    }

    /// The readings of the metric named `metric`, one for each set of labels.
    pub fn readings_of(&self, metric: &str) -> impl Iterator<Item = HostReading<'_>> {
        self.readings().filter(move |reading| reading.metric.name == metric)
    }

    /// The number of the reading without labels of the metric named `metric`, fresh or kept.
    pub fn number(&self, metric: &str) -> Option<f64> {
        self.readings_of(metric).find(|reading| reading.metric.labels.is_empty())?.state.number()
    }

    /// The text of the reading without labels of the metric named `metric`, fresh or kept.
    pub fn text(&self, metric: &str) -> Option<&str> {
        self.readings_of(metric).find(|reading| reading.metric.labels.is_empty())?.state.text()
    }

    fn show<'a>(&'a self, series: &'a Series, cell: &'a Cell) -> HostReading<'a> {
        HostReading {
            metric: &series.metric,
            labels: (&series.labels).into(),
            state: cell.state.as_ref(),
            read_at: cell.read_at,
            host: self,
        }
    }
}

/// One reading of a host.
#[derive(Clone, Copy, Debug)]
pub struct HostReading<'a> {
    /// Which metric.
    pub metric: &'a MetricRef,
    /// Values of the metric's label keys, in the keys' order.
    pub labels: LabelsRef<'a>,
    /// The value or why there is none.
    pub state: StateRef<'a>,
    read_at: Option<Instant>,
    host: &'a Host,
}

impl<'a> HostReading<'a> {
    /// The labels as key and value.
    pub fn labelled(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.metric.labels.iter().zip(self.labels.iter())
    }

    /// The value of the label with this key.
    pub fn label(&self, key: &str) -> Option<&'a str> {
        self.labelled().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// Age of the value at `now` in milliseconds: that of the host's newest frame, or of a value kept from earlier.
    pub fn age_ms(&self, now: Instant) -> u64 {
        let frame_age_ms = self.host.age_ms(now);
        self.read_at.map_or(frame_age_ms, |read_at| since_ms(read_at, now).max(frame_age_ms))
    }

    /// Whether the value is too old at `now` to be shown as current.
    pub fn is_stale(&self, now: Instant) -> bool {
        self.age_ms(now) > u64::from(self.metric.max_age_ms)
    }
}

/// What an origin's next frame did to its host.
pub(crate) enum Difference {
    /// The readings or the identity are others now.
    Replaced,
    /// The states of the readings at these places changed.
    States(Vec<usize>),
}

impl Host {
    pub(crate) fn new(mirror: &Mirror, frame: &Frame, now: Instant) -> Self {
        let mut host = Self {
            origin: frame.origin(),
            identity: Arc::new(mirror.identity().clone()),
            arrival: Arrival::of(frame, now),
            conflict: false,
            left: false,
            dead: false,
            links: Arc::new(mirror.links().clone()),
            series: Arc::new([]),
            cells: Vec::new(),
        };
        host.replace(mirror);
        host
    }

    /// Takes over what `mirror` shows now that it has `applied` this frame.
    pub(crate) fn follow(
        &mut self,
        mirror: &Mirror,
        applied: Applied,
        frame: &Frame,
        now: Instant,
    ) -> Difference {
        self.left = mirror.has_left();
        if *self.links != *mirror.links() {
            self.links = Arc::new(mirror.links().clone());
        }
        self.arrival = Arrival { position: mirror.position(), ..Arrival::of(frame, now) };
        if applied == Applied::Replaced && !self.has_shape_of(mirror) {
            self.replace(mirror);
            return Difference::Replaced;
        }
        let mut changed = Vec::new();
        for (index, (cell, reading)) in self.cells.iter_mut().zip(mirror.readings()).enumerate() {
            if cell.state == reading.state {
                continue;
            }
            let next = Cell::of(&reading.state, &self.arrival);
            if cell.differs_by_age_only(&next) {
                cell.read_at = cell.read_at.min(next.read_at);
                cell.state = next.state;
            } else {
                *cell = next;
                changed.push(index);
            }
        }
        Difference::States(changed)
    }

    pub(crate) fn shared_links(&self) -> Arc<Links> {
        Arc::clone(&self.links)
    }

    pub(crate) fn has_left(&self) -> bool {
        self.left
    }

    fn replace(&mut self, mirror: &Mirror) {
        if *self.identity != *mirror.identity() {
            self.identity = Arc::new(mirror.identity().clone());
        }
        let readings = mirror.readings();
        self.series = readings
            .iter()
            .map(|Reading { metric, labels, .. }| Series { metric: metric.clone(), labels: labels.clone() })
            .collect();
        self.cells = readings.iter().map(|reading| Cell::of(&reading.state, &self.arrival)).collect();
    }

    /// Whether identity and readings are the mirror's, states aside. A keyframe that only repeats them is common.
    fn has_shape_of(&self, mirror: &Mirror) -> bool {
        let readings = mirror.readings();
        *self.identity == *mirror.identity()
            && self.series.len() == readings.len()
            && self
                .series
                .iter()
                .zip(readings)
                .all(|(series, reading)| series.metric == reading.metric && series.labels == reading.labels)
    }
}

impl Arrival {
    fn of(frame: &Frame, at: Instant) -> Self {
        Self { position: frame.position(), hops: frame.hop_count(), age_ms: frame.age_ms(), at }
    }
}

impl Cell {
    fn of(state: &State, arrival: &Arrival) -> Self {
        let read_at = match state {
            State::Kept { age_ms, .. } => {
                let age_ms = u64::from(*age_ms) + u64::from(arrival.age_ms);
                arrival.at.checked_sub(Duration::from_millis(age_ms))
            }
            State::Present(_) | State::Absent(_) => None,
        };
        Self { state: state.clone(), read_at }
    }

    /// A kept value grows older; that alone is no news.
    fn differs_by_age_only(&self, next: &Self) -> bool {
        match (&self.state, &next.state) {
            (State::Kept { value: a, absence: b, .. }, State::Kept { value: c, absence: d, .. }) => {
                a == c && b == d
            }
            _ => false,
        }
    }
}

fn since_ms(earlier: Instant, now: Instant) -> u64 {
    u64::try_from(now.saturating_duration_since(earlier).as_millis()).unwrap_or(u64::MAX)
}
