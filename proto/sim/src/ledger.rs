//! Who published what, and who got it when.

use grapevine_proto::{Frame, OriginId, Position};

use crate::clock::{Micros, S};
use crate::paths::Paths;
use crate::violation::Violation;

/// All frames published, and of each host and origin which came.
#[derive(Debug)]
pub(crate) struct Ledger {
    speakers: usize,
    logs: Vec<Log>,
    /// By host and then speaker.
    got: Vec<Got>,
    /// From when on frames published are expected at a host; none while it is not there.
    counts_from: Vec<Option<Micros>>,
    origins: OriginTable,
}

#[derive(Debug, Default)]
struct Log {
    runs: Vec<Run>,
    records: Vec<Record>,
    /// Whether nobody need get any further ones.
    is_disregarded: bool,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    epoch: u32,
    first: usize,
}

/// A frame that was published.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Record {
    pub(crate) published_at: Micros,
    /// The readings that it says.
    pub(crate) step: u32,
    /// How many hosts should get it.
    pub(crate) expected: u32,
    /// How many of them got it, and within a second.
    pub(crate) delivered: u32,
    pub(crate) in_time: u32,
    /// Whether nobody need get it.
    is_void: bool,
    /// Tells frames apart that have the same position, as those of a host that forgot its epoch.
    mark: u64,
}

/// Which frames of an origin came to a host: the newest, and those of the 64 up to it.
#[derive(Clone, Copy, Debug, Default)]
struct Got {
    epoch: u32,
    newest: u32,
    window: u64,
}

/// What a delivery was.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    pub(crate) speaker: usize,
    /// How long it took, if the host was to get it.
    pub(crate) latency: Option<Micros>,
    /// Whether it is the first that the host has of the origin.
    pub(crate) is_first: bool,
}

impl Ledger {
    pub(crate) fn new(hosts: usize, origins: &[OriginId]) -> Self {
        let speakers = origins.len();
        Self {
            speakers,
            logs: origins.iter().map(|_| Log::default()).collect(),
            got: vec![Got::default(); hosts * speakers],
            counts_from: vec![None; hosts],
            origins: OriginTable::of(origins),
        }
    }

    /// Which host an origin is.
    pub(crate) fn host_of(&self, origin: OriginId) -> Option<usize> {
        self.origins.place_of(origin)
    }

    /// From `from` on frames are expected at a host.
    pub(crate) fn expect_at(&mut self, host: usize, from: Micros) {
        self.counts_from[host] = Some(from);
    }

    /// A new run of a host knows nothing.
    pub(crate) fn forget(&mut self, host: usize) {
        self.got[host * self.speakers..(host + 1) * self.speakers].fill(Got::default());
    }

    /// Nothing is expected at a host any more, also of what was published a moment ago and has not come.
    pub(crate) fn excuse(&mut self, host: usize, paths: &Paths, now: Micros) {
        for speaker in 0..self.speakers {
            let got = self.got[host * self.speakers + speaker];
            let counts_from = self.counts_from[host];
            let log = &mut self.logs[speaker];
            let Some(run) = log.runs.last().copied() else { continue };
            let of_run = &mut log.records[run.first..];
            let sequences = (1..=u32::try_from(of_run.len()).unwrap_or(u32::MAX)).rev();
            let recent = of_run.iter_mut().rev().zip(sequences);
            for (record, sequence) in recent.take_while(|(record, _)| now - record.published_at < EXCUSED) {
                let is_expected =
                    host != speaker && is_expected(counts_from, record.published_at, paths, host, speaker);
                if is_expected && !got.contains(Position { epoch: run.epoch, sequence }) {
                    record.expected = record.expected.saturating_sub(1);
                }
            }
        }
        self.counts_from[host] = None;
    }

    /// What a host that is cut short published last may never have left it.
    pub(crate) fn discount_last(&mut self, speaker: usize, now: Micros) {
        if let Some(log) = self.logs.get_mut(speaker)
            && let Some(record) = log.records.last_mut()
            && now - record.published_at < S
        {
            (record.expected, record.delivered, record.in_time) = (0, 0, 0);
            record.is_void = true;
        }
    }

    /// Nobody need get what a host publishes from now on: it says more than others take, or does not come to say it.
    pub(crate) fn disregard(&mut self, speaker: usize) {
        if let Some(log) = self.logs.get_mut(speaker) {
            log.is_disregarded = true;
        }
    }

    pub(crate) fn published(&mut self, speaker: usize, frame: &Frame, step: u32, paths: &Paths, now: Micros) {
        let everyone = self.counts_from.iter().enumerate();
        let expected = everyone.filter(|(host, counts_from)| {
            *host != speaker && is_expected(**counts_from, now, paths, *host, speaker)
        });
        let expected = u32::try_from(expected.count()).unwrap_or(u32::MAX);
        let Position { epoch, sequence } = frame.position();
        let log = &mut self.logs[speaker];
        if sequence == 1 {
            log.runs.push(Run { epoch, first: log.records.len() });
        }
        let (mark, is_void) = (mark_of(frame), log.is_disregarded);
        let expected = if is_void { 0 } else { expected };
        log.records.push(Record {
            published_at: now,
            step,
            expected,
            delivered: 0,
            in_time: 0,
            is_void,
            mark,
        });
    }

    /// A frame came to a host for the first time.
    ///
    /// # Errors
    /// A [`Violation`] if it is not what its origin published, or not news.
    pub(crate) fn delivered(
        &mut self,
        host: usize,
        frame: &Frame,
        paths: &Paths,
        now: Micros,
    ) -> Result<Option<Delivery>, Violation> {
        let Some(speaker) = self.origins.place_of(frame.origin()) else {
            return Err(Violation::Invented { host });
        };
        if speaker == host {
            return Ok(None);
        }
        let position = frame.position();
        let Some(record) = self.logs[speaker].find(position, mark_of(frame)) else {
            return Err(Violation::NeverPublished { host, origin: speaker, position });
        };
        let got = &mut self.got[host * self.speakers + speaker];
        let is_first = got.newest == 0;
        if !got.take(position) {
            let held = Position { epoch: got.epoch, sequence: got.newest };
            return Err(Violation::WentBack { host, origin: speaker, held, position });
        }
        let published_at = record.published_at;
        let latency = is_expected(self.counts_from[host], published_at, paths, host, speaker)
            .then(|| now - published_at)
            .filter(|_| !record.is_void);
        if let Some(latency) = latency {
            record.delivered += 1;
            record.in_time += u32::from(latency <= S);
        }
        Ok(Some(Delivery { speaker, latency, is_first }))
    }

    /// The step of the readings that a position of an origin says, in its latest run of that epoch.
    pub(crate) fn step_of(&mut self, frame: &Frame) -> Option<u32> {
        let speaker = self.origins.place_of(frame.origin())?;
        self.logs[speaker].find(frame.position(), mark_of(frame)).map(|record| record.step)
    }

    /// All frames that were published.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.logs.iter().flat_map(|log| &log.records)
    }
}

impl Log {
    fn find(&mut self, position: Position, mark: u64) -> Option<&mut Record> {
        let place = self.runs.iter().rev().filter(|run| run.epoch == position.epoch).find_map(|run| {
            let place = run.first + usize::try_from(position.sequence).ok()?.checked_sub(1)?;
            self.records.get(place).filter(|record| record.mark == mark).map(|_| place)
        })?;
        self.records.get_mut(place)
    }
}

impl Got {
    fn contains(self, position: Position) -> bool {
        let back = self.newest.checked_sub(position.sequence);
        self.epoch == position.epoch && back.is_some_and(|back| back < 64 && self.window >> back & 1 == 1)
    }

    /// Notes a frame. False if it came before, or is of an epoch or too far in the past.
    fn take(&mut self, position: Position) -> bool {
        let Position { epoch, sequence } = position;
        if epoch > self.epoch {
            *self = Self { epoch, newest: sequence, window: 1 };
            return true;
        }
        if epoch < self.epoch || self.contains(position) {
            return false;
        }
        match sequence.checked_sub(self.newest) {
            Some(ahead) => {
                self.window = self.window.checked_shl(ahead).unwrap_or(0) | 1;
                self.newest = sequence;
                true
            }
            None => {
                let back = self.newest - sequence;
                self.window |= 1_u64.checked_shl(back).unwrap_or(0);
                back < 64
            }
        }
    }
}

fn is_expected(
    counts_from: Option<Micros>,
    published_at: Micros,
    paths: &Paths,
    host: usize,
    speaker: usize,
) -> bool {
    counts_from.is_some_and(|from| published_at >= from) && !paths.were_split(host, speaker, published_at)
}

/// The first bytes of a frame's signature.
fn mark_of(frame: &Frame) -> u64 {
    let bytes = frame.bytes();
    let place = bytes.len().saturating_sub(TAIL_AND_SIGNATURE_BYTES);
    bytes.get(place..).and_then(<[u8]>::first_chunk).copied().map_or(0, u64::from_le_bytes)
}

/// Origins to their places by their ids, which are hashes already: an open table with linear probing.
#[derive(Debug)]
struct OriginTable {
    places: Vec<Option<(OriginId, u32)>>,
}

impl OriginTable {
    fn of(origins: &[OriginId]) -> Self {
        let mut table = Self { places: vec![None; (4 * origins.len()).next_power_of_two()] };
        for (number, origin) in (0..).zip(origins) {
            let place = table.probe(*origin);
            table.places[place] = Some((*origin, number));
        }
        table
    }

    fn place_of(&self, origin: OriginId) -> Option<usize> {
        self.places[self.probe(origin)].and_then(|(_, number)| usize::try_from(number).ok())
    }

    /// Where the origin is, or would be.
    fn probe(&self, origin: OriginId) -> usize {
        let mask = self.places.len() - 1;
        let mut place = usize::try_from(origin.0 & mask as u64).unwrap_or(0);
        while self.places[place].is_some_and(|(other, _)| other != origin) {
            place = (place + 1) & mask;
        }
        place
    }
}

/// Hop count and age (5 B) and the signature before them.
const TAIL_AND_SIGNATURE_BYTES: usize = 5 + 64;

/// What was published within this time before a host was excused was perhaps still on its way.
const EXCUSED: Micros = 3 * S;
