//! Which drives smartctl finds.

use super::document::Device;
use super::report::{BadReport, document};

/// A drive, and how smartctl reaches it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drive {
    /// The label of its readings: `sda`, `nvme0`, `sda_megaraid,0`.
    pub label: String,
    /// Its device file.
    pub path: String,
    /// What smartctl calls the way to it (`-d`).
    pub kind: String,
    /// Why smartctl could not open it; empty if it could.
    pub open_error: String,
}

/// Reads the JSON of `smartctl --scan-open --json`. Drives with odd names are left out, as are those that are there twice
/// and those beyond the first 256.
///
/// # Errors
/// [`BadReport`] if it is not whole or not smartctl's.
pub fn parse(json: &[u8]) -> Result<Vec<Drive>, BadReport> {
    let document = document(json)?;
    if document.smartctl.0.is_none() {
        return Err(BadReport::Foreign);
    }
    let mut drives: Vec<Drive> = document.devices.0.iter().filter_map(drive).collect();
    drives.sort();
    drives.dedup_by(|a, b| a.label == b.label);
    Ok(drives)
}

fn drive(device: &Device) -> Option<Drive> {
    let path = device.name.0.clone()?;
    let kind = device.kind.0.clone().unwrap_or_default();
    let name = path.strip_prefix("/dev/")?;
    let is_plain = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/,_+-.".contains(&byte))
            && !text.starts_with(['-', '.'])
            && !text.contains("..")
    };
    if name.is_empty() || !is_plain(name) || !is_plain(&kind) {
        return None;
    }
    let label = if is_member(&kind) { format!("{name}_{kind}") } else { name.to_owned() }.replace('/', "_");
    let open_error = device.open_error.shown().unwrap_or_default();
    (label.len() <= LABEL_BYTES_MAX).then_some(Drive { label, path, kind, open_error })
}

/// Whether the path is that of a RAID controller, and the kind says which of its drives is meant.
fn is_member(kind: &str) -> bool {
    kind.contains(',') && !["usb", "sat,", "snt", "scsi"].iter().any(|way| kind.starts_with(way))
}

/// Most drives of a machine that are read. With 30 readings each they take half of what a host may tell, and some 13 KB
/// of a keyframe.
pub const DRIVES_MAX: usize = 64;

/// Longest label of a drive: longer ones name nothing that the kernel has.
pub(super) const LABEL_BYTES_MAX: usize = 48;
