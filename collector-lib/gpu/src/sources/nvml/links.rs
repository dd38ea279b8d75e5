//! How a GPU is connected: PCI Express and NVLink.

use std::time::Instant;

use grapevine_collectors::gpu::Figure;
use grapevine_proto::catalogue::gpu as rows;
use nvml_wrapper::Device;
use nvml_wrapper::enum_wrappers::device::PcieUtilCounter;
use nvml_wrapper::enum_wrappers::nv_link::ErrorCounter;
use nvml_wrapper::error::NvmlError;

use super::figure::{Asked, figure};

/// What was measured of a GPU's links.
#[derive(Default)]
pub(super) struct Links {
    /// When, and what went to the GPU and came from it, in bytes a second.
    pcie: Option<(Instant, Figure<f64>, Figure<f64>)>,
    /// Whether it has no NVLink at all, which is not asked twice.
    lacks_nvlink: bool,
}

impl Links {
    /// When PCI Express was measured; a GPU of which it never was comes before all others.
    pub(super) fn measured_at(&self) -> Option<Instant> {
        self.pcie.as_ref().map(|(at, ..)| *at)
    }

    /// Takes what is known, and measures PCI Express anew if it is the GPU's turn.
    pub(super) fn put(&mut self, asked: &mut Asked<'_>, device: &Device<'_>, now: Instant, measures: bool) {
        for (row, answer) in [
            (&rows::PCIE_GENERATION, device.current_pcie_link_gen()),
            (&rows::PCIE_WIDTH, device.current_pcie_link_width()),
            (&rows::PCIE_GENERATION_MAX, device.max_pcie_link_gen()),
            (&rows::PCIE_WIDTH_MAX, device.max_pcie_link_width()),
        ] {
            asked.put_scaled(row, answer, 1.0);
        }
        if measures || self.pcie.is_none() {
            let rate = |counter| figure(device.pcie_throughput(counter)).map(|kib| f64::from(kib) * 1024.0);
            self.pcie = Some((now, rate(PcieUtilCounter::Receive), rate(PcieUtilCounter::Send)));
        }
        if let Some((_, receive, transmit)) = self.pcie {
            asked.gpu.put(&rows::PCIE_RECEIVE, receive);
            asked.gpu.put(&rows::PCIE_TRANSMIT, transmit);
        }
    }

    /// Takes which links to other GPUs are up, and how they do.
    pub(super) fn put_nvlink(&mut self, asked: &mut Asked<'_>, device: &Device<'_>) {
        let links = if self.lacks_nvlink { Err(NvmlError::NotSupported) } else { active(device) };
        self.lacks_nvlink = matches!(links, Err(NvmlError::NotSupported));
        let errors = figure(links.as_ref().map_err(copy).and_then(|links| errors(device, links)));
        asked
            .put(&rows::NVLINK_ACTIVE, links.map(|links| f64::from(u32::try_from(links.len()).unwrap_or(0))));
        asked.gpu.put_count(&rows::NVLINK_ERRORS, errors);
    }
}

/// The links that are up. A GPU without NVLink supports not even the first.
fn active(device: &Device<'_>) -> Result<Vec<u32>, NvmlError> {
    let mut active = Vec::new();
    for link in 0..LINKS_MAX {
        match device.link_wrapper_for(link).is_active() {
            Ok(true) => active.push(link),
            Ok(false) => {}
            Err(NvmlError::InvalidArg | NvmlError::NotSupported) if link > 0 => break,
            Err(NvmlError::InvalidArg) => return Err(NvmlError::NotSupported),
            Err(error) => return Err(error),
        }
    }
    Ok(active)
}

fn errors(device: &Device<'_>, links: &[u32]) -> Result<u64, NvmlError> {
    let mut errors = 0_u64;
    for link in links {
        for counter in [ErrorCounter::DlReplay, ErrorCounter::DlRecovery, ErrorCounter::DlCrcFlit] {
            errors = errors.saturating_add(device.link_wrapper_for(*link).error_counter(counter)?);
        }
    }
    Ok(errors)
}

/// The error again, as far as readings tell errors apart.
fn copy(error: &NvmlError) -> NvmlError {
    match error {
        NvmlError::NotSupported => NvmlError::NotSupported,
        NvmlError::NoPermission => NvmlError::NoPermission,
        _ => NvmlError::Unknown,
    }
}

/// Most links of a GPU (`NVML_NVLINK_MAX_LINKS`).
const LINKS_MAX: u32 = 18;
