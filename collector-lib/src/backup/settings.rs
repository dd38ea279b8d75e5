//! What an operator can say about backups.

use std::path::PathBuf;
use std::sync::Arc;

use super::pings::Pings;
use super::tool::Query;

/// Which backups are watched.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Jobs that are told of even while nothing is known of them; at most [`JOBS_MAX`](super::JOBS_MAX).
    pub jobs: Vec<Job>,
    /// Where jobs drop their reports: `NAME.json`.
    pub reports: PathBuf,
    /// A folder of the agent's own, where borg and restic keep what they know of repositories.
    pub cache: PathBuf,
    /// What jobs said of themselves; whoever hears them puts it there.
    pub pings: Arc<Pings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { jobs: Vec::new(), reports: REPORTS.into(), cache: CACHE.into(), pings: Arc::default() }
    }
}

/// A backup job that the operator named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its name, as [`is_job_name`](super::is_job_name) allows.
    pub name: String,
    /// The program that makes the backups.
    pub tool: Option<String>,
    /// Where they go.
    pub repository: Option<String>,
    /// From which age of the last success on the job is stale, in seconds.
    pub max_age_s: u64,
    /// Where it is known from.
    pub source: Source,
}

impl Job {
    /// The program that makes the backups and where they go, as far as the operator says.
    pub(super) fn what_and_where(&self) -> (Option<&str>, Option<&str>) {
        match &self.source {
            Source::Repository(query) => (Some(query.tool.program()), Some(&query.repository)),
            Source::Report | Source::Textfile(_) | Source::Ping(_) | Source::Unit(_) => {
                (self.tool.as_deref(), self.repository.as_deref())
            }
        }
    }
}

/// Where a job is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A report in the folder, named as the job.
    Report,
    /// A file of Prometheus' text format.
    Textfile(PathBuf),
    /// The repository itself, by the program that made it.
    Repository(Query),
    /// Pings under this name, which may be a secret.
    Ping(String),
    /// The service of systemd with this name, and its timer.
    Unit(String),
}

/// A daily backup that may take two hours longer than the one before.
pub const MAX_AGE_S: u64 = 26 * 3600;

/// Where jobs drop their reports, unless configured otherwise.
const REPORTS: &str = "/var/lib/grapevine/backups.d";

/// Where borg and restic keep what they know, unless the agent's state is elsewhere.
const CACHE: &str = "/var/lib/grapevine/backup-cache";

/// Time between two questions to a repository in seconds, unless configured otherwise.
pub const QUERY_INTERVAL_S: u64 = 3600;

/// The longest that an answer of a repository may take in seconds, unless configured otherwise.
pub const QUERY_TIMEOUT_S: u64 = 300;
