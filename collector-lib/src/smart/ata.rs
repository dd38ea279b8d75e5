//! Figures of ATA drives: attributes, whose meaning is the makers', and device statistics, which a standard defines
//! (ATA Command Set, "Device Statistics log").

use grapevine_proto::Metric;
use grapevine_proto::catalogue::smart as rows;

use super::document::{Attribute, Document};
use super::lenient::leading_number;
use super::report::Report;

pub(super) fn read(document: &Document, report: &mut Report) {
    let sector_bytes = document.logical_block_size.positive().unwrap_or(SECTOR_BYTES);
    read_statistics(document, sector_bytes, report);
    if let Some(attributes) = &document.ata_smart_attributes.0 {
        for attribute in &attributes.table.0 {
            read_attribute(attribute, sector_bytes, report);
        }
    }
    if let Some(log) = &document.ata_smart_error_log.0 {
        let count = log.extended.0.as_ref().or(log.summary.0.as_ref());
        report.put(&rows::ERROR_LOG, count.and_then(|log| log.count.positive()));
    }
}

fn read_statistics(document: &Document, sector_bytes: f64, report: &mut Report) {
    let Some(statistics) = &document.ata_device_statistics.0 else { return };
    for page in &statistics.pages.0 {
        for statistic in &page.table.0 {
            let is_valid = statistic.flags.0.as_ref().and_then(|flags| flags.valid.0).unwrap_or(true);
            let place = (page.number.small(), statistic.offset.small());
            let known = STATISTICS.iter().find(|(page, offset, _)| place == (Some(*page), Some(*offset)));
            if let Some((_, _, row)) = known.filter(|_| is_valid) {
                let value = statistic.value.positive();
                let is_data = row.id == rows::READ.id || row.id == rows::WRITTEN.id;
                report
                    .put_if_none(row, value.map(|value| if is_data { value * sector_bytes } else { value }));
            }
        }
    }
}

fn read_attribute(attribute: &Attribute, sector_bytes: f64, report: &mut Report) {
    let count = || {
        let raw = attribute.raw.0.as_ref()?;
        raw.string.0.as_deref().and_then(leading_number).or_else(|| raw.value.positive())
    };
    let Some(id) = attribute.id.small() else { return };
    // By its number where all makers agree on one.
    match id {
        5 => return report.put(&rows::REALLOCATED, count()),
        187 => return report.put_if_none(&rows::MEDIA_ERRORS, count()),
        197 => return report.put(&rows::PENDING, count()),
        198 => return report.put(&rows::UNCORRECTABLE, count()),
        199 => return report.put(&rows::CRC_ERRORS, count()),
        _ => {}
    }
    let name = attribute.name.0.as_deref().unwrap_or_default();
    if LIFE_LEFT.contains(&name) {
        let left = attribute.value.positive().filter(|left| *left <= 100.0);
        report.put_if_none(&rows::WEAR, left.map(|left| 100.0 - left));
    } else if name.contains("Unexpect_Power_Loss") || name.contains("Unsafe_Shutdown") {
        report.put(&rows::UNSAFE_SHUTDOWNS, count());
    } else if let Some(unit) = unit_bytes(name, &["Total_LBAs_Written", "Host_Writes", "Lifetime_Writes"]) {
        report.put_if_none(&rows::WRITTEN, count().map(|count| count * unit.unwrap_or(sector_bytes)));
    } else if let Some(unit) = unit_bytes(name, &["Total_LBAs_Read", "Host_Reads", "Lifetime_Reads"]) {
        report.put_if_none(&rows::READ, count().map(|count| count * unit.unwrap_or(sector_bytes)));
    }
}

/// What an attribute with one of these names counts in: bytes of the unit that ends its name, or sectors (`Some(None)`).
fn unit_bytes(name: &str, names: &[&str]) -> Option<Option<f64>> {
    let rest = names.iter().find_map(|known| name.strip_prefix(known))?;
    match rest {
        "" if name.contains("LBAs") => Some(None),
        "_32MiB" => Some(Some(f64::from(32 << 20))),
        "_MiB" => Some(Some(f64::from(1 << 20))),
        "_GiB" => Some(Some(f64::from(1 << 30))),
        _ => None,
    }
}

/// Page and offset of the statistics that are read.
static STATISTICS: [(u16, u16, &Metric); 6] = [
    (1, 24, &rows::WRITTEN),
    (1, 40, &rows::READ),
    (3, 32, &rows::REALLOCATED),
    (4, 8, &rows::MEDIA_ERRORS),
    (6, 24, &rows::CRC_ERRORS),
    (7, 8, &rows::WEAR),
];

/// Attributes whose normalised value is what is left of a drive's endurance in percent, as smartctl's database names
/// them.
const LIFE_LEFT: [&str; 7] = [
    "Wear_Leveling_Count",
    "Media_Wearout_Indicator",
    "SSD_Life_Left",
    "Percent_Lifetime_Remain",
    "Percent_Life_Remaining",
    "Remaining_Lifetime_Perc",
    "Remain_Lifetime",
];

const SECTOR_BYTES: f64 = 512.0;
