//! Errors that the driver reports of a GPU by number (XID), as they happen.
//!
//! The library hands them out once, to whoever waits for them; so a thread does.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use grapevine_collectors::gpu::{BusId, Gpu};
use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;
use nvml_wrapper::bitmasks::event::EventTypes;
use nvml_wrapper::enums::event::XidError;
use nvml_wrapper::error::NvmlError;
use nvml_wrapper::struct_wrappers::event::EventData;
use nvml_wrapper::{EventSet, Nvml};

use crate::sources::bus_id;

/// What was reported of each GPU that is watched.
#[derive(Clone, Default)]
pub(super) struct Reported(Arc<Mutex<BTreeMap<BusId, Last>>>);

#[derive(Clone, Copy, Default)]
struct Last {
    xid: u64,
    count: u64,
}

impl Reported {
    /// Takes what was reported of the GPU.
    pub(super) fn put(&self, gpu: &mut Gpu) {
        let bus = gpu.text(&rows::BUS).and_then(|bus| bus.parse().ok());
        let last = bus.and_then(|bus: BusId| self.lock().get(&bus).copied()).ok_or(Absence::Unsupported);
        gpu.put_count(&rows::XID, last.map(|last| last.xid));
        gpu.put_count(&rows::XID_COUNT, last.map(|last| last.count));
    }

    fn watch(&self, bus: BusId) {
        self.lock().entry(bus).or_default();
    }

    fn report(&self, bus: BusId, xid: u64) {
        tracing::warn!(%bus, xid, "the driver reports an error of a GPU");
        let mut all = self.lock();
        let last = all.entry(bus).or_default();
        *last = Last { xid, count: last.count + 1 };
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<BusId, Last>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A thread that waits for errors until this is dropped.
pub(super) struct Watch {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches the GPUs at these addresses from here on, as far as they can be watched.
    pub(super) fn start(nvml: &Arc<Nvml>, buses: &[BusId], reported: &Reported) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let (registering, registered) = channel();
        let watcher = Watcher {
            nvml: Arc::clone(nvml),
            buses: buses.to_vec(),
            reported: reported.clone(),
            is_over: Arc::clone(&is_over),
        };
        let run = move || {
            if let Err(error) = watcher.run(registering) {
                tracing::debug!(%error, "errors of GPUs are not watched for");
            }
        };
        let thread = std::thread::Builder::new().name("xid".to_owned()).stack_size(STACK_BYTES).spawn(run);
        // Nothing is ever sent: the other end is dropped once all are registered, or never will be.
        registered.recv().ok();
        Self { is_over, thread: thread.ok() }
    }
}

impl Drop for Watch {
    /// Waits until the thread has let go of the library, so that the library ends with its session.
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic in it has said all there is to say.
            drop(thread.join());
        }
    }
}

struct Watcher {
    nvml: Arc<Nvml>,
    buses: Vec<BusId>,
    reported: Reported,
    is_over: Arc<AtomicBool>,
}

impl Watcher {
    fn run(&self, registering: Sender<()>) -> Result<(), NvmlError> {
        let set = self.register()?;
        drop(registering);
        while !self.is_over.load(Ordering::Relaxed) {
            match set.wait(WAIT_MS) {
                Ok(event) => {
                    if let Some((bus, xid)) = of_event(&event) {
                        self.reported.report(bus, xid);
                    }
                }
                Err(NvmlError::Timeout) => {}
                // The others go on; a lost GPU may answer so at once, every time.
                Err(NvmlError::GpuLost) => std::thread::sleep(Duration::from_millis(WAIT_MS.into())),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn register(&self) -> Result<EventSet<'_>, NvmlError> {
        let mut set = self.nvml.create_event_set()?;
        let mut is_watching = false;
        for bus in &self.buses {
            let Ok(device) = self.nvml.device_by_pci_bus_id(bus_id(*bus)) else { continue };
            // To register what is not supported would cost the set.
            if device
                .supported_event_types()
                .is_ok_and(|types| types.contains(EventTypes::CRITICAL_XID_ERROR))
            {
                set = device
                    .register_events(EventTypes::CRITICAL_XID_ERROR, set)
                    .map_err(|error| error.error)?;
                self.reported.watch(*bus);
                is_watching = true;
            }
        }
        if is_watching { Ok(set) } else { Err(NvmlError::NotSupported) }
    }
}

fn of_event(event: &EventData<'_>) -> Option<(BusId, u64)> {
    let bus = event.device.pci_info().ok()?.bus_id.parse().ok()?;
    match event.event_data {
        Some(XidError::Value(xid)) => Some((bus, xid)),
        Some(XidError::Unknown) | None => None,
    }
}

/// How long the library is waited for at once, and so how long its end may take, in milliseconds.
const WAIT_MS: u32 = 200;

const STACK_BYTES: usize = 256 * 1024;
