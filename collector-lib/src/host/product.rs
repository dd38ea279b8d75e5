//! The maker and model of the machine, from the firmware's tables.

use std::path::Path;

use crate::context::Roots;
use crate::file::read_once;

/// From DMI (`Documentation/ABI/stable/sysfs-firmware-dmi-tables`), else from the device tree.
pub(super) fn read(roots: &Roots) -> Option<String> {
    let id = roots.sys.join("class/dmi/id");
    of_dmi(&id, "sys_vendor", "product_name")
        .or_else(|| of_dmi(&id, "board_vendor", "board_name"))
        .or_else(|| told(&roots.proc.join("device-tree/model")))
}

fn of_dmi(id: &Path, vendor: &str, name: &str) -> Option<String> {
    let name = told(&id.join(name))?;
    Some(match told(&id.join(vendor)) {
        Some(vendor) if !name.starts_with(&vendor) => format!("{vendor} {name}"),
        _ => name,
    })
}

/// What a table says, unless it is what makers leave in when they have nothing to say.
fn told(path: &Path) -> Option<String> {
    let text = read_once(path).ok()?;
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let is_blank = text.is_empty() || PLACEHOLDERS.iter().any(|blank| text.eq_ignore_ascii_case(blank));
    (!is_blank).then(|| text.to_owned())
}

const PLACEHOLDERS: [&str; 6] = [
    "default string",
    "none",
    "not specified",
    "system manufacturer",
    "system product name",
    "to be filled by o.e.m.",
];
