//! NVIDIA's GPUs, which a program of its own reads.

use grapevine_proto::catalogue::gpu as rows;
use grapevine_proto::{Metric, Reading};

use super::answer::retell;
use super::places::Places;
use super::reader::Reader;
use super::{Gpu, Place, Roster, Standing, tell};
use crate::collector::CollectError;
use crate::context::Context;
use crate::sample::Sample;

/// All NVIDIA GPUs of the machine.
#[derive(Debug)]
pub(super) struct Nvidia {
    places: Places,
    reader: Reader,
    wakes_suspended: bool,
    rest: Rest,
}

impl Nvidia {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            places: Places::new(&context.roots),
            reader: Reader::new(context.gpu.clone(), context.runner.clone()),
            wakes_suspended: context.gpu.wakes_suspended,
            rest: Rest::default(),
        }
    }

    /// Tells of all GPUs that are there or were until lately.
    pub(super) fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let now_ms = sample.now_ms();
        self.places.look(now_ms);
        let mut roster = self.places.roster();
        if self.wakes_suspended {
            roster.0.iter_mut().for_each(|place| place.is_suspended = false);
        } else if self.rest.is_on(now_ms) {
            roster.0.iter_mut().for_each(|place| place.is_suspended |= self.places.may_sleep(place.bus));
        }
        let result = self.read_awake(&roster, now_ms, sample);
        for place in roster.0.iter().filter(|place| place.is_suspended) {
            tell([&unread(place, Standing::Suspended)], sample);
        }
        for label in self.places.gone() {
            tell([&Gpu::new(label, Standing::Lost)], sample);
        }
        result
    }

    fn read_awake(&mut self, roster: &Roster, now_ms: u64, sample: &mut Sample) -> Result<(), CollectError> {
        if roster.awake().next().is_none() {
            self.reader.stop();
            return Ok(());
        }
        match self.reader.read(roster, now_ms) {
            Ok(readings) => {
                retell(&readings, sample);
                let may_sleep = |label: &str| {
                    let place = roster.0.iter().find(|place| place.label == label);
                    place.is_some_and(|place| self.places.may_sleep(place.bus))
                };
                let may_all_sleep =
                    !self.wakes_suspended && roster.awake().all(|place| may_sleep(&place.label));
                self.rest.note(may_all_sleep && are_idle(&readings), now_ms);
                Ok(())
            }
            Err(error) => {
                for place in roster.awake() {
                    tell([&unread(place, Standing::Unread)], sample);
                }
                Err(error)
            }
        }
    }
}

fn unread(place: &Place, standing: Standing) -> Gpu {
    let mut gpu = Gpu::new(place.label.as_str(), standing);
    gpu.put_text(&rows::BUS, Ok(place.bus.to_string()));
    gpu
}

/// Whether no GPU does anything.
fn are_idle(readings: &[Reading]) -> bool {
    let is_of = |reading: &&Reading, row: &Metric| reading.metric.id == row.id;
    readings.iter().filter(|reading| is_of(reading, &rows::USE)).all(|use_| use_.state.number() == Some(0.0))
}

/// Lets go, now and then, of GPUs that may sleep and do nothing: who reads a GPU keeps it awake.
#[derive(Debug, Default)]
struct Rest {
    idle_since_ms: Option<u64>,
    until_ms: u64,
    /// A GPU that did not fall asleep has a reason, and is left in peace for a while.
    next_from_ms: u64,
}

impl Rest {
    fn is_on(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms
    }

    fn note(&mut self, is_idle: bool, now_ms: u64) {
        let since_ms = is_idle.then(|| self.idle_since_ms.unwrap_or(now_ms));
        self.idle_since_ms = since_ms;
        let is_long = since_ms.is_some_and(|since_ms| now_ms.saturating_sub(since_ms) >= IDLE_FOR_MS);
        if is_long && now_ms >= self.next_from_ms {
            self.until_ms = now_ms.saturating_add(REST_MS);
            self.next_from_ms = now_ms.saturating_add(REST_MS + REST_INTERVAL_MS);
            self.idle_since_ms = None;
        }
    }
}

/// How long GPUs do nothing until they are let go of, in milliseconds.
const IDLE_FOR_MS: u64 = 10_000;

/// How long they are, in milliseconds: NVIDIA's driver lets a GPU sleep after a few seconds.
const REST_MS: u64 = 30_000;

/// Time until the next try with GPUs that did not fall asleep, in milliseconds.
const REST_INTERVAL_MS: u64 = 600_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_gpus_are_let_go_of_now_and_then() {
        let mut rest = Rest::default();
        for now_ms in (0..IDLE_FOR_MS).step_by(1000) {
            rest.note(true, now_ms);
            assert!(!rest.is_on(now_ms + 1));
        }
        rest.note(true, IDLE_FOR_MS);
        assert!(rest.is_on(IDLE_FOR_MS + REST_MS - 1));
        let awake_again_ms = IDLE_FOR_MS + REST_MS;
        assert!(!rest.is_on(awake_again_ms));
        for now_ms in (awake_again_ms..awake_again_ms + REST_INTERVAL_MS).step_by(1000) {
            rest.note(true, now_ms);
            assert!(!rest.is_on(now_ms + 1), "it was tried a moment ago");
        }
        rest.note(true, awake_again_ms + REST_INTERVAL_MS);
        assert!(rest.is_on(awake_again_ms + REST_INTERVAL_MS + 1));
    }

    #[test]
    fn work_starts_the_wait_anew() {
        let mut rest = Rest::default();
        rest.note(true, 0);
        rest.note(false, 5000);
        rest.note(true, 6000);
        rest.note(true, IDLE_FOR_MS);
        assert!(!rest.is_on(IDLE_FOR_MS + 1));
        rest.note(true, 6000 + IDLE_FOR_MS);
        assert!(rest.is_on(6000 + IDLE_FOR_MS + 1));
    }
}
