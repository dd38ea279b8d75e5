//! Backup jobs.

use std::fmt;

use grapevine_proto::catalogue::backup;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// All backup jobs of a host.
    pub struct Backups<'a> {
        /// How many are told.
        jobs: Figure = backup::JOBS,
        /// How many more there are.
        left_out: Figure = backup::LEFT_OUT,
    }
    with {
        /// Each job.
        list: List<Backup<'a>>,
    }
}

figures! {
    /// A backup job. Times are in seconds since 1970, by the machine's own clock.
    pub struct Backup<'a> by {
        /// Its name.
        job
    } {
        /// See [`BackupState`].
        state_text: Figure<&'a str> = backup::STATE,
        /// Program that makes the backups.
        tool: Figure<&'a str> = backup::TOOL,
        /// Where they go.
        repository: Figure<&'a str> = backup::REPOSITORY,
        /// Start of the last run.
        started_s: Figure = backup::STARTED,
        /// End of the last run.
        finished_s: Figure = backup::FINISHED,
        /// Time that the last run took.
        duration_s: Figure = backup::DURATION,
        /// Data that the last run read.
        read_bytes: Figure = backup::BYTES_READ,
        /// Data that the last run added to the repository.
        stored_bytes: Figure = backup::BYTES_STORED,
        /// Files of the last run.
        files: Figure = backup::FILES,
        /// Backups that the repository holds.
        snapshots: Figure = backup::SNAPSHOTS,
        /// When the next run is due.
        next_due_s: Figure = backup::NEXT_DUE,
        /// End of the last run that made a backup.
        last_success_s: Figure = backup::LAST_SUCCESS,
        /// Age of the last success from which on the job is stale.
        max_age_s: Figure = backup::MAX_AGE,
        /// Exit status of the last run.
        exit_code: Figure = backup::EXIT_CODE,
        /// What there is to say, in one line.
        message: Figure<&'a str> = backup::MESSAGE,
    }
}

impl Backup<'_> {
    /// How the job is.
    pub fn state(&self) -> BackupState {
        self.state_text.value.map_or(BackupState::Unknown, BackupState::named)
    }

    /// How long ago it last succeeded when the clock on the wall shows `wall_s` seconds since 1970.
    pub fn last_success_age_s(&self, wall_s: f64) -> Figure {
        self.last_success_s.map(|success_s| (wall_s - success_s).max(0.0))
    }
}

/// How a backup job is, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackupState {
    /// The last run made a backup.
    Ok,
    /// It runs.
    Running,
    /// Nothing is known of a run.
    Unknown,
    /// The last run made a backup, with warnings.
    Warn,
    /// The last success is older than it may be.
    Stale,
    /// The last run failed.
    Fail,
}

impl BackupState {
    /// All of them, from the best to the worst.
    pub const ALL: [Self; 6] = [Self::Ok, Self::Running, Self::Unknown, Self::Warn, Self::Stale, Self::Fail];

    /// One lower-case word, as `backup.state` has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Running => "running",
            Self::Unknown => "unknown",
            Self::Warn => "warn",
            Self::Stale => "stale",
            Self::Fail => "fail",
        }
    }

    /// A word of a later version counts as unknown.
    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == name).unwrap_or(Self::Unknown)
    }
}

impl fmt::Display for BackupState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
