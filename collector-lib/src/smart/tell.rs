//! From what is known of a drive to readings of the catalogue.

use std::collections::BTreeSet;

use grapevine_proto::catalogue::smart as rows;
use grapevine_proto::{Metric, MetricId, Value};

use super::report::{Protocol, Report, Standing};
use crate::sample::Sample;

/// A drive as it was read last, and which readings it has told.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) report: Report,
    /// Where the report is from, as `smart.source` says it.
    pub(super) source: &'static str,
    /// The rows that it told when it could be read.
    rows: BTreeSet<MetricId>,
}

impl Told {
    pub(super) fn new() -> Self {
        let report = Report::empty(Standing::Missing, "");
        Self { report, source: "none", rows: BTreeSet::new() }
    }

    /// Takes what was read of the drive just now.
    pub(super) fn take(&mut self, report: Report, source: &'static str) {
        if report.standing == Standing::Ok {
            let present = rows::ROWS.iter().filter(|row| report.figure(row).is_some());
            let expected = OF_ALL.iter().chain(of_protocol(report.protocol));
            self.rows = present.chain(expected).map(|row| row.id).collect();
        }
        self.report = report;
        self.source = source;
    }

    /// Tells the drive's readings; `temperature` is that of the kernel's files, in degrees Celsius, for a drive that told
    /// none.
    pub(super) fn tell(&self, label: &str, temperature: Option<f64>, sample: &mut Sample) {
        sample.text(&rows::STATE, &[label], self.report.standing.as_str());
        sample.text(&rows::SOURCE, &[label], self.source);
        for row in rows::ROWS.iter().copied().filter(|row| !is_told_otherwise(row)) {
            // What a stale report says is no news, and one that does not tell of health may still tell the model.
            let figure = self.report.figure(row).filter(|_| self.report.standing != Standing::Stale);
            match (figure, temperature) {
                (Some(Value::Number(number)), _) => sample.number(row, &[label], *number),
                (Some(Value::Text(text)), _) => sample.text(row, &[label], text),
                (None, Some(celsius)) if row.id == rows::TEMPERATURE.id => {
                    sample.number(row, &[label], celsius);
                }
                (None, _) if self.has(row) => {
                    sample.absent(row, &[label], self.report.standing.absence());
                }
                (None, _) => {}
            }
        }
    }

    fn has(&self, row: &Metric) -> bool {
        self.rows.contains(&row.id) || OF_UNREAD.iter().any(|unread| unread.id == row.id)
    }
}

fn of_protocol(protocol: Option<Protocol>) -> &'static [&'static Metric] {
    match protocol {
        Some(Protocol::Nvme) => &OF_NVME,
        Some(Protocol::Ata) => &OF_ATA,
        Some(Protocol::Scsi) => &OF_SCSI,
        None => &[],
    }
}

fn is_told_otherwise(row: &Metric) -> bool {
    [&rows::DRIVES, &rows::STATE, &rows::SOURCE].iter().any(|other| other.id == row.id)
}

/// What a drive tells as absent that was never read.
static OF_UNREAD: [&Metric; 3] = [&rows::PASSED, &rows::TEMPERATURE, &rows::WEAR];

/// What every drive tells that is read.
static OF_ALL: [&Metric; 12] = [
    &rows::MODEL,
    &rows::SERIAL,
    &rows::FIRMWARE,
    &rows::PASSED,
    &rows::TEMPERATURE,
    &rows::POWER_ON,
    &rows::POWER_CYCLES,
    &rows::READ,
    &rows::WRITTEN,
    &rows::WEAR,
    &rows::MEDIA_ERRORS,
    &rows::ERROR_LOG,
];

static OF_NVME: [&Metric; 4] =
    [&rows::CRITICAL_WARNING, &rows::UNSAFE_SHUTDOWNS, &rows::SPARE, &rows::SPARE_THRESHOLD];

static OF_ATA: [&Metric; 4] = [&rows::REALLOCATED, &rows::PENDING, &rows::UNCORRECTABLE, &rows::CRC_ERRORS];

static OF_SCSI: [&Metric; 2] = [&rows::GROWN_DEFECTS, &rows::PENDING];
