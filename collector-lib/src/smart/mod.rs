//! Health of drives, which they tell about themselves (SMART): how worn they are, and what went wrong in their lives.
//!
//! smartctl asks the drives, and [`Report`] understands its JSON. Asking takes privileges that an agent should not have
//! (`CAP_SYS_ADMIN` for NVMe, `CAP_SYS_RAWIO` for the others): where it has them it runs smartctl, else it reads the files
//! that [`spool()`] leaves, which a timer runs as root. The temperature of most drives is also in the kernel's files, for
//! everyone.
//!
//! A disk in standby is never woken: its readings are kept, and marked as of one that sleeps. Only disks that turn are
//! asked for their power mode first, as no other has a standby worth keeping.
//!
//! In reading order: `lenient` and `document` (JSON as it is), `report` with `nvme`, `ata` and `scsi` (what it means),
//! `scan` (which drives), `smartctl` and `files` (where it comes from), `spool` (how it gets there), `kernel`, `tell`.

mod ata;
mod document;
mod files;
mod kernel;
mod lenient;
mod nvme;
mod report;
mod scan;
mod scsi;
mod settings;
mod smartctl;
mod spool;
mod tell;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use grapevine_proto::catalogue::smart as rows;

pub use report::{BadReport, Protocol, REPORT_BYTES_MAX, Report, Standing};
pub use scan::{DRIVES_MAX, Drive, parse as parse_scan};
pub use settings::{Settings, Source};
pub use spool::{SpoolError, Spooled, spool};

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::read_once;
use crate::rate::float;
use crate::sample::Sample;
use files::{Files, FilesError};
use kernel::Kernel;
use smartctl::Smartctl;
use tell::Told;

/// The collector of drives' health.
pub(crate) struct Smart {
    source: Source,
    proc: PathBuf,
    kernel: Kernel,
    smartctl: Smartctl,
    files: Files,
    drives: BTreeMap<String, Told>,
    /// How many there are, those not told included.
    found: usize,
    asking: Asking,
    read_at_ms: Option<u64>,
    problem: Option<String>,
}

/// Where the asking of drives stands.
#[derive(Debug, Default)]
struct Asking {
    /// Those that the last scan found, those first whose turn it is.
    drives: Vec<Drive>,
    scanned_at_ms: Option<u64>,
    /// What the kernel had when they were looked for.
    kernels: Vec<String>,
    /// Drives that did not answer, when they are asked again, and after which wait.
    rests: BTreeMap<String, (u64, u64)>,
}

impl Smart {
    pub(crate) fn new(context: &Context) -> Self {
        let settings = &context.smart;
        Self {
            source: settings.source,
            proc: context.roots.proc.clone(),
            kernel: Kernel::new(&context.roots.sys),
            smartctl: Smartctl::new(context.runner.clone(), &settings.smartctl, DEADLINE),
            files: Files::new(
                &settings.directory,
                Duration::from_millis(settings.max_age_ms),
                context.wall_clock.clone(),
            ),
            drives: BTreeMap::new(),
            found: 0,
            asking: Asking::default(),
            read_at_ms: None,
            problem: None,
        }
    }

    fn read(&mut self, now_ms: u64) {
        let kernels = self.kernel.drives();
        self.kernel.keep(&kernels);
        let result = match self.source {
            Source::Smartctl => self.ask(&kernels, now_ms),
            Source::Files => self.read_files(&kernels),
            Source::Auto if may_ask_all(&self.proc) => match self.ask(&kernels, now_ms) {
                Err(report) if report.standing == Standing::Missing && self.files.are_there() => {
                    self.read_files(&kernels)
                }
                result => result,
            },
            Source::Auto => self.read_files(&kernels),
        };
        self.problem = match result {
            Ok(()) => self.problems(),
            // A machine without drives needs nobody to read them.
            Err(_) if kernels.is_empty() && self.drives.is_empty() => None,
            Err(report) => {
                let reason = report.reason.clone();
                for name in kernels {
                    self.drives.entry(name).or_insert_with(Told::new);
                }
                for told in self.drives.values_mut() {
                    told.take(report.clone(), "none");
                }
                Some(reason)
            }
        };
    }

    /// Asks the drives, as many as there is time for; the others have their turn in the next pass.
    fn ask(&mut self, kernels: &[String], now_ms: u64) -> Result<(), Report> {
        let began = Instant::now();
        if self.asking.is_scan_due(kernels, now_ms) {
            let mut found = self.smartctl.scan()?;
            self.drives.retain(|label, _| found.iter().any(|drive| drive.label == *label));
            self.found = found.len();
            found.truncate(DRIVES_MAX);
            // New ones first, then those that were not read for longest.
            found.sort_by_key(|drive| self.asking.drives.iter().position(|known| known.label == drive.label));
            self.asking.drives = found;
            self.asking.scanned_at_ms = Some(now_ms);
            self.asking.kernels = kernels.to_vec();
        }
        let mut asked = 0;
        for drive in &self.asking.drives {
            if began.elapsed() > TIME_FOR_ALL {
                break;
            }
            asked += 1;
            let rest = self.asking.rests.get(&drive.label).copied();
            if rest.is_some_and(|(until_ms, _)| now_ms < until_ms) {
                continue;
            }
            let answer = self.smartctl.read(drive, lets_sleep(drive, &self.kernel));
            if answer.json.is_none() && answer.report.standing == Standing::Failed {
                let wait_ms = rest.map_or(REST_MS, |(_, wait_ms)| (2 * wait_ms).min(REST_MS_MAX));
                self.asking.rests.insert(drive.label.clone(), (now_ms.saturating_add(wait_ms), wait_ms));
            } else {
                self.asking.rests.remove(&drive.label);
            }
            let told = self.drives.entry(drive.label.clone()).or_insert_with(Told::new);
            told.take(answer.report, "smartctl");
        }
        self.asking.drives.rotate_left(asked);
        Ok(())
    }

    fn read_files(&mut self, kernels: &[String]) -> Result<(), Report> {
        let (found, reports) = self.files.read().map_err(|error| {
            let standing = match &error {
                FilesError::Missing { .. } | FilesError::Open { .. } => Standing::Denied,
                FilesError::Read { .. } => Standing::Failed,
            };
            let hint = match &error {
                FilesError::Missing { .. } => HINT,
                _ => "",
            };
            Report::empty(standing, format!("{error}{hint}"))
        })?;
        self.found = found;
        self.drives.retain(|label, _| reports.contains_key(label) || kernels.contains(label));
        for name in kernels.iter().filter(|name| !reports.contains_key(*name)) {
            let told = self.drives.entry(name.clone()).or_insert_with(Told::new);
            told.take(Report::empty(Standing::Missing, ""), "none");
        }
        for (label, report) in reports {
            self.drives.entry(label).or_insert_with(Told::new).take(report, "file");
        }
        Ok(())
    }

    /// Which drives cannot be read, and why.
    fn problems(&self) -> Option<String> {
        let is_problem = |told: &Told| {
            matches!(told.report.standing, Standing::Denied | Standing::Failed | Standing::Stale)
        };
        let mut troubled = self.drives.iter().filter(|(_, told)| is_problem(told));
        let named: Vec<String> = troubled
            .by_ref()
            .take(NAMED_MAX)
            .map(|(label, told)| format!("{label}: {}", told.report.reason))
            .collect();
        let others = troubled.count();
        match (named.is_empty(), others) {
            (true, _) => None,
            (false, 0) => Some(named.join("; ")),
            (false, others) => Some(format!("{}; and {others} more", named.join("; "))),
        }
    }
}

impl Collector for Smart {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let now_ms = sample.now_ms();
        if self.read_at_ms.is_none_or(|read_at_ms| now_ms.saturating_sub(read_at_ms) >= READ_MS_MIN) {
            self.read(now_ms);
            self.read_at_ms = Some(now_ms);
        }
        if !self.drives.is_empty() {
            let found = self.drives.len().max(self.found);
            sample.number(&rows::DRIVES, &[], float(u64::try_from(found).unwrap_or(u64::MAX)));
        }
        for (label, told) in self.drives.iter().take(DRIVES_MAX) {
            let sleeps = told.report.standing == Standing::Asleep;
            let knows =
                told.report.standing == Standing::Ok && told.report.number(&rows::TEMPERATURE).is_some();
            let temperature = if sleeps || knows { None } else { self.kernel.temperature(label) };
            told.tell(label, temperature, sample);
        }
        // What was told before and is not now belongs to drives that are gone, also when something is wrong with others.
        sample.finish();
        match &self.problem {
            Some(reason) => Err(CollectError::Unread { reason: reason.clone() }),
            None => Ok(()),
        }
    }
}

impl Asking {
    fn is_scan_due(&self, kernels: &[String], now_ms: u64) -> bool {
        let is_old = |at_ms: u64| now_ms.saturating_sub(at_ms) >= SCAN_INTERVAL_MS;
        self.scanned_at_ms.is_none_or(is_old) || self.kernels != kernels
    }
}

/// Whether a drive is asked for its power mode first. Of a drive behind a RAID controller the kernel knows nothing.
fn lets_sleep(drive: &Drive, kernel: &Kernel) -> bool {
    let name = drive.path.strip_prefix("/dev/").unwrap_or_default();
    !drive.kind.starts_with("nvme") && kernel.turns(name).unwrap_or(true)
}

/// Whether this process may ask drives of all kinds (capabilities(7); proc(5), `CapEff`).
fn may_ask_all(proc: &Path) -> bool {
    const CAP_SYS_RAWIO: u64 = 1 << 17;
    const CAP_SYS_ADMIN: u64 = 1 << 21;
    let status = read_once(&proc.join("self/status")).unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let effective = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok()).unwrap_or(0);
    effective & (CAP_SYS_RAWIO | CAP_SYS_ADMIN) == CAP_SYS_RAWIO | CAP_SYS_ADMIN
}

/// What to do where nothing reads the drives.
const HINT: &str = ", and the agent may not ask drives itself: enable grapevine-smart.timer, or give the agent CAP_SYS_RAWIO and CAP_SYS_ADMIN";

/// The longest that smartctl may take for one drive.
const DEADLINE: Duration = Duration::from_secs(8);

/// The longest that is taken for all drives in a pass until no more is asked. With the deadlines of a scan and of one more
/// drive, and what it takes to end smartctl, a pass takes 29 s at the most: one of 30 s is taken for hung.
const TIME_FOR_ALL: Duration = Duration::from_secs(19);

/// A second pass that follows at once, as the agent's does, tells what the first one read.
const READ_MS_MIN: u64 = 4000;

/// How often drives are looked for, if the kernel shows no new one.
const SCAN_INTERVAL_MS: u64 = 600_000;

/// How long a drive is left alone that gave no answer, at first: it doubles each time.
const REST_MS: u64 = 60_000;

/// The longest such time: a smartctl that hangs in the kernel cannot be killed, and a day must not bring hundreds.
const REST_MS_MAX: u64 = 3_600_000;

/// Drives that are named in the log at once.
const NAMED_MAX: usize = 4;
