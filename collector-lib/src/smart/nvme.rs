//! Figures of NVMe drives: the health log (NVM Express Base Specification, "SMART / Health Information").

use grapevine_proto::catalogue::smart as rows;

use super::document::Document;
use super::report::{Report, SECONDS_PER_HOUR, names_of};

pub(super) fn read(document: &Document, report: &mut Report) {
    let Some(health) = &document.nvme_smart_health_information_log.0 else { return };
    let warning = health.critical_warning.small();
    report.put_text(&rows::CRITICAL_WARNING, warning.map(|bits| names_of(bits, &CRITICAL_WARNINGS)));
    report.put_if_none(&rows::TEMPERATURE, health.temperature.positive());
    report.put_if_none(&rows::SPARE, health.available_spare.positive());
    report.put_if_none(&rows::SPARE_THRESHOLD, health.available_spare_threshold.positive());
    report.put_if_none(&rows::WEAR, health.percentage_used.positive());
    report.put(&rows::READ, health.data_units_read.positive().map(|units| units * DATA_UNIT_BYTES));
    report.put(&rows::WRITTEN, health.data_units_written.positive().map(|units| units * DATA_UNIT_BYTES));
    report.put_if_none(&rows::POWER_CYCLES, health.power_cycles.positive());
    let hours = health.power_on_hours.positive();
    report.put_if_none(&rows::POWER_ON, hours.map(|hours| hours * SECONDS_PER_HOUR));
    report.put(&rows::UNSAFE_SHUTDOWNS, health.unsafe_shutdowns.positive());
    report.put(&rows::MEDIA_ERRORS, health.media_errors.positive());
    report.put(&rows::ERROR_LOG, health.num_err_log_entries.positive());
    let minutes = |number: Option<f64>| number.map(|minutes| minutes * 60.0);
    report.put(&rows::HOT_WARNING, minutes(health.warning_temp_time.positive()));
    report.put(&rows::HOT_CRITICAL, minutes(health.critical_comp_time.positive()));
}

/// The bits of "Critical Warning".
const CRITICAL_WARNINGS: [(u16, &str); 6] = [
    (1, "spare"),
    (2, "temperature"),
    (4, "reliability"),
    (8, "read_only"),
    (16, "backup"),
    (32, "persistent_memory"),
];

/// A data unit is a thousand blocks of 512 bytes, whatever the drive's own blocks are.
const DATA_UNIT_BYTES: f64 = 512_000.0;
