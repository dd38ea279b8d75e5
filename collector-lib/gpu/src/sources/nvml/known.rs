//! What is known of a GPU, from pass to pass.

use std::path::Path;
use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{BusId, Gpu, Place, Source as Origin, Standing};
use grapevine_collectors::process::Runner;
use grapevine_proto::catalogue::gpu as rows;
use nvml_wrapper::Device;

use super::addressing::is_ats;
use super::figure::Asked;
use super::links::Links;
use super::processes::Utilisation;
use super::{device, health, instances, processes};
use crate::sources::remembered::IDENTITY;
use crate::unified::{OwnMemory, is_integrated, put_memory_kind};

/// A GPU that was read.
pub(super) struct Known {
    /// What never changes, and what was found of its health.
    pub(super) lasting: Gpu,
    health_at: Option<Instant>,
    /// Whether it uses ATS, where that was asked.
    is_ats: Option<bool>,
    links: Links,
    utilisation: Utilisation,
}

/// What a pass over all GPUs has for each.
pub(super) struct Pass<'a> {
    pub(super) now: Instant,
    /// Whose PCI Express is measured: it takes 40 ms, so one GPU has its turn in each pass.
    pub(super) turn: Option<BusId>,
    pub(super) proc: &'a Path,
    pub(super) runner: &'a Runner,
}

impl Known {
    /// A GPU of which only the place is known.
    pub(super) fn new(place: &Place) -> Self {
        Self {
            lasting: Gpu::read_by(place.label.as_str(), place.bus, Origin::Nvml),
            health_at: None,
            is_ats: None,
            links: Links::default(),
            utilisation: Utilisation::default(),
        }
    }

    /// When its PCI Express was measured; one of which it never was comes before all others.
    pub(super) fn measured_at(&self) -> Option<Instant> {
        self.links.measured_at()
    }

    /// Asks for all that there is to know.
    pub(super) fn read(&mut self, place: &Place, device: &Device<'_>, pass: &Pass<'_>) -> Gpu {
        let is_due = |at: Instant| pass.now.saturating_duration_since(at) >= HEALTH_INTERVAL;
        if self.health_at.is_none_or(is_due) {
            self.health_at = Some(pass.now);
            health::put(&mut self.lasting, device);
            self.links.put_nvlink(&mut Asked::new(&mut self.lasting), device);
        }
        let mut gpu = self.lasting.clone();
        gpu.label.clone_from(&place.label);
        let mut asked = Asked::new(&mut gpu);
        let memory = device::put(&mut asked, device);
        self.links.put(&mut asked, device, pass.now, pass.turn == Some(place.bus));
        if asked.is_lost {
            return self.lost(place);
        }
        gpu.processes = processes::of(device, &mut self.utilisation);
        if gpu.number(&rows::MIG) == Some(1.0) {
            gpu.instances = instances::of(&gpu.label, device);
        }
        let is_ats = self.is_ats(memory, place.bus, pass.runner);
        put_memory_kind(&mut gpu, memory, is_ats, pass.proc);
        gpu
    }

    /// The GPU when it is there no more: what it was, without anything that was measured.
    pub(super) fn lost(&self, place: &Place) -> Gpu {
        let mut gpu = self.lasting.only(&IDENTITY);
        gpu.label.clone_from(&place.label);
        gpu.standing = Standing::Lost;
        gpu.processes = Err(Standing::Lost.absence());
        gpu
    }

    /// Whether it uses ATS, as far as that matters.
    fn is_ats(&mut self, memory: OwnMemory, bus: BusId, runner: &Runner) -> bool {
        if memory != OwnMemory::Unsupported || self.lasting.text(&rows::NAME).is_some_and(is_integrated) {
            return false;
        }
        *self.is_ats.get_or_insert_with(|| is_ats(runner, bus))
    }
}

/// Time between two looks at what changes with the GPU's age.
const HEALTH_INTERVAL: Duration = Duration::from_secs(10);
