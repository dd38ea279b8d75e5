//! NVIDIA's management library (NVML): what the driver itself tells.
//!
//! Only GPUs that are awake are ever asked for, each by its bus address: counting through all would wake the others.
//! What never changes is asked for once, what hardly does every ten seconds (`health`, NVLink), the rest in each pass.

mod device;
mod figure;
mod health;
mod instances;
mod library;
mod links;
mod processes;
mod xid;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{BusId, Gpu, Place, Roster, Source as Origin, Standing};
use grapevine_proto::catalogue::gpu as rows;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

use crate::source::{Source, SourceError};
use figure::Asked;
use xid::Watch;

/// Reads GPUs through the driver's library.
pub struct NvmlSource {
    library: Option<OsString>,
    proc: PathBuf,
    session: Option<Session>,
    /// What is known of each GPU that was read.
    known: BTreeMap<BusId, Known>,
    /// What the driver reported of each GPU; outlives the sessions.
    reported: xid::Reported,
}

/// The library from its start to its end.
struct Session {
    // Before the library, whose last owner ends it.
    _watch: Watch,
    nvml: Arc<Nvml>,
    driver: Option<String>,
    cuda: Option<String>,
    /// Who was awake when it began: it knows no GPU that came later.
    began_with: Vec<BusId>,
    began_at: Instant,
}

/// What is remembered of a GPU from pass to pass.
struct Known {
    /// What never changes, and what was found of its health.
    lasting: Gpu,
    health_at: Option<Instant>,
    is_ats: bool,
    links: links::Links,
    utilisation: processes::Utilisation,
}

impl NvmlSource {
    /// A source that loads `library`, or the driver's own where it usually is, and looks the machine's memory up below
    /// `proc`.
    pub fn new(library: Option<OsString>, proc: impl Into<PathBuf>) -> Self {
        Self {
            library,
            proc: proc.into(),
            session: None,
            known: BTreeMap::new(),
            reported: xid::Reported::default(),
        }
    }

    /// The library, started anew if GPUs came that the running one does not know.
    fn session(&mut self, roster: &Roster, now: Instant) -> Result<&Session, SourceError> {
        let awake: Vec<BusId> = roster.awake().map(|place| place.bus).collect();
        let is_outdated = |session: &Session| {
            let has_come = awake.iter().any(|bus| !session.began_with.contains(bus));
            has_come && now.saturating_duration_since(session.began_at) >= RENEWAL_INTERVAL
        };
        if self.session.as_ref().is_some_and(is_outdated) {
            // The old one has to end first: else the new one is the same.
            self.session = None;
            tracing::info!("GPUs were added: the driver's library is started anew");
        }
        if self.session.is_none() {
            let nvml = Arc::new(library::start(self.library.as_deref())?);
            let watch = Watch::start(&nvml, &awake, &self.reported);
            let cuda = nvml.sys_cuda_driver_version().ok().map(cuda_version);
            let driver = nvml.sys_driver_version().ok();
            self.session =
                Some(Session { _watch: watch, nvml, driver, cuda, began_with: awake, began_at: now });
        }
        self.session.as_ref().ok_or(SourceError::DriverNotLoaded)
    }
}

impl Source for NvmlSource {
    fn read(&mut self, roster: &Roster) -> Result<Vec<Gpu>, SourceError> {
        let now = Instant::now();
        self.session(roster, now)?;
        let Some(session) = &self.session else { return Ok(Vec::new()) };
        self.known.retain(|bus, _| roster.place(*bus).is_some());
        let mut gpus = Vec::new();
        // PCI Express takes 40 ms to measure: one GPU in each pass, each in its turn.
        let turn = self.known.iter().min_by_key(|(_, known)| known.links.measured_at()).map(|(bus, _)| *bus);
        for place in roster.awake() {
            match session.nvml.device_by_pci_bus_id(super::bus_id(place.bus)) {
                Ok(device) => {
                    let known = self.known.entry(place.bus).or_insert_with(|| session.meet(place, &device));
                    let mut gpu = known.read(place, &device, now, turn == Some(place.bus), &self.proc);
                    self.reported.put(place.bus, &mut gpu);
                    gpus.push(gpu);
                }
                Err(NvmlError::GpuLost) => gpus.push(self.lost(place)),
                // No GPU of this driver, or one that came a moment ago.
                Err(NvmlError::NotFound | NvmlError::InvalidArg) => {
                    if self.known.contains_key(&place.bus) {
                        gpus.push(self.lost(place));
                    }
                }
                Err(error) => {
                    tracing::debug!(gpu = place.label, %error, "a GPU cannot be had");
                    gpus.push(self.lost(place));
                }
            }
        }
        Ok(gpus)
    }
}

impl NvmlSource {
    /// A GPU that is there no more: what it was, and how it said good-bye.
    fn lost(&self, place: &Place) -> Gpu {
        let mut gpu = self.known.get(&place.bus).map_or_else(
            || Gpu::read_by(place.label.as_str(), place.bus, Origin::Nvml),
            |known| known.identity(place),
        );
        gpu.standing = Standing::Lost;
        gpu.processes = Err(Standing::Lost.absence());
        self.reported.put(place.bus, &mut gpu);
        gpu
    }
}

impl Session {
    fn meet(&self, place: &Place, device: &Device<'_>) -> Known {
        let mut lasting = Gpu::read_by(place.label.as_str(), place.bus, Origin::Nvml);
        device::put_identity(&mut lasting, device, self.driver.as_deref(), self.cuda.as_deref());
        Known {
            lasting,
            health_at: None,
            is_ats: false,
            links: links::Links::default(),
            utilisation: processes::Utilisation::default(),
        }
    }
}

impl Known {
    fn read(
        &mut self,
        place: &Place,
        device: &Device<'_>,
        now: Instant,
        measures: bool,
        proc: &std::path::Path,
    ) -> Gpu {
        let is_due = |at: Instant| now.saturating_duration_since(at) >= HEALTH_INTERVAL;
        if self.health_at.is_none_or(is_due) {
            self.health_at = Some(now);
            health::put(&mut self.lasting, device);
            self.links.put_nvlink(&mut Asked::new(&mut self.lasting), device);
        }
        let mut gpu = self.lasting.clone();
        gpu.label.clone_from(&place.label);
        let mut asked = Asked::new(&mut gpu);
        let memory = device::put(&mut asked, device);
        self.links.put(&mut asked, device, now, measures);
        let is_lost = asked.is_lost;
        if is_lost {
            let mut gpu = self.identity(place);
            gpu.standing = Standing::Lost;
            gpu.processes = Err(Standing::Lost.absence());
            return gpu;
        }
        gpu.processes = processes::of(device, &mut self.utilisation);
        if gpu.number(&rows::MIG) == Some(1.0) {
            gpu.instances = instances::of(&gpu.label, device);
        }
        crate::unified::put_memory_kind(&mut gpu, memory, self.is_ats, proc);
        gpu
    }

    /// What the GPU is, without anything that was measured.
    fn identity(&self, place: &Place) -> Gpu {
        let mut gpu = self.lasting.only(&super::remembered::IDENTITY);
        gpu.label.clone_from(&place.label);
        gpu
    }
}

/// 12040 is 12.4.
fn cuda_version(version: i32) -> String {
    let (major, minor) =
        (nvml_wrapper::cuda_driver_version_major(version), nvml_wrapper::cuda_driver_version_minor(version));
    format!("{major}.{minor}")
}

/// Time between two looks at what changes with the GPU's age.
const HEALTH_INTERVAL: Duration = Duration::from_secs(10);

/// Least time between two starts of the library: a GPU that it does not know shows after so long.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(1);
