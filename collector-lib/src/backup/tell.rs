//! From what is known of a job to its readings.

use grapevine_proto::catalogue::backup as rows;
use grapevine_proto::{Absence, Metric};

use super::job::Report;
use crate::rate::float;
use crate::sample::Sample;

/// Tells all readings of a job. What its source does not say is unsupported.
pub(super) fn tell(job: &str, report: &Report, max_age_s: u64, now: u64, sample: &mut Sample) {
    let labels = &[job];
    sample.text(&rows::STATE, labels, report.state(now, max_age_s).as_str());
    text(&rows::TOOL, labels, report.tool.as_deref(), sample);
    text(&rows::REPOSITORY, labels, report.repository.as_deref(), sample);
    count(&rows::STARTED, labels, report.started, sample);
    count(&rows::FINISHED, labels, report.finished, sample);
    match report.duration_s {
        Some(seconds) => sample.number(&rows::DURATION, labels, seconds.max(0.0)),
        None => sample.absent(&rows::DURATION, labels, Absence::Unsupported),
    }
    count(&rows::BYTES_READ, labels, report.bytes_read, sample);
    count(&rows::BYTES_STORED, labels, report.bytes_stored, sample);
    count(&rows::FILES, labels, report.files, sample);
    count(&rows::SNAPSHOTS, labels, report.snapshots, sample);
    count(&rows::NEXT_DUE, labels, report.next_due, sample);
    count(&rows::LAST_SUCCESS, labels, report.success.at(), sample);
    sample.number(&rows::MAX_AGE, labels, float(max_age_s));
    match report.exit_code {
        Some(code) => sample.number(&rows::EXIT_CODE, labels, code.into()),
        None => sample.absent(&rows::EXIT_CODE, labels, Absence::Unsupported),
    }
    text(&rows::MESSAGE, labels, Some(report.message.as_str()).filter(|text| !text.is_empty()), sample);
}

fn text(metric: &'static Metric, labels: &[&str], text: Option<&str>, sample: &mut Sample) {
    match text {
        Some(text) => sample.text(metric, labels, text),
        None => sample.absent(metric, labels, Absence::Unsupported),
    }
}

fn count(metric: &'static Metric, labels: &[&str], count: Option<u64>, sample: &mut Sample) {
    match count {
        Some(count) => sample.number(metric, labels, float(count)),
        None => sample.absent(metric, labels, Absence::Unsupported),
    }
}
