//! smartctl's JSON in files that a program with the privilege for it leaves, one for each drive.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::{Dir, Mode, OFlags, open, openat};

use super::report::{BadReport, REPORT_BYTES_MAX, Report, Standing};
use super::scan::{DRIVES_MAX, LABEL_BYTES_MAX};
use crate::context::WallClock;

/// A directory of such files, and what those that have not changed say.
pub(super) struct Files {
    directory: PathBuf,
    max_age: Duration,
    wall_clock: WallClock,
    known: BTreeMap<String, Known>,
}

#[derive(Debug)]
struct Known {
    /// Inode and time of the last change: a file that is moved into place is another one.
    version: (u64, SystemTime),
    report: Report,
}

/// Why files are not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FilesError {
    /// The directory is not there.
    #[error("there is no {}", path.display())]
    Missing {
        /// The directory.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than root and this user may write it.
    #[error("others than root and the agent's user may write {}", path.display())]
    Open {
        /// The directory.
        path: PathBuf,
    },
}

impl Files {
    pub(super) fn new(directory: &Path, max_age: Duration, wall_clock: WallClock) -> Self {
        Self { directory: directory.to_owned(), max_age, wall_clock, known: BTreeMap::new() }
    }

    /// Whether there is such a directory at all.
    pub(super) fn are_there(&self) -> bool {
        self.directory.is_dir()
    }

    /// How many drives there are, and what the files say of the first [`DRIVES_MAX`], by the name of the file without
    /// `.json`. A file of root's or this user's is
    /// believed, if nobody else may write it.
    ///
    /// # Errors
    /// [`FilesError`] if the directory cannot be read or is not to be believed.
    pub(super) fn read(&mut self) -> Result<(usize, BTreeMap<String, Report>), FilesError> {
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound => FilesError::Missing { path: self.directory.clone() },
            _ => FilesError::Read { path: self.directory.clone(), source },
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let directory = open(&self.directory, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
        let directory = File::from(directory);
        if !is_ours(&directory.metadata().map_err(failed)?) {
            return Err(FilesError::Open { path: self.directory.clone() });
        }
        let labels = labels(Dir::read_from(&directory).map_err(|error| failed(error.into()))?);
        let found = labels.len();
        self.known.retain(|label, _| labels.contains(label));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs((self.wall_clock)());
        let mut reports = BTreeMap::new();
        for label in labels.into_iter().take(DRIVES_MAX) {
            let file = openat(
                &directory,
                format!("{label}.json"),
                // A pipe must not hold the agent up, nor a link lead elsewhere.
                OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC,
                Mode::empty(),
            );
            let report = match file {
                Ok(file) => self.report(&label, File::from(file), now),
                Err(rustix::io::Errno::NOENT) => continue,
                Err(error) => cannot_read(&label, &error.into()),
            };
            reports.insert(label, report);
        }
        Ok((found, reports))
    }

    fn report(&mut self, label: &str, file: File, now: SystemTime) -> Report {
        let metadata = match file.metadata() {
            Ok(metadata) => metadata,
            Err(error) => return cannot_read(label, &error),
        };
        if !metadata.is_file() || !is_ours(&metadata) {
            let reason = format!("{label}.json is not a file of root's that only root may write");
            return Report::empty(Standing::Denied, reason);
        }
        let version = (metadata.ino(), metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH));
        if self.known.get(label).is_none_or(|known| known.version != version) {
            let report = parse(label, file);
            self.known.insert(label.to_owned(), Known { version, report });
        }
        let Some(known) = self.known.get(label) else { return Report::empty(Standing::Failed, "") };
        let age = now.duration_since(known.version.1).unwrap_or_default();
        let mut report = known.report.clone();
        if age > self.max_age {
            report.standing = Standing::Stale;
            report.reason = format!("{label}.json was written {} s ago", age.as_secs());
        }
        report
    }
}

/// The names of the files of drives, without what they end with.
fn labels(directory: Dir) -> Vec<String> {
    let mut labels: Vec<String> = directory
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let label = entry.file_name().to_str().ok()?.strip_suffix(".json")?;
            let is_plain = label.bytes().all(|byte| byte.is_ascii_graphic()) && !label.starts_with('.');
            (is_plain && !label.is_empty() && label.len() <= LABEL_BYTES_MAX).then(|| label.to_owned())
        })
        .take(ENTRIES_MAX)
        .collect();
    labels.sort_unstable();
    labels
}

fn parse(label: &str, file: File) -> Report {
    let mut json = Vec::new();
    let limit = u64::try_from(REPORT_BYTES_MAX).unwrap_or(u64::MAX);
    if let Err(error) = file.take(limit + 1).read_to_end(&mut json) {
        return cannot_read(label, &error);
    }
    Report::parse(&json)
        .unwrap_or_else(|error: BadReport| Report::empty(Standing::Failed, format!("{label}.json: {error}")))
}

fn cannot_read(label: &str, error: &io::Error) -> Report {
    let standing = match error.kind() {
        io::ErrorKind::PermissionDenied => Standing::Denied,
        _ => Standing::Failed,
    };
    Report::empty(standing, format!("cannot read {label}.json: {error}"))
}

/// Whether only root or this user can have written it.
fn is_ours(metadata: &Metadata) -> bool {
    let is_of_others = metadata.uid() != 0 && metadata.uid() != rustix::process::geteuid().as_raw();
    !is_of_others && metadata.mode() & WRITABLE_BY_OTHERS == 0
}

/// Permission of group and others to write (inode(7)).
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// More entries of a directory than this are not looked at.
const ENTRIES_MAX: usize = 1024;
