//! NVIDIA's management library (NVML): what the driver itself tells.
//!
//! Only GPUs that are awake are ever asked for, each by its bus address: counting through all would wake the others.
//! The library's own start is beyond us: it looks at all GPUs, so that one that sleeps beside one that is awake may be
//! woken then, and falls asleep again.
//! What never changes is asked for once, what hardly does every ten seconds (`health`, NVLink), the rest in each pass.

mod addressing;
mod device;
mod figure;
mod health;
mod instances;
mod known;
mod library;
mod links;
mod processes;
mod xid;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{BusId, Gpu, Place, Roster};
use grapevine_collectors::process::Runner;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::{Device, Nvml};

use crate::source::{Source, SourceError};
use known::{Known, Pass};
use xid::Watch;

/// Reads GPUs through the driver's library.
pub struct NvmlSource {
    library: Option<OsString>,
    proc: PathBuf,
    runner: Arc<Runner>,
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

impl NvmlSource {
    /// A source that loads `library`, or the driver's own where it usually is, and looks the machine's memory up below
    /// `proc`.
    pub fn new(library: Option<OsString>, proc: impl Into<PathBuf>) -> Self {
        Self {
            library,
            proc: proc.into(),
            runner: Arc::default(),
            session: None,
            known: BTreeMap::new(),
            reported: xid::Reported::default(),
        }
    }

    /// The same, which starts programs by `runner`.
    #[must_use]
    pub fn with_programs_of(self, runner: Arc<Runner>) -> Self {
        Self { runner, ..self }
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
        let measured_last = self.known.iter().min_by_key(|(_, known)| known.measured_at());
        let pass =
            Pass { now, turn: measured_last.map(|(bus, _)| *bus), proc: &self.proc, runner: &self.runner };
        let mut gpus = Vec::new();
        for place in roster.awake() {
            let gpu = match session.nvml.device_by_pci_bus_id(super::bus_id(place.bus)) {
                Ok(device) => {
                    let known = self.known.entry(place.bus);
                    Some(known.or_insert_with(|| session.meet(place, &device)).read(place, &device, &pass))
                }
                // No GPU of this driver, or one that came a moment ago.
                Err(NvmlError::NotFound | NvmlError::InvalidArg) => {
                    self.known.get(&place.bus).map(|known| known.lost(place))
                }
                Err(error) => {
                    tracing::debug!(gpu = place.label, %error, "a GPU cannot be had");
                    let known = self.known.get(&place.bus);
                    Some(known.map_or_else(|| Known::new(place).lost(place), |known| known.lost(place)))
                }
            };
            gpus.extend(gpu);
        }
        for gpu in &mut gpus {
            self.reported.put(gpu);
        }
        Ok(gpus)
    }
}

impl Session {
    fn meet(&self, place: &Place, device: &Device<'_>) -> Known {
        let mut known = Known::new(place);
        device::put_identity(&mut known.lasting, device, self.driver.as_deref(), self.cuda.as_deref());
        known
    }
}

/// 12040 is 12.4.
fn cuda_version(version: i32) -> String {
    let (major, minor) =
        (nvml_wrapper::cuda_driver_version_major(version), nvml_wrapper::cuda_driver_version_minor(version));
    format!("{major}.{minor}")
}

/// Least time between two starts of the library: a GPU that it does not know shows after so long.
const RENEWAL_INTERVAL: Duration = Duration::from_secs(1);
