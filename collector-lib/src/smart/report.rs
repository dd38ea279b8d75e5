//! What smartctl says of a drive, as figures of the catalogue.

use std::collections::BTreeMap;

use grapevine_proto::catalogue::smart as rows;
use grapevine_proto::{Absence, Metric, MetricId, Value};

use super::document::{Document, Smartctl, Temperature};
use super::lenient::{Number, Text};
use super::{ata, nvme, scsi};

/// What is known of a drive.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// How the reading went.
    pub standing: Standing,
    /// What the drive speaks, as far as it is known.
    pub protocol: Option<Protocol>,
    /// Why there are no figures, in the words of smartctl; empty where it gave none.
    pub reason: String,
    figures: BTreeMap<MetricId, (&'static Metric, Value)>,
}

/// How the reading of a drive went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It told its figures.
    Ok,
    /// It sleeps and was not woken.
    Asleep,
    /// It has none to tell, as a virtual disk, or nobody knows how to ask it.
    Unsupported,
    /// It may not be asked.
    Denied,
    /// Nothing reads it.
    Missing,
    /// It was read too long ago.
    Stale,
    /// It could not be read.
    Failed,
}

/// What a drive speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// NVM Express.
    Nvme,
    /// ATA, also through USB bridges and SAS controllers.
    Ata,
    /// SCSI: SAS drives, and USB bridges that translate nothing.
    Scsi,
}

/// Why a text is no answer of smartctl's.
#[derive(Debug, thiserror::Error)]
pub enum BadReport {
    /// It is no JSON, or not whole.
    #[error("smartctl gave no JSON, or half of it")]
    Syntax(#[source] serde_json::Error),
    /// It is JSON of something else.
    #[error("this is no JSON of smartctl's")]
    Foreign,
    /// It is longer than any drive makes it.
    #[error("smartctl's JSON is longer than {REPORT_BYTES_MAX} bytes")]
    TooLong,
}

impl Report {
    /// Reads the JSON of `smartctl --json=c -x`, of version 7.2 to 7.5, whatever the exit status was: it is in there.
    ///
    /// Of the bits of the status (smartctl(8)) only 0 and 1 mean that there is nothing to read.
    ///
    /// # Errors
    /// [`BadReport`] if it is not whole or not smartctl's.
    pub fn parse(json: &[u8]) -> Result<Self, BadReport> {
        let document = document(json)?;
        let Some(smartctl) = &document.smartctl.0 else { return Err(BadReport::Foreign) };
        let status = smartctl.exit_status.small().unwrap_or(0);
        if status & (BIT_USAGE | BIT_OPEN) != 0 {
            return Ok(Self::unread(&document, smartctl));
        }
        let mut report = Self::read(&document, status);
        report.judge(&document, smartctl, status);
        Ok(report)
    }

    /// A drive of which nothing is known but how the reading went.
    pub fn empty(standing: Standing, reason: impl Into<String>) -> Self {
        Self { standing, protocol: None, reason: reason.into(), figures: BTreeMap::new() }
    }

    /// A drive that smartctl could not open when it looked for drives.
    pub(super) fn unopened(error: &str) -> Self {
        Self::empty(standing_of(error), error)
    }

    /// What is known of `row`, if anything is.
    pub fn figure(&self, row: &'static Metric) -> Option<&Value> {
        self.figures.get(&row.id).map(|(_, value)| value)
    }

    /// The number in `row`, if there is one.
    pub fn number(&self, row: &'static Metric) -> Option<f64> {
        match self.figure(row) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// The text in `row`, if there is one.
    pub fn text(&self, row: &'static Metric) -> Option<&str> {
        match self.figure(row) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Takes a number in the unit of `row`, if there is one.
    pub(super) fn put(&mut self, row: &'static Metric, number: Option<f64>) {
        if let Some(number) = number.filter(|number| number.is_finite()) {
            self.figures.insert(row.id, (row, Value::Number(number)));
        }
    }

    /// As [`put`](Self::put), unless `row` has a number already.
    pub(super) fn put_if_none(&mut self, row: &'static Metric, number: Option<f64>) {
        if !self.figures.contains_key(&row.id) {
            self.put(row, number);
        }
    }

    /// Takes a text, if there is one.
    pub(super) fn put_text(&mut self, row: &'static Metric, text: Option<String>) {
        if let Some(text) = text {
            self.figures.insert(row.id, (row, Value::Text(text)));
        }
    }

    /// Why a drive could not be opened, or was left alone.
    fn unread(document: &Document, smartctl: &Smartctl) -> Self {
        let messages = messages(smartctl);
        let mode = document.power_mode.shown().unwrap_or_default();
        let standing = if is_asleep(&mode, &messages) { Standing::Asleep } else { standing_of(&messages) };
        let mut report = Self::empty(standing, messages);
        report.protocol = protocol(document);
        report
    }

    fn read(document: &Document, status: u16) -> Self {
        let mut report = Self::empty(Standing::Ok, "");
        report.protocol = protocol(document);
        report.put_identity(document);
        let passed = document.smart_status.0.as_ref().and_then(|status| status.passed.0);
        let passed = passed.or((status & BIT_FAILING != 0).then_some(false));
        report.put(&rows::PASSED, passed.map(|passed| f64::from(u8::from(passed))));
        let temperature = document.temperature.0.as_ref().or(document.scsi_temperature.0.as_ref());
        report.put(&rows::TEMPERATURE, temperature.and_then(celsius));
        let hours = document.power_on_time.0.as_ref().and_then(|time| time.hours.positive());
        report.put(&rows::POWER_ON, hours.map(|hours| hours * SECONDS_PER_HOUR));
        report.put(&rows::POWER_CYCLES, document.power_cycle_count.positive());
        if let Some(endurance) = &document.endurance_used.0 {
            report.put(&rows::WEAR, endurance.current_percent.positive());
        }
        if let Some(spare) = &document.spare_available.0 {
            report.put(&rows::SPARE, spare.current_percent.positive());
            report.put(&rows::SPARE_THRESHOLD, spare.threshold_percent.positive());
        }
        nvme::read(document, &mut report);
        ata::read(document, &mut report);
        scsi::read(document, &mut report);
        report
    }

    fn put_identity(&mut self, document: &Document) {
        let vendor = document.scsi_vendor.shown().or_else(|| document.vendor.shown());
        let product = document.scsi_product.shown().or_else(|| document.product.shown());
        let of_scsi = || match (vendor, product) {
            (Some(vendor), Some(product)) => Some(format!("{vendor} {product}")),
            (vendor, product) => vendor.or(product),
        };
        let model = document.model_name.shown().or_else(|| document.scsi_model_name.shown());
        self.put_text(&rows::MODEL, model.or_else(of_scsi));
        self.put_text(&rows::SERIAL, document.serial_number.shown());
        let revision = || document.scsi_revision.shown().or_else(|| document.revision.shown());
        self.put_text(&rows::FIRMWARE, document.firmware_version.shown().or_else(revision));
        self.put_text(&rows::PROTOCOL, self.protocol.map(|protocol| protocol.as_str().to_owned()));
        self.put_text(&rows::POWER_MODE, document.power_mode.shown().map(|mode| mode.to_ascii_lowercase()));
        let capacity = document.user_capacity.0.as_ref().and_then(|capacity| capacity.bytes.positive());
        self.put(&rows::CAPACITY, capacity.or_else(|| document.nvme_total_capacity.positive()));
    }

    /// Says how the reading went, now that it is known what was found.
    fn judge(&mut self, document: &Document, smartctl: &Smartctl, status: u16) {
        let has_health = HEALTH.iter().any(|row| self.figures.contains_key(&row.id));
        let has_support = document.smart_support.0.as_ref().and_then(|support| support.available.0);
        let messages = messages(smartctl);
        if has_health && has_support != Some(false) {
            self.put_text(&rows::WARNINGS, Some(names_of(status, &WARNINGS)));
            return;
        }
        self.standing = if is_denied(&messages) {
            Standing::Denied
        } else if has_support != Some(false) && status & BIT_COMMAND != 0 {
            Standing::Failed
        } else {
            Standing::Unsupported
        };
        self.reason = messages;
        // What else such a drive says is made up by whatever stands for it.
        self.figures.retain(|id, _| IDENTITY.iter().any(|row| row.id == *id));
    }
}

impl Standing {
    /// What `smart.state` says.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Asleep => "asleep",
            Self::Unsupported => "unsupported",
            Self::Denied => "denied",
            Self::Missing => "missing",
            Self::Stale => "stale",
            Self::Failed => "failed",
        }
    }

    /// Why figures are absent that the drive did not tell.
    pub const fn absence(self) -> Absence {
        match self {
            Self::Ok | Self::Unsupported | Self::Missing => Absence::Unsupported,
            Self::Asleep => Absence::Sleeping,
            Self::Denied => Absence::Denied,
            Self::Stale | Self::Failed => Absence::Failed,
        }
    }
}

impl Protocol {
    /// What `smart.protocol` says.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nvme => "nvme",
            Self::Ata => "ata",
            Self::Scsi => "scsi",
        }
    }
}

/// Parses an answer of smartctl's.
pub(super) fn document(json: &[u8]) -> Result<Document, BadReport> {
    if json.len() > REPORT_BYTES_MAX {
        return Err(BadReport::TooLong);
    }
    serde_json::from_slice(json).map_err(BadReport::Syntax)
}

/// What smartctl complains of, on one line.
pub(super) fn messages(smartctl: &Smartctl) -> String {
    let messages: Vec<String> =
        smartctl.messages.0.iter().take(MESSAGES_MAX).filter_map(|message| message.string.shown()).collect();
    messages.join("; ")
}

/// The names of the bits that are set, or `none`.
pub(super) fn names_of(bits: u16, names: &[(u16, &str)]) -> String {
    let set: Vec<&str> = names.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect();
    if set.is_empty() { "none".to_owned() } else { set.join(" ") }
}

/// The sum of those numbers that are there, if any is.
pub(super) fn sum(numbers: impl IntoIterator<Item = Number>) -> Option<f64> {
    numbers.into_iter().filter_map(Number::positive).reduce(|a, b| a + b)
}

fn protocol(document: &Document) -> Option<Protocol> {
    let device = document.device.0.as_ref()?;
    let named = |text: &Text| text.shown().unwrap_or_default().to_ascii_lowercase();
    match named(&device.protocol).as_str() {
        "nvme" => Some(Protocol::Nvme),
        "ata" => Some(Protocol::Ata),
        "scsi" => Some(Protocol::Scsi),
        _ => None,
    }
}

/// A temperature that was measured: who cannot measure any says 0, or 0 kelvin.
fn celsius(temperature: &Temperature) -> Option<f64> {
    let celsius = temperature.current.0.filter(|celsius| *celsius > CELSIUS_MIN)?;
    let is_made_up = celsius == 0.0 && temperature.drive_trip.0 == Some(0.0);
    (!is_made_up).then_some(celsius)
}

/// Whether smartctl found the drive in a mode that it was told not to end.
fn is_asleep(mode: &str, messages: &str) -> bool {
    let sleeps = |mode: &str| mode.starts_with("STANDBY") || mode.starts_with("SLEEP");
    sleeps(mode) || messages.split_once("Device is in ").is_some_and(|(_, rest)| sleeps(rest))
}

/// How a drive stands that could not be opened.
fn standing_of(messages: &str) -> Standing {
    if is_denied(messages) {
        Standing::Denied
    } else if UNKNOWN.iter().any(|phrase| messages.contains(phrase)) {
        Standing::Unsupported
    } else {
        Standing::Failed
    }
}

fn is_denied(messages: &str) -> bool {
    ["Permission denied", "Operation not permitted"].iter().any(|phrase| messages.contains(phrase))
}

/// What smartctl says of what it cannot talk to: virtual disks, and USB bridges that nobody has taught it.
const UNKNOWN: [&str; 3] = ["Unable to detect device type", "Unknown USB bridge", "Unsupported USB bridge"];

const BIT_USAGE: u16 = 1;
const BIT_OPEN: u16 = 2;
const BIT_COMMAND: u16 = 4;
const BIT_FAILING: u16 = 8;

/// The bits of the exit status that go with figures.
const WARNINGS: [(u16, &str); 6] = [
    (BIT_COMMAND, "command_failed"),
    (BIT_FAILING, "failing"),
    (16, "prefail"),
    (32, "prefail_past"),
    (64, "errors_logged"),
    (128, "self_test_failed"),
];

/// The figures of which a drive has at least one that says anything of its health.
static HEALTH: [&Metric; 6] = [
    &rows::PASSED,
    &rows::WEAR,
    &rows::POWER_ON,
    &rows::REALLOCATED,
    &rows::GROWN_DEFECTS,
    &rows::MEDIA_ERRORS,
];

/// The figures that say which drive it is.
static IDENTITY: [&Metric; 5] =
    [&rows::PROTOCOL, &rows::MODEL, &rows::SERIAL, &rows::FIRMWARE, &rows::CAPACITY];

/// No drive works below.
const CELSIUS_MIN: f64 = -100.0;

pub(super) const SECONDS_PER_HOUR: f64 = 3600.0;

/// Enough to tell what went wrong.
const MESSAGES_MAX: usize = 4;

/// Most that is read of an answer. An ATA drive with all its logs full takes some 300 KB.
pub const REPORT_BYTES_MAX: usize = 1 << 20;
