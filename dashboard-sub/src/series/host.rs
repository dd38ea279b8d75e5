//! All series of one host.

use std::sync::Arc;
use std::time::Instant;

use grapevine_proto::{Metric, Position, Scale, Shape, StateRef, ValueRef};

use super::coarse::Coarse;
use super::key::SeriesKey;
use super::pool::Pool;
use super::run::Runs;
use super::spans::Spans;
use super::tape::{Place, Tape};
use super::token::{ABSENT, Point};
use super::watch::{Wanted, select};
use crate::freshness::Freshness;
use crate::host::{Host, HostReading};
use crate::limits::{HISTORY_COARSE_S, HISTORY_FINE_S, REPLAY_IDLE};

/// The series of a host, and when it was heard.
#[derive(Debug)]
pub(super) struct HostSeries {
    /// In the order of their keys.
    series: Vec<Series>,
    /// Where in the host's newest frame each of them is.
    live: Places,
    spans: Spans,
    newest: Stamp,
    split: Option<Box<Split>>,
    /// Whether the next gap is one that the past may fill.
    may_split: bool,
    /// How long a value stands without another frame, in seconds.
    pub(super) hold_s: u32,
    series_max: usize,
    trim_at: u32,
}

/// One series.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) key: SeriesKey,
    pub(super) scale: Scale,
    pub(super) tape: Tape,
    pub(super) coarse: Option<Box<Coarse>>,
}

/// Which frame, and when its values were read, in seconds of the archive's clock.
#[derive(Clone, Copy, Debug, Default)]
struct Stamp {
    position: Position,
    second: u32,
}

/// A gap that the past may fill.
#[derive(Debug)]
struct Split {
    /// The last frame before it.
    before: Stamp,
    /// The first frame behind it.
    after: Stamp,
    places: Places,
    touched: Instant,
}

/// The places of all series among a host's readings.
#[derive(Debug, Default)]
struct Places {
    /// The readings for which they hold.
    shape: Option<Arc<Shape>>,
    /// One for each series, [`NOWHERE`] if the host has no such reading.
    places: Vec<u16>,
}

const NOWHERE: u16 = u16::MAX;

/// What holds for all hosts.
pub(super) struct Rules<'a> {
    pub(super) watched: &'a [&'static Metric],
    /// Most series of this host.
    pub(super) series_max: usize,
}

impl HostSeries {
    pub(super) fn new() -> Self {
        Self {
            series: Vec::new(),
            live: Places::default(),
            spans: Spans::default(),
            newest: Stamp::default(),
            split: None,
            may_split: true,
            hold_s: 0,
            series_max: 0,
            trim_at: 0,
        }
    }

    pub(super) fn get(&self, key: SeriesKey) -> Option<&Series> {
        self.series.get(self.series.binary_search_by_key(&key, |series| series.key).ok()?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Series> {
        self.series.iter()
    }

    pub(super) fn spans(&self) -> &Spans {
        &self.spans
    }

    /// When its newest values were read.
    pub(super) fn newest_second(&self) -> u32 {
        self.newest.second
    }

    /// From now on the past may be told again.
    pub(super) fn expect_past(&mut self) {
        self.may_split = true;
    }

    /// Takes in the host as it was at `second`. What is known already, or lies where nothing can be added, is left out.
    pub(super) fn take(
        &mut self,
        host: &Host,
        second: u32,
        now: Instant,
        rules: &Rules<'_>,
        pool: &mut Pool,
    ) {
        self.hold_s = hold_s(host);
        let Some((place, second)) = self.admit(host.position(), second, now, pool) else { return };
        self.find_places(place, host, rules, pool);
        let states = host.states();
        let places = match (place, &self.split) {
            (Place::Split, Some(split)) => &split.places,
            _ => &self.live,
        };
        for (series, at) in self.series.iter_mut().zip(&places.places) {
            let at = usize::from(*at);
            let number = match states.get(at) {
                Some(StateRef::Present(ValueRef::Number(number))) => Some(number),
                Some(StateRef::Kept { .. }) => {
                    host.reading(at).and_then(|reading| current(&reading, host.age_ms(now), now))
                }
                Some(StateRef::Present(ValueRef::Text(_)) | StateRef::Absent(_)) | None => None,
            };
            let value = number.and_then(|number| series.scale.quantise(number)).unwrap_or(ABSENT);
            series.tape.set(place, Point { at: second, value }, pool);
        }
        if second >= self.trim_at {
            self.trim(second, pool);
        }
    }

    /// Notices that the past has been told.
    pub(super) fn handle_tick(&mut self, now: Instant, pool: &mut Pool) {
        let rests = |split: &mut Box<Split>| now.saturating_duration_since(split.touched) > REPLAY_IDLE;
        if self.split.take_if(rests).is_some() {
            for series in &mut self.series {
                series.tape.close_split(pool);
            }
        }
    }

    /// Gives up the oldest chunk of each series in the coarse tier, and tells whether there was any.
    pub(super) fn give_coarse(&mut self, pool: &mut Pool) -> bool {
        let mut gave = false;
        for series in &mut self.series {
            gave |= series.coarse.as_mut().is_some_and(|coarse| coarse.drop_oldest(pool));
        }
        gave
    }

    /// Gives up the oldest chunk of each series in the fine tier but its last, and tells whether there was any.
    pub(super) fn give_fine(&mut self, pool: &mut Pool) -> bool {
        let mut gave = false;
        for series in &mut self.series {
            gave |= series.tape.drop_oldest(pool).is_some();
        }
        gave
    }

    /// Bytes besides the chunks.
    pub(super) fn bytes(&self) -> usize {
        let coarse = self.series.iter().filter(|series| series.coarse.is_some()).count();
        size_of::<Self>()
            + self.series.capacity() * (size_of::<Series>() + size_of::<u16>())
            + coarse * size_of::<Coarse>()
            + self.spans.bytes()
    }

    pub(super) fn clear(&mut self, pool: &mut Pool) {
        for mut series in self.series.drain(..) {
            series.clear(pool);
        }
    }

    /// Where a frame belongs that stands at `position`, and the second that counts for it.
    fn admit(
        &mut self,
        position: Position,
        second: u32,
        now: Instant,
        pool: &mut Pool,
    ) -> Option<(Place, u32)> {
        if position > self.newest.position {
            let (before, second) = (self.newest, second.max(self.newest.second));
            self.newest = Stamp { position, second };
            let follows =
                Position { sequence: before.position.sequence.saturating_add(1), ..before.position };
            if position != follows {
                self.open_gap(before, now, pool);
            }
            let is_bridged = second - before.second <= self.hold_s;
            self.spans.add(if is_bridged { before.second } else { second }..second + 1);
            return Some((Place::End, second));
        }
        let (split, hold_s) = (self.split.as_mut()?, self.hold_s);
        if position <= split.before.position || position >= split.after.position {
            return None;
        }
        let second = second.clamp(split.before.second, split.after.second);
        let from = if second - split.before.second <= hold_s { split.before.second } else { second };
        let to = if split.after.second - second <= hold_s { split.after.second } else { second };
        self.spans.add(from..to + 1);
        split.before = Stamp { position, second };
        split.touched = now;
        Some((Place::Split, second))
    }

    /// Frames are missing between the newest one and that `before`: the past may tell them, if it may be told at all.
    fn open_gap(&mut self, before: Stamp, now: Instant, pool: &mut Pool) {
        if std::mem::take(&mut self.may_split) {
            self.series.iter_mut().for_each(|series| series.tape.split(pool));
            let places = Places::default();
            self.split = Some(Box::new(Split { before, after: self.newest, places, touched: now }));
        } else if let Some(split) =
            self.split.as_mut().filter(|split| split.after.position == before.position)
        {
            // One frame since the split: a keyframe, which an agent sends ahead of the newest frame. The gap goes up
            // to that, and the past will tell the keyframe again.
            self.series.iter_mut().for_each(|series| series.tape.rewind());
            self.spans.take_last();
            split.after = self.newest;
            split.touched = now;
        }
    }

    /// Sees to it that the places are those of the host's readings, and that the series that are wanted are there.
    fn find_places(&mut self, place: Place, host: &Host, rules: &Rules<'_>, pool: &mut Pool) {
        let known = match (place, &self.split) {
            (Place::Split, Some(split)) => &split.places,
            _ => &self.live,
        };
        let is_known = known.shape.as_ref().is_some_and(|shape| Arc::ptr_eq(shape, host.shape()));
        if is_known && self.series_max == rules.series_max {
            return;
        }
        let wanted = select(host, rules.watched, rules.series_max);
        self.series_max = rules.series_max;
        let at =
            |key| wanted.binary_search_by_key(&key, |wanted| wanted.key).ok().and_then(|at| wanted.get(at));
        self.keep(&wanted, |key| place == Place::Split || at(key).is_some(), pool);
        let places = self.series.iter().map(|series| at(series.key).map_or(NOWHERE, |wanted| wanted.place));
        let found = Places { shape: Some(Arc::clone(host.shape())), places: places.collect() };
        match (place, &mut self.split) {
            (Place::Split, Some(split)) => split.places = found,
            _ => self.live = found,
        }
    }

    /// Adds the series that are wanted and not there yet. For them others have to go that are not `needed`: of
    /// processes that ended, or of a time with fewer hosts.
    fn keep(&mut self, wanted: &[Wanted], needed: impl Fn(SeriesKey) -> bool, pool: &mut Pool) {
        let mut fresh: Vec<Series> = wanted
            .iter()
            .filter(|wanted| self.get(wanted.key).is_none())
            .map(|wanted| Series::new(wanted.key, wanted.scale))
            .collect();
        let count_before = self.series.len();
        let mut surplus = (count_before + fresh.len()).saturating_sub(self.series_max);
        self.series.retain_mut(|series| {
            let goes = surplus > 0 && !needed(series.key);
            if goes {
                surplus -= 1;
                series.clear(pool);
            }
            !goes
        });
        fresh.truncate(self.series_max.saturating_sub(self.series.len()));
        if fresh.is_empty() && self.series.len() == count_before {
            return;
        }
        self.series.shrink_to_fit();
        self.series.reserve_exact(fresh.len());
        self.series.extend(fresh);
        self.series.sort_by_key(|series| series.key);
        // All places no longer stand beside their series.
        self.live = Places::default();
        if let Some(split) = &mut self.split {
            split.places = Places::default();
        }
    }

    /// Moves to the coarse tier what left the fine one, and forgets what left that.
    fn trim(&mut self, second: u32, pool: &mut Pool) {
        self.trim_at = second.saturating_add(TRIM_S);
        let (fine_from, coarse_from) =
            (second.saturating_sub(HISTORY_FINE_S), second.saturating_sub(HISTORY_COARSE_S));
        self.spans.forget_before(coarse_from);
        for series in &mut self.series {
            series.trim(fine_from, coarse_from, &self.spans, pool);
        }
    }
}

impl Series {
    fn new(key: SeriesKey, scale: Scale) -> Self {
        Self { key, scale, tape: Tape::new(), coarse: None }
    }

    fn trim(&mut self, fine_from: u32, coarse_from: u32, spans: &Spans, pool: &mut Pool) {
        while self.tape.oldest_ends(pool).is_some_and(|end| end <= fine_from) {
            let Some((points, end)) = self.tape.drop_oldest(pool) else { break };
            let start = points.first().map_or(end, |point| point.at);
            let coarse = self.coarse.get_or_insert_with(|| Box::new(Coarse::new()));
            for run in Runs::new(points.into_iter(), spans.as_slice(), start..end) {
                coarse.add(&run, pool);
            }
        }
        if let Some(coarse) = &mut self.coarse {
            coarse.forget_before(coarse_from, pool);
        }
    }

    fn clear(&mut self, pool: &mut Pool) {
        self.tape.clear(pool);
        if let Some(mut coarse) = self.coarse.take() {
            while coarse.drop_oldest(pool) {}
        }
    }
}

/// The number of a reading whose value was kept, unless it was too old already when the host said so.
fn current(reading: &HostReading<'_>, frame_age_ms: u64, now: Instant) -> Option<f64> {
    let age_ms = reading.age_ms(now).saturating_sub(frame_age_ms);
    reading.state.number().filter(|_| age_ms <= u64::from(reading.metric.max_age_ms))
}

/// As long as the host counts as fresh.
fn hold_s(host: &Host) -> u32 {
    u32::try_from(Freshness::fresh_ms(host.identity().interval_ms).div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Seconds between two looks for what left the fine tier.
const TRIM_S: u32 = 60;
