//! From what the library answers to figures.

use grapevine_collectors::gpu::{Figure, Gpu};
use grapevine_proto::{Absence, Metric};
use nvml_wrapper::error::NvmlError;

/// A GPU that is being asked.
pub(super) struct Asked<'a> {
    pub(super) gpu: &'a mut Gpu,
    /// Whether an answer was that it has fallen off the bus.
    pub(super) is_lost: bool,
}

impl<'a> Asked<'a> {
    pub(super) fn new(gpu: &'a mut Gpu) -> Self {
        Self { gpu, is_lost: false }
    }

    /// Takes an answer in the unit of `row`.
    pub(super) fn put(&mut self, row: &'static Metric, answer: Result<f64, NvmlError>) {
        self.is_lost |= matches!(answer, Err(NvmlError::GpuLost));
        self.gpu.put(row, figure(answer));
    }

    /// Takes an answer of so many of `unit` each.
    pub(super) fn put_scaled(&mut self, row: &'static Metric, answer: Result<u32, NvmlError>, unit: f64) {
        self.put(row, answer.map(|number| f64::from(number) * unit));
    }

    /// Takes an answer below 2^53.
    pub(super) fn put_count(&mut self, row: &'static Metric, answer: Result<u64, NvmlError>) {
        self.is_lost |= matches!(answer, Err(NvmlError::GpuLost));
        self.gpu.put_count(row, figure(answer));
    }
}

/// What an answer means for a reading.
pub(super) fn figure<T>(answer: Result<T, NvmlError>) -> Figure<T> {
    answer.map_err(|error| absence(&error))
}

/// An older library has not all functions; that is how it says that it does not support them.
pub(super) fn absence(error: &NvmlError) -> Absence {
    match error {
        NvmlError::NotSupported | NvmlError::FunctionNotFound | NvmlError::FailedToLoadSymbol(_) => {
            Absence::Unsupported
        }
        NvmlError::NoPermission => Absence::Denied,
        _ => Absence::Failed,
    }
}
