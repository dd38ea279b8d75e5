//! Bounded history: what the readings were, in memory of a fixed size.
//!
//! An [`Archive`] takes in hosts as they change and answers with a [`Trace`] for each series. It has two tiers.
//!
//! - **Fine**: every change, to the second and to the step of the metric's scale, for the last 10 minutes at least. A
//!   value stands until the next one, so that a series costs nothing as long as it does not change, and one byte for a
//!   change a second later (`token`). A host's silence is kept once for all its series (`spans`): what lies in it is a
//!   gap, and so is a reading that is absent or too old. Nothing is interpolated.
//! - **Coarse**: what leaves the fine tier is condensed to the least, mean and greatest value of every five minutes
//!   (`coarse`), and kept up to a day.
//!
//! # Time
//! What counts is when a frame was sealed by its age, not when it came, so that the past which an agent replays
//! joins what came live. Frames are told apart by their positions, and each counts once. After a link to an agent was
//! made, the next gap of each host stays open: frames of the past that fall into it are added there (`tape`), also
//! those before the first frame that came live.
//!
//! # Memory
//! Values lie in chunks of 64 bytes out of one pool (`pool`), which grows up to its bound and no further. Each host may
//! have as many series as the budget gives at 512 bytes each, shared equally among the hosts: those that are
//! [`WATCHED`] first, then the others. With few hosts that is all of them; hosts that have focus have all in any case.
//!
//! Where the pool is full all the same, every host without focus gives up the oldest chunk of each of its series, in
//! turn: of the coarse tier as long as there is any, then of the fine one. Only then hosts that have focus do.

mod coarse;
mod host;
mod key;
mod pool;
mod run;
mod spans;
mod tape;
mod token;
mod trace;
mod watch;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::time::Instant;

use grapevine_proto::{Metric, OriginId};

use self::host::{HostSeries, Rules};
use self::pool::{CHUNK_BYTES, Pool};
use crate::host::Host;
use crate::limits::{
    FOCUS_MAX, FOCUS_SERIES_MAX, HISTORY_BYTES_MAX, HISTORY_BYTES_MIN, SERIES_BYTES, SERIES_OWN_BYTES,
};

pub use self::key::SeriesKey;
pub use self::trace::{Column, Sample, Trace};
pub use self::watch::WATCHED;

/// The past of all hosts.
#[derive(Debug)]
pub struct Archive {
    /// Ages are counted from here.
    start: Instant,
    bytes_max: usize,
    watched: Vec<&'static Metric>,
    hosts: BTreeMap<OriginId, HostSeries>,
    /// Latest first.
    focus: VecDeque<OriginId>,
    pool: Pool,
    /// The host that gave up memory last.
    hand: OriginId,
}

/// What an archive is to keep.
#[derive(Clone, Debug)]
pub struct ArchiveOptions {
    /// Most bytes of all series, at least [`HISTORY_BYTES_MIN`].
    pub bytes_max: usize,
    /// What is kept of every host, the most wanted first.
    pub watched: Vec<&'static Metric>,
}

impl Default for ArchiveOptions {
    /// [`HISTORY_BYTES_MAX`] and [`WATCHED`].
    fn default() -> Self {
        Self { bytes_max: HISTORY_BYTES_MAX, watched: WATCHED.to_vec() }
    }
}

impl Archive {
    /// An empty archive that begins at `now`.
    pub fn new(options: ArchiveOptions, now: Instant) -> Self {
        let bytes_max = options.bytes_max.max(HISTORY_BYTES_MIN);
        let for_values = bytes_max / SERIES_BYTES * (SERIES_BYTES - SERIES_OWN_BYTES);
        let pool = Pool::new(for_values / CHUNK_BYTES);
        Self {
            start: now,
            bytes_max,
            watched: options.watched,
            hosts: BTreeMap::new(),
            focus: VecDeque::new(),
            pool,
            hand: OriginId(0),
        }
    }

    /// Takes in a host as it is, or as it was some time ago.
    pub fn take(&mut self, host: &Host, now: Instant) {
        let origin = host.origin();
        let series_max = self.series_max(origin);
        // Each series may need a chunk for either tier.
        self.make_room(2 * series_max);
        let second = self.second(now, host.age_ms(now));
        let rules = Rules { watched: &self.watched, series_max };
        let series = self.hosts.entry(origin).or_insert_with(HostSeries::new);
        series.take(host, second, now, &rules, &mut self.pool);
    }

    /// Notices where the past has been told.
    pub fn handle_tick(&mut self, now: Instant) {
        for series in self.hosts.values_mut() {
            series.handle_tick(now, &mut self.pool);
        }
    }

    /// Says that a link to an agent was made, which may tell what was missed.
    pub fn expect_past(&mut self) {
        self.hosts.values_mut().for_each(HostSeries::expect_past);
    }

    /// Keeps all series of this host from now on, until [`FOCUS_MAX`] others had focus.
    pub fn focus(&mut self, origin: OriginId) {
        self.focus.retain(|other| *other != origin);
        self.focus.push_front(origin);
        self.focus.truncate(FOCUS_MAX);
    }

    /// Lets go of a host's past.
    pub fn forget(&mut self, origin: OriginId) {
        if let Some(mut series) = self.hosts.remove(&origin) {
            series.clear(&mut self.pool);
        }
    }

    /// The past of a series as known at `now`, if it is kept.
    pub fn trace(&self, origin: OriginId, key: SeriesKey, now: Instant) -> Option<Trace<'_>> {
        let host = self.hosts.get(&origin)?;
        Some(Trace::new(&self.pool, host, host.get(key)?, self.second(now, 0)))
    }

    /// The series that are kept of a host, in the order of their keys.
    pub fn keys(&self, origin: OriginId) -> impl Iterator<Item = SeriesKey> {
        self.hosts.get(&origin).into_iter().flat_map(|host| host.iter().map(|series| series.key))
    }

    /// Bytes of all values, and of what each series and host takes besides.
    pub fn bytes(&self) -> usize {
        self.pool.bytes() + self.hosts.values().map(HostSeries::bytes).sum::<usize>()
    }

    fn series_max(&self, origin: OriginId) -> usize {
        if self.focus.contains(&origin) {
            return FOCUS_SERIES_MAX;
        }
        // In steps, so that a host more or less does not change it for all of them.
        let series_max = self.bytes_max / SERIES_BYTES / self.hosts.len().next_power_of_two();
        series_max.clamp(1, FOCUS_SERIES_MAX)
    }

    /// Sees to it that so many chunks can be had. See the module for who gives them up.
    fn make_room(&mut self, chunks: usize) {
        if self.pool.available() >= chunks {
            return;
        }
        // Some more than needed, as it takes a walk over all hosts.
        let target = chunks.max(self.bytes_max / CHUNK_BYTES / ROOM_SHARE);
        for has_focus in [false, true] {
            while self.go_round(has_focus, target, HostSeries::give_coarse) {}
            while self.go_round(has_focus, target, HostSeries::give_fine) {}
        }
    }

    /// Lets each host give up something in turn until there is enough. Whether it is worth to go round again.
    fn go_round(
        &mut self,
        has_focus: bool,
        target: usize,
        give: fn(&mut HostSeries, &mut Pool) -> bool,
    ) -> bool {
        let mut gave = false;
        for _ in 0..self.hosts.len() {
            if self.pool.available() >= target {
                return false;
            }
            let behind = (Bound::Excluded(self.hand), Bound::Unbounded);
            let next = self.hosts.range(behind).next().or_else(|| self.hosts.first_key_value());
            let Some((&origin, _)) = next else { return false };
            self.hand = origin;
            if self.focus.contains(&origin) == has_focus
                && let Some(series) = self.hosts.get_mut(&origin)
            {
                gave |= give(series, &mut self.pool);
            }
        }
        gave
    }

    /// The second of `age_ms` before `now`.
    fn second(&self, now: Instant, age_ms: u64) -> u32 {
        let since_start = now.saturating_duration_since(self.start).as_millis();
        let since_start_ms = u64::try_from(since_start).unwrap_or(u64::MAX);
        let ms = since_start_ms.saturating_add(START_MS).saturating_sub(age_ms).max(START_MS / 2);
        u32::try_from(ms / 1000).unwrap_or(u32::MAX)
    }
}

/// The start on the archive's clock: two days, so that all that may be told of the time before has a place.
const START_MS: u64 = 2 * 24 * 60 * 60 * 1000;

/// One in so many chunks is made room for at once.
const ROOM_SHARE: usize = 64;
