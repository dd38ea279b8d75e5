//! NVIDIA's GPUs, which a program of its own reads.

use grapevine_proto::catalogue::gpu as rows;
use grapevine_proto::{Metric, Reading};

use super::answer::retell;
use super::places::Places;
use super::reader::Reader;
use super::rest::Rest;
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
