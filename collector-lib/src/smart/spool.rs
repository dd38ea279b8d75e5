//! Leaves smartctl's JSON in files for an agent without the privilege to ask drives.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{AtFlags, Dir, Mode, OFlags, fchmod, fstat, fsync, open, openat, renameat, unlinkat};
use rustix::io::Errno;

use super::kernel::Kernel;
use super::lets_sleep;
use super::report::Report;
use super::smartctl::Smartctl;
use crate::process::Runner;

/// What became of the drives.
#[derive(Debug, Default)]
pub struct Spooled {
    /// The labels of the drives of which there is a new file.
    pub written: Vec<String>,
    /// The labels of the drives of which the old file stays, if there is one, and why.
    pub skipped: Vec<(String, String)>,
    /// Files of drives that are gone, and were removed.
    pub removed: Vec<String>,
}

/// Why no drive was read.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// smartctl cannot look for drives.
    #[error("{reason}")]
    Scan {
        /// Why.
        reason: String,
    },
    /// The directory cannot be written.
    #[error("cannot write to {}", path.display())]
    Write {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others may write the directory, and so could put there what they like.
    #[error("{} belongs to another user, or others may write it", path.display())]
    Open {
        /// The directory.
        path: PathBuf,
    },
}

/// Reads all drives with smartctl, and puts what it says of each into `directory` as `<label>.json`: in full or not at
/// all, whatever happens in between.
///
/// Disks in standby are left there. A drive whose answer is worthless keeps the file that it has, which shows its age.
///
/// # Errors
/// [`SpoolError`] if there is no smartctl or no place for files.
pub fn spool(
    runner: Arc<Runner>,
    program: &str,
    sys: &Path,
    directory: &Path,
) -> Result<Spooled, SpoolError> {
    let failed = |source: Errno| SpoolError::Write { path: directory.to_owned(), source: source.into() };
    let folder = own_folder(directory)?;
    let smartctl = Smartctl::new(runner, program, DEADLINE);
    let drives = smartctl.scan().map_err(|report: Report| SpoolError::Scan { reason: report.reason })?;
    sweep(&folder, &|name| name.starts_with('.') && name.ends_with(TEMPORARY)).map_err(failed)?;
    let kernel = Kernel::new(sys);
    let mut spooled = Spooled::default();
    for drive in &drives {
        let answer = smartctl.read(drive, lets_sleep(drive, &kernel));
        match answer.json {
            Some(json) => match place(&folder, &drive.label, &json) {
                Ok(()) => spooled.written.push(drive.label.clone()),
                Err(source) => return Err(SpoolError::Write { path: directory.to_owned(), source }),
            },
            None => spooled.skipped.push((drive.label.clone(), answer.report.reason)),
        }
    }
    let is_gone = |name: &str| {
        name.strip_suffix(".json").is_some_and(|label| drives.iter().all(|drive| drive.label != label))
            && is_smartctls(&folder, name)
    };
    spooled.removed = sweep(&folder, &is_gone).map_err(failed)?;
    Ok(spooled)
}

/// Opens the directory, which is made if it is missing; nobody else may write it.
fn own_folder(directory: &Path) -> Result<OwnedFd, SpoolError> {
    let failed = |source| SpoolError::Write { path: directory.to_owned(), source };
    match DirBuilder::new().mode(0o755).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = open(directory, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
    let stat = fstat(&folder).map_err(|error| failed(error.into()))?;
    if stat.st_uid != rustix::process::geteuid().as_raw() || stat.st_mode & 0o022 != 0 {
        return Err(SpoolError::Open { path: directory.to_owned() });
    }
    Ok(folder)
}

/// Puts a file into the folder: to a temporary one beside it, to the disk, then over the old one.
fn place(folder: &OwnedFd, label: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!(".{label}.{}{TEMPORARY}", std::process::id());
    let written = write_through(folder, &temporary, bytes)
        .and_then(|()| Ok(renameat(folder, &temporary, folder, format!("{label}.json"))?))
        .and_then(|()| Ok(fsync(folder)?));
    if written.is_err() {
        // What is left of the temporary file is worthless; the first error is the one to tell.
        unlinkat(folder, &temporary, AtFlags::empty()).ok();
    }
    written
}

fn write_through(folder: &OwnedFd, name: &str, bytes: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = std::fs::File::from(openat(folder, name, flags, MODE)?);
    // Whatever the umask is: the agent is another user.
    fchmod(&file, MODE)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Removes the entries of the folder that are to go, and says which.
fn sweep(folder: &OwnedFd, goes: &dyn Fn(&str) -> bool) -> rustix::io::Result<Vec<String>> {
    let mut gone = Vec::new();
    for entry in Dir::read_from(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().to_str() else { continue };
        if goes(name) {
            match unlinkat(folder, name, AtFlags::empty()) {
                Ok(()) => gone.push(name.to_owned()),
                Err(Errno::NOENT) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(gone)
}

/// Whether a file begins as smartctl's JSON does: in a directory with other things in it those stay.
fn is_smartctls(folder: &OwnedFd, name: &str) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(file) = openat(folder, name, flags, Mode::empty()) else { return false };
    let mut start = [0; START.len()];
    rustix::io::pread(&file, &mut start, 0).is_ok_and(|read| start.get(..read) == Some(START))
}

const START: &[u8] = b"{\"json_format_version\"";

/// How names of files end that are being written.
const TEMPORARY: &str = ".new";

/// Everyone may read, as everyone may see the readings; nobody else may write.
const MODE: Mode = Mode::from_raw_mode(0o644);

/// Nobody waits for a drive here, and one that is busy or spins up takes its time.
const DEADLINE: Duration = Duration::from_secs(30);
