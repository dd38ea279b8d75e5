//! What a collector is given to reach the machine with.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::process::Runner;
use crate::{backup, container, gpu, service, smart};

/// The ways from a collector to the machine. Tests put a directory of files in place of each.
#[derive(Clone)]
pub struct Context {
    /// Where the kernel's file systems are.
    pub roots: Roots,
    /// How a mounted file system is asked for its space; it may hang, as on a dead NFS server.
    pub space: SpaceProbe,
    /// The processor architecture of the machine, as the Rust compiler names it.
    pub architecture: &'static str,
    /// Starts the tools that some collectors need.
    pub runner: Arc<Runner>,
    /// How GPUs are read.
    pub gpu: gpu::Settings,
    /// Which backups are watched.
    pub backup: backup::Settings,
    /// Tells the time that files and programs write.
    pub wall_clock: WallClock,
    /// How drives are read.
    pub smart: smart::Settings,
    /// Which services are told of.
    pub services: service::Settings,
    /// How containers are read.
    pub containers: container::Settings,
}

impl Context {
    /// The ways to the machine that the program runs on.
    pub fn of_this_machine() -> Self {
        Self {
            roots: Roots::default(),
            space: Arc::new(statvfs),
            architecture: std::env::consts::ARCH,
            runner: Arc::new(Runner::default()),
            gpu: gpu::Settings::default(),
            backup: backup::Settings::default(),
            wall_clock: Arc::new(seconds_since_1970),
            smart: smart::Settings::default(),
            services: service::Settings::default(),
            containers: container::Settings::default(),
        }
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("roots", &self.roots).finish_non_exhaustive()
    }
}

/// Where the kernel's file systems and the system's settings are.
#[derive(Clone, Debug)]
pub struct Roots {
    /// Usually `/proc`.
    pub proc: PathBuf,
    /// Usually `/sys`.
    pub sys: PathBuf,
    /// Usually `/etc`.
    pub etc: PathBuf,
    /// Usually `/run`.
    pub run: PathBuf,
}

impl Default for Roots {
    fn default() -> Self {
        Self { proc: "/proc".into(), sys: "/sys".into(), etc: "/etc".into(), run: "/run".into() }
    }
}

/// Tells seconds since 1970-01-01T00:00:00Z. Nothing is ordered or timed by it.
pub type WallClock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// By the machine's own clock; 0 if that is before 1970.
fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Asks for the space of the file system that is mounted at a path.
pub type SpaceProbe = Arc<dyn Fn(&Path) -> io::Result<Space> + Send + Sync>;

/// The space of a mounted file system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// All of it in bytes.
    pub size_bytes: u64,
    /// What is free in bytes, whoever may use it.
    pub free_bytes: u64,
    /// What is free for ordinary users in bytes.
    pub available_bytes: u64,
    /// How many files it has room for; 0 if it makes the room as it goes, as btrfs does.
    pub inodes: u64,
    /// How many more files fit.
    pub inodes_free: u64,
}

/// The space as statvfs(3) tells it: counts of fragments, except on file systems that give no fragment size.
fn statvfs(path: &Path) -> io::Result<Space> {
    let stat = rustix::fs::statvfs(path)?;
    let unit = if stat.f_frsize > 0 { stat.f_frsize } else { stat.f_bsize };
    Ok(Space {
        size_bytes: stat.f_blocks.saturating_mul(unit),
        free_bytes: stat.f_bfree.saturating_mul(unit),
        available_bytes: stat.f_bavail.saturating_mul(unit),
        inodes: stat.f_files,
        inodes_free: stat.f_ffree,
    })
}
