//! One host as the view shows it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_proto::{
    Frame, HostName, Identity, LabelsRef, Links, MetricId, MetricRef, Mirror, OriginId, Position, Shape,
    StateRef, States,
};

use crate::freshness::Freshness;

/// A host's state as its newest frame has it. Immutable; a clone shares nearly everything.
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
    shape: Arc<Shape>,
    states: Arc<States>,
    /// Of each value kept from earlier, when it was read. An origin tells its age only now and then, so it grows here.
    read_at: Box<[Instant]>,
    /// The freshness told last.
    told: Freshness,
}

/// What the newest frame's envelope said, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) position: Position,
    pub(crate) hops: u8,
    pub(crate) age_ms: u32,
    pub(crate) at: Instant,
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
        let series = self.shape.iter().enumerate();
        series.map(|(index, (metric, labels))| self.show(index, metric, labels, self.states.at(index)))
    }

    /// The reading at this place of [`Host::readings`].
    pub fn reading(&self, index: usize) -> Option<HostReading<'_>> {
        let ((metric, labels), state) = self.shape.get(index).zip(self.states.get(index))?;
        Some(self.show(index, metric, labels, state))
    }

    /// The readings of the metric named `metric`, one for each set of labels.
    pub fn readings_of(&self, metric: &str) -> impl Iterator<Item = HostReading<'_>> {
        self.shape.places_of(metric).filter_map(|index| self.reading(index))
    }

    /// The metrics of which there are readings, in ascending order of their numbers.
    pub fn metrics(&self) -> &[MetricRef] {
        self.shape.metrics()
    }

    /// The readings of the metric with this number, one for each set of labels.
    pub fn readings_of_id(&self, metric: MetricId) -> impl Iterator<Item = HostReading<'_>> {
        self.shape.places_of_id(metric).filter_map(|index| self.reading(index))
    }

    /// The readings of the metrics that are `wanted`, in their order.
    pub(crate) fn readings_of_those(
        &self,
        wanted: impl Fn(MetricId) -> bool,
    ) -> impl Iterator<Item = HostReading<'_>> {
        let series = self.shape.iter_of(wanted);
        series.map(|(index, metric, labels)| self.show(index, metric, labels, self.states.at(index)))
    }

    /// The number of the reading without labels of the metric named `metric`, fresh or kept.
    pub fn number(&self, metric: &str) -> Option<f64> {
        self.readings_of(metric).find(|reading| reading.metric.labels.is_empty())?.state.number()
    }

    /// The text of the reading without labels of the metric named `metric`, fresh or kept.
    pub fn text(&self, metric: &str) -> Option<&str> {
        self.readings_of(metric).find(|reading| reading.metric.labels.is_empty())?.state.text()
    }

    #[inline]
    fn show<'a>(
        &'a self,
        index: usize,
        metric: &'a MetricRef,
        labels: LabelsRef<'a>,
        state: StateRef<'a>,
    ) -> HostReading<'a> {
        let read_at = self.states.kept_rank(index).and_then(|rank| self.read_at.get(rank).copied());
        HostReading { metric, labels, state, read_at, host: self }
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

    /// Whether the value is too old at `now` to be shown as current. A host that speaks seldom is not stale between its
    /// frames.
    pub fn is_stale(&self, now: Instant) -> bool {
        let patience_ms = Freshness::fresh_ms(self.host.identity.interval_ms);
        self.age_ms(now) > u64::from(self.metric.max_age_ms).max(patience_ms)
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
        let arrival = Arrival::of(frame, now);
        let states = Arc::clone(mirror.states());
        let mut host = Self {
            origin: frame.origin(),
            identity: mirror.shared_identity(),
            arrival,
            conflict: false,
            left: mirror.has_left(),
            dead: false,
            links: mirror.shared_links(),
            shape: Arc::clone(mirror.shape()),
            read_at: read_at(&states, &arrival, |_, _| None),
            states,
            told: Freshness::Fresh,
        };
        host.told = host.freshness(now);
        host
    }

    /// Takes over what `mirror` shows now that it has applied this frame.
    pub(crate) fn follow(&mut self, mirror: &Mirror, frame: &Frame, now: Instant) -> Difference {
        self.left = mirror.has_left();
        self.links = mirror.shared_links();
        self.arrival = Arrival { position: mirror.position(), ..Arrival::of(frame, now) };
        let earlier = std::mem::replace(&mut self.states, Arc::clone(mirror.states()));
        // A mirror keeps the identity and shape that a keyframe only repeats.
        if !(Arc::ptr_eq(&self.shape, mirror.shape())
            && Arc::ptr_eq(&self.identity, &mirror.shared_identity()))
        {
            self.identity = mirror.shared_identity();
            self.shape = Arc::clone(mirror.shape());
            self.read_at = read_at(&self.states, &self.arrival, |_, _| None);
            return Difference::Replaced;
        }
        let mut changed = Vec::with_capacity(self.states.len());
        changed.extend(self.states.differences(&earlier));
        changed.shrink_to_fit();
        let read_before = |place, read_at: Instant| {
            let before = *self.read_at.get(earlier.kept_rank(place)?)?;
            let is_repeated = earlier.get(place) == self.states.get(place);
            let is_known = changed.binary_search(&place).is_err();
            is_known.then(|| if is_repeated { before } else { before.min(read_at) })
        };
        self.read_at = read_at(&self.states, &self.arrival, read_before);
        Difference::States(changed)
    }

    /// What to tell if the host is another than `told` last at `now`, and that it is told.
    pub(crate) fn freshness_to_tell(&self, now: Instant) -> Option<Freshness> {
        let freshness = self.freshness(now);
        (freshness != self.told).then_some(freshness)
    }

    pub(crate) fn tell(&mut self, freshness: Freshness) {
        self.told = freshness;
    }

    pub(crate) fn shared_links(&self) -> Arc<Links> {
        Arc::clone(&self.links)
    }

    /// What the readings are of: the same as long as their places mean the same.
    pub(crate) fn shape(&self) -> &Arc<Shape> {
        &self.shape
    }

    /// The states of all readings, in their order.
    pub(crate) fn states(&self) -> &States {
        &self.states
    }

    pub(crate) fn has_left(&self) -> bool {
        self.left
    }
}

/// When the values that were kept in `states` were read, by what a frame that arrived so says, unless `before` knows
/// better: it gets the place of the reading and what this frame says.
fn read_at(
    states: &States,
    arrival: &Arrival,
    before: impl Fn(usize, Instant) -> Option<Instant>,
) -> Box<[Instant]> {
    let read_at = |place| {
        let kept_ms = match states.get(place) {
            Some(StateRef::Kept { age_ms, .. }) => age_ms,
            _ => 0,
        };
        let age = Duration::from_millis(u64::from(kept_ms) + u64::from(arrival.age_ms));
        let read_at = arrival.at.checked_sub(age).unwrap_or(arrival.at);
        before(place, read_at).unwrap_or(read_at)
    };
    states.kept().map(read_at).collect()
}

impl Arrival {
    fn of(frame: &Frame, at: Instant) -> Self {
        Self { position: frame.position(), hops: frame.hop_count(), age_ms: frame.age_ms(), at }
    }
}

fn since_ms(earlier: Instant, now: Instant) -> u64 {
    u64::try_from(now.saturating_duration_since(earlier).as_millis()).unwrap_or(u64::MAX)
}
