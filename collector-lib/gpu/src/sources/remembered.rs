//! What is remembered of GPUs from pass to pass, for when they are lost.

use std::collections::BTreeMap;

use grapevine_collectors::gpu::{BusId, Gpu, Place, Roster, Source as Origin, Standing};
use grapevine_proto::Metric;
use grapevine_proto::catalogue::gpu as rows;

/// The GPUs that were ever read and are still in the machine.
pub(super) struct Remembered {
    origin: Origin,
    known: BTreeMap<BusId, Gpu>,
}

impl Remembered {
    pub(super) fn new(origin: Origin) -> Self {
        Self { origin, known: BTreeMap::new() }
    }

    /// The GPUs that were read, and those as lost that were read before and are not among them.
    pub(super) fn complete(&mut self, read: BTreeMap<BusId, Gpu>, roster: &Roster) -> Vec<Gpu> {
        self.known.retain(|bus, _| roster.place(*bus).is_some());
        let is_missing =
            |place: &&Place| self.known.contains_key(&place.bus) && !read.contains_key(&place.bus);
        let lost: Vec<Gpu> = roster.awake().filter(is_missing).map(|place| self.lost(place)).collect();
        for (bus, gpu) in read.iter().filter(|(_, gpu)| gpu.standing == Standing::Ok) {
            self.known.insert(*bus, gpu.only(&IDENTITY));
        }
        read.into_values().chain(lost).collect()
    }

    /// A GPU that answers no more: what it was, as far as that is known.
    pub(super) fn lost(&self, place: &Place) -> Gpu {
        let known = self.known.get(&place.bus).cloned();
        let mut gpu = known.unwrap_or_else(|| Gpu::read_by(place.label.as_str(), place.bus, self.origin));
        gpu.label.clone_from(&place.label);
        gpu.standing = Standing::Lost;
        gpu.processes = Err(Standing::Lost.absence());
        gpu
    }
}

/// The rows of what a GPU is.
pub(super) static IDENTITY: [&Metric; 7] =
    [&rows::NAME, &rows::UUID, &rows::DRIVER, &rows::CUDA, &rows::BUS, &rows::ARCHITECTURE, &rows::SOURCE];
