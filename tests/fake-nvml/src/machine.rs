//! The machine that the file describes.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use nvml_wrapper_sys::bindings as c;
use serde::Deserialize;
use serde_json::Value;

/// A machine with GPUs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Machine {
    /// The error that the library starts with.
    pub(crate) init: Option<String>,
    pub(crate) driver: String,
    pub(crate) cuda: i32,
    pub(crate) gpus: Vec<Gpu>,
    /// Errors that the driver reports (XID), each once.
    pub(crate) xids: Vec<Xid>,
}

/// A GPU, or a MIG instance.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Gpu {
    /// Where it is plugged in, as the library writes it.
    pub(crate) bus: String,
    /// Whether it has fallen off the bus.
    pub(crate) lost: bool,
    /// What it answers, by the function's name.
    pub(crate) answers: BTreeMap<String, Value>,
    /// Processes that compute: number, bytes, and percent of the multiprocessors' time.
    pub(crate) compute: Vec<(u32, u64, u32)>,
    /// Processes that draw.
    pub(crate) graphics: Vec<(u32, u64, u32)>,
    /// MIG instances.
    pub(crate) instances: Vec<Gpu>,
}

/// An error that the driver reports.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Xid {
    pub(crate) bus: String,
    pub(crate) xid: u64,
}

/// What a function returns: a value, or an error of the library.
pub(crate) type Answer<T> = Result<T, c::nvmlReturn_t>;

static MACHINE: Mutex<Option<Read>> = Mutex::new(None);

/// The machine as it was read, and from which file: one that takes its place is another.
struct Read {
    file: Option<(u64, i64)>,
    machine: Arc<Machine>,
}

/// Where the GPUs are that the library found when it started; it knows no others.
static FOUND: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Finds the machine's GPUs.
pub(crate) fn start() -> Arc<Machine> {
    let machine = read_again();
    let found = machine.gpus.iter().map(|gpu| gpu.bus.clone()).collect();
    *FOUND.lock().unwrap_or_else(PoisonError::into_inner) = found;
    machine
}

/// Whether there was a GPU when the library started.
pub(crate) fn was_found(bus: &str) -> bool {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|found| found == bus)
}

/// The machine as it was read last.
pub(crate) fn machine() -> Arc<Machine> {
    Arc::clone(&lock().get_or_insert_with(read).machine)
}

/// The machine as the file says now.
pub(crate) fn read_again() -> Arc<Machine> {
    let mut known = lock();
    let file = identity(&beside());
    if known.as_ref().is_none_or(|known| known.file != file) {
        *known = Some(read());
    }
    Arc::clone(&known.get_or_insert_with(read).machine)
}

fn lock() -> MutexGuard<'static, Option<Read>> {
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read() -> Read {
    let path = beside();
    let file = identity(&path);
    // No file is a machine without GPUs.
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Read { file, machine: Arc::new(serde_json::from_str(&text).unwrap_or_default()) }
}

fn identity(path: &Path) -> Option<(u64, i64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.ino(), metadata.mtime_nsec()))
}

/// The file beside the library, which the list of the process's mappings finds (proc(5)).
fn beside() -> PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(find_beside).clone()
}

fn find_beside() -> PathBuf {
    let here = beside as fn() -> PathBuf as usize;
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let mapping = maps.lines().find(|line| {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        let address = |text| usize::from_str_radix(text, 16);
        range.is_some_and(|(from, to)| matches!((address(from), address(to)), (Ok(from), Ok(to)) if (from..to).contains(&here)))
    });
    let library = mapping.and_then(|line| line.find('/').and_then(|at| line.get(at..))).unwrap_or_default();
    format!("{library}.json").into()
}

impl Gpu {
    /// What the GPU answers to `function`.
    pub(crate) fn answer(&self, function: &str) -> Answer<Value> {
        if self.lost {
            return Err(c::nvmlReturn_enum_NVML_ERROR_GPU_IS_LOST);
        }
        play(self.answers.get(function))
    }

    /// What it answers to `function` of `argument`.
    pub(crate) fn answer_of(&self, function: &str, argument: u32) -> Answer<Value> {
        match self.answer(function)? {
            Value::Object(by_argument) => play(by_argument.get(&argument.to_string())),
            for_all => Ok(for_all),
        }
    }
}

/// An answer as it stands in the file, or what it stands for.
fn play(answer: Option<&Value>) -> Answer<Value> {
    let Some(answer) = answer else { return Err(c::nvmlReturn_enum_NVML_ERROR_NOT_SUPPORTED) };
    match answer.as_str() {
        Some("HANG") => loop {
            std::thread::park();
        },
        Some("CRASH") => std::process::abort(),
        Some("LEAK") => {
            // Written to, so that it is resident.
            Vec::leak(vec![1_u8; LEAK_BYTES]);
            Err(c::nvmlReturn_enum_NVML_ERROR_NOT_SUPPORTED)
        }
        Some(name) => error(name).map_or_else(|| Ok(answer.clone()), Err),
        None => Ok(answer.clone()),
    }
}

/// The error with this name.
pub(crate) fn error(name: &str) -> Option<c::nvmlReturn_t> {
    Some(match name {
        "NOT_SUPPORTED" => c::nvmlReturn_enum_NVML_ERROR_NOT_SUPPORTED,
        "NO_PERMISSION" => c::nvmlReturn_enum_NVML_ERROR_NO_PERMISSION,
        "NOT_FOUND" => c::nvmlReturn_enum_NVML_ERROR_NOT_FOUND,
        "DRIVER_NOT_LOADED" => c::nvmlReturn_enum_NVML_ERROR_DRIVER_NOT_LOADED,
        "GPU_IS_LOST" => c::nvmlReturn_enum_NVML_ERROR_GPU_IS_LOST,
        "LIB_RM_VERSION_MISMATCH" => c::nvmlReturn_enum_NVML_ERROR_LIB_RM_VERSION_MISMATCH,
        "UNKNOWN" => c::nvmlReturn_enum_NVML_ERROR_UNKNOWN,
        _ => return None,
    })
}

/// How much a function that leaks does at each call.
const LEAK_BYTES: usize = 64 << 20;
