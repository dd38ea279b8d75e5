//! What an agent remembers between runs, in its state directory: the host's key and the epoch.
//!
//! | file | what | mode |
//! |---|---|---|
//! | `origin.key` | the seed of the host's Ed25519 key, 64 hexadecimal digits | 0600 |
//! | `epoch` | the number of the latest run | 0600 |
//! | `backup-cache/` | what borg and restic keep of the repositories that they are asked about | 0700 |
//! | `pings.json` | what backup jobs said last | 0600 |
//! | `lock` | held while an agent uses the directory | 0600 |

pub(crate) mod atomic;

use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use grapevine_proto::OriginKey;
use thiserror::Error;

/// An agent's state directory, locked against other agents while this lives.
#[derive(Debug)]
pub(crate) struct StateDir {
    folder: PathBuf,
    _lock: File,
}

impl StateDir {
    /// Opens `folder`, which is created if it is not there.
    ///
    /// # Errors
    /// A [`StateError`] if it cannot be used, or another agent uses it.
    pub(crate) fn open(folder: &Path) -> Result<Self, StateError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| StateError::io("create", folder, source))?;
        let path = folder.join("lock");
        let lock = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|source| StateError::io("open", &path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateError::InUse { folder: folder.to_owned() }),
            Err(TryLockError::Error(source)) => Err(StateError::io("lock", &path, source)),
        }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The host's key; made at the first start.
    ///
    /// # Errors
    /// A [`StateError`] if there is a file that holds no key or that others can read, or none can be written.
    pub(crate) fn origin_key(&self) -> Result<OriginKey, StateError> {
        let path = self.folder.join("origin.key");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.set_epoch(0)?;
                return make_key(&path);
            }
            Err(source) => return Err(StateError::io("read", &path, source)),
        };
        let metadata = std::fs::metadata(&path).map_err(|source| StateError::io("read", &path, source))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(StateError::KeyIsOpen { path });
        }
        let seed = unhex(text.trim()).ok_or(StateError::KeyIsBroken { path })?;
        Ok(OriginKey::from_seed(&seed))
    }

    /// Begins a run: the epoch after the latest one. It is on disk when this returns.
    ///
    /// A host that has a key but lost its epochs goes on at the clock's seconds, far above any count of runs. Should
    /// the clock be wrong, the neighbours know better: they tell an agent that they remember from a later epoch.
    ///
    /// # Errors
    /// A [`StateError`] if the file holds no number or cannot be written.
    pub(crate) fn begin_epoch(&self) -> Result<u32, StateError> {
        let path = self.folder.join("epoch");
        let latest = match std::fs::read_to_string(&path) {
            Ok(text) => text.trim().parse::<u32>().map_err(|_| StateError::EpochIsBroken { path })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => clock_seconds(),
            Err(source) => return Err(StateError::io("read", &path, source)),
        };
        let epoch = latest.saturating_add(1);
        self.set_epoch(epoch)?;
        Ok(epoch)
    }

    /// Remembers that this run goes on in `epoch`.
    ///
    /// # Errors
    /// A [`StateError`] if it cannot be written.
    pub(crate) fn set_epoch(&self, epoch: u32) -> Result<(), StateError> {
        let path = self.folder.join("epoch");
        atomic::write(&path, format!("{epoch}\n").as_bytes())
            .map_err(|source| StateError::io("write", &path, source))
    }
}

/// Where state is kept if nothing is configured: where systemd says, else the system's or the user's place.
pub(crate) fn standard_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("STATE_DIRECTORY") {
        return Some(folder.into());
    }
    if rustix::process::geteuid().is_root() {
        return Some("/var/lib/grapevine".into());
    }
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/state"));
    state.or_else(home).map(|folder| folder.join("grapevine"))
}

/// Seconds since 1970, which pass the largest epoch in 2106; 0 if the clock is before that.
fn clock_seconds() -> u32 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u32::try_from(since_1970.as_secs()).unwrap_or(u32::MAX / 2)
}

fn make_key(path: &Path) -> Result<OriginKey, StateError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| StateError::io("make a key for", path, error.into()))?;
    let hex: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    atomic::write(path, format!("{hex}\n").as_bytes())
        .map_err(|source| StateError::io("write", path, source))?;
    Ok(OriginKey::from_seed(&seed))
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = *pair;
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

/// The state directory cannot be used; the operator must act.
#[derive(Debug, Error)]
pub(crate) enum StateError {
    /// The system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another agent runs with this directory.
    #[error(
        "another agent uses {}: stop it, or give this one a state_dir and a host_name of its own",
        folder.display()
    )]
    InUse {
        /// The directory.
        folder: PathBuf,
    },
    /// The key file is damaged.
    #[error("{} does not hold 64 hexadecimal digits: restore it, or remove it to become a new origin", path.display())]
    KeyIsBroken {
        /// The file.
        path: PathBuf,
    },
    /// Others may read the secret key.
    #[error("{} can be read by others: chmod 600 it, or remove it to become a new origin", path.display())]
    KeyIsOpen {
        /// The file.
        path: PathBuf,
    },
    /// The epoch file is damaged.
    #[error(
        "{} does not hold a number: remove it, and the agent goes on far above all its epochs",
        path.display()
    )]
    EpochIsBroken {
        /// The file.
        path: PathBuf,
    },
}

impl StateError {
    fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn the_key_stays_the_same_and_secret() {
        let folder = folder();
        let first = StateDir::open(folder.path()).unwrap().origin_key().unwrap().origin();
        let second = StateDir::open(folder.path()).unwrap().origin_key().unwrap().origin();
        assert_eq!(first, second);
        let mode = std::fs::metadata(folder.path().join("origin.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn each_run_has_a_later_epoch() {
        let folder = folder();
        let state = StateDir::open(folder.path()).unwrap();
        state.origin_key().unwrap();
        assert_eq!((state.begin_epoch().unwrap(), state.begin_epoch().unwrap()), (1, 2));
        state.set_epoch(9).unwrap();
        drop(state);
        assert_eq!(StateDir::open(folder.path()).unwrap().begin_epoch().unwrap(), 10);
    }

    #[test]
    fn lost_epochs_are_made_up_for_by_the_clock() {
        let folder = folder();
        let state = StateDir::open(folder.path()).unwrap();
        state.origin_key().unwrap();
        state.set_epoch(900_000).unwrap();
        std::fs::remove_file(folder.path().join("epoch")).unwrap();
        assert!(state.begin_epoch().unwrap() > 1_700_000_000);
    }

    #[test]
    fn two_agents_do_not_share_a_directory() {
        let folder = folder();
        let _first = StateDir::open(folder.path()).unwrap();
        let error = StateDir::open(folder.path()).unwrap_err();
        assert!(matches!(error, StateError::InUse { .. }));
    }

    #[test]
    fn damaged_files_are_named_and_left_alone() {
        let folder = folder();
        let state = StateDir::open(folder.path()).unwrap();
        atomic::write(&folder.path().join("origin.key"), b"no key\n").unwrap();
        atomic::write(&folder.path().join("epoch"), b"many\n").unwrap();
        assert!(matches!(state.origin_key().unwrap_err(), StateError::KeyIsBroken { .. }));
        assert!(matches!(state.begin_epoch().unwrap_err(), StateError::EpochIsBroken { .. }));
        assert_eq!(std::fs::read(folder.path().join("origin.key")).unwrap(), b"no key\n");
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = folder();
        let state = StateDir::open(folder.path()).unwrap();
        state.origin_key().unwrap();
        let path = folder.path().join("origin.key");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        assert!(matches!(state.origin_key().unwrap_err(), StateError::KeyIsOpen { .. }));
    }
}
