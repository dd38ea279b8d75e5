//! Figures of SCSI drives: log pages (SCSI Primary Commands, "Log parameters") and the list of grown defects.

use grapevine_proto::catalogue::smart as rows;

use super::document::{Document, ScsiErrorCounter};
use super::report::{Report, sum};

pub(super) fn read(document: &Document, report: &mut Report) {
    report.put(&rows::GROWN_DEFECTS, document.scsi_grown_defect_list.positive());
    if let Some(pending) = &document.scsi_pending_defects.0 {
        report.put(&rows::PENDING, pending.count.positive());
    }
    report.put_if_none(&rows::WEAR, document.scsi_percentage_used_endurance_indicator.positive());
    if let Some(cycles) = &document.scsi_start_stop_cycle_counter.0 {
        report.put_if_none(&rows::POWER_CYCLES, cycles.accumulated_start_stop_cycles.positive());
    }
    let Some(errors) = &document.scsi_error_counter_log.0 else { return };
    let counters = [&errors.read, &errors.write, &errors.verify];
    let uncorrected =
        counters.into_iter().filter_map(|counter| Some(counter.0.as_ref()?.total_uncorrected_errors));
    report.put(&rows::MEDIA_ERRORS, sum(uncorrected));
    let bytes = |counter: &Option<ScsiErrorCounter>| {
        counter.as_ref()?.gigabytes_processed.positive().map(|gigabytes| gigabytes * 1e9)
    };
    report.put(&rows::READ, bytes(&errors.read.0));
    report.put(&rows::WRITTEN, bytes(&errors.write.0));
}
