//! Table `backup_metrics`: which backups are watched.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use grapevine_collectors::backup::{
    self, JOBS_MAX, Job, MAX_AGE_S, QUERY_INTERVAL_S, QUERY_TIMEOUT_S, Query, Source, Tool, is_job_name,
};
use serde::Deserialize;

/// Table `backup_metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BackupSettings {
    pub(super) enabled: Option<bool>,
    pub(super) interval_ms: Option<u32>,
    /// The folder where jobs drop their reports.
    reports: Option<PathBuf>,
    /// Where pings are heard; nowhere if not said.
    ping_listen: Option<SocketAddr>,
    /// Jobs that are told of even while nothing is known of them.
    jobs: Vec<NamedJob>,
}

impl BackupSettings {
    /// Which backups are watched; what tools keep of repositories is kept in the agent's `state` folder.
    pub(super) fn settings(&self, state: Option<&Path>) -> backup::Settings {
        let default = backup::Settings::default();
        backup::Settings {
            jobs: self.jobs.iter().map(|NamedJob(job)| job.clone()).collect(),
            reports: self.reports.clone().unwrap_or(default.reports),
            cache: state.map_or(default.cache, |state| state.join("backup-cache")),
            pings: Arc::default(),
        }
    }

    /// Where pings are heard, if anywhere.
    pub(super) fn ping_listen(&self) -> Option<SocketAddr> {
        self.ping_listen.filter(|_| self.enabled.unwrap_or(true))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        self.check_pings()?;
        if self.jobs.len() > JOBS_MAX {
            return Err(format!("collectors.{TABLE}.jobs: at most {JOBS_MAX} jobs"));
        }
        let names = self.jobs.iter().map(|NamedJob(job)| job.name.as_str());
        if let Some(twice) = first_twice(names.collect()) {
            return Err(format!("collectors.{TABLE}.jobs: the job {twice:?} is there twice"));
        }
        Ok(())
    }

    /// Names that are known are enough on loopback only.
    fn check_pings(&self) -> Result<(), String> {
        let pinged = |NamedJob(job): &'_ NamedJob| match &job.source {
            Source::Ping(id) => Some((job.name.clone(), id.clone())),
            _ => None,
        };
        let pinged: Vec<(String, String)> = self.jobs.iter().filter_map(pinged).collect();
        if let Some(twice) = first_twice(pinged.iter().map(|(_, id)| id.as_str()).collect()) {
            return Err(format!("collectors.{TABLE}.jobs: {twice:?} is the ping of two jobs"));
        }
        match self.ping_listen {
            None => match pinged.first() {
                Some((name, _)) => Err(format!(
                    "collectors.{TABLE}: the job {name:?} pings, but nobody listens: set ping_listen, such as \
                     \"127.0.0.1:6131\""
                )),
                None => Ok(()),
            },
            Some(address) if address.ip().is_loopback() => Ok(()),
            Some(address) => match pinged.iter().find(|(_, id)| id.len() < SECRET_BYTES_MIN) {
                Some((name, _)) => Err(format!(
                    "collectors.{TABLE}.ping_listen = \"{address}\" is open to the network: give the job {name:?} a \
                     ping of {SECRET_BYTES_MIN} characters or more that nobody guesses, such as a UUID"
                )),
                None => Ok(()),
            },
        }
    }
}

/// The first of the texts that is there twice.
fn first_twice(mut texts: Vec<&str>) -> Option<&str> {
    texts.sort_unstable();
    texts.windows(2).find(|pair| pair.first() == pair.last()).and_then(<[_]>::first).copied()
}

#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "JobTable")]
struct NamedJob(Job);

/// A table of the list `jobs`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct JobTable {
    job: String,
    source: SourceName,
    /// The program that makes the backups, for sources that do not know.
    tool: Option<String>,
    /// Where the backups go.
    repository: Option<String>,
    /// From which age of the last success on the job is stale.
    max_age_s: Option<u64>,
    /// The file of Prometheus' text format.
    file: Option<PathBuf>,
    /// The file with the repository's passphrase.
    passphrase_file: Option<PathBuf>,
    /// Time between two questions to the repository.
    interval_s: Option<u64>,
    /// The longest that an answer may take.
    timeout_s: Option<u64>,
    /// Whether borg is asked for sizes, too.
    sizes: Option<bool>,
    /// The last part of the address that the job pings; its name if not said.
    ping: Option<String>,
    /// The service of systemd.
    unit: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SourceName {
    Report,
    Textfile,
    Borg,
    Restic,
    Ping,
    Unit,
}

impl TryFrom<JobTable> for NamedJob {
    type Error = String;

    fn try_from(table: JobTable) -> Result<Self, String> {
        if !is_job_name(&table.job) {
            return Err(format!(
                "{:?} is no name of a job: use up to 64 letters, digits and the characters -_.@",
                table.job
            ));
        }
        if let Some(ping) = table.ping.as_deref().filter(|ping| !is_job_name(ping)) {
            return Err(format!("{ping:?} is no ping: use up to 64 letters, digits and the characters -_.@"));
        }
        table.check_keys()?;
        let lacks = |key| format!("the job {:?} lacks {key}", table.job);
        let source = match table.source {
            SourceName::Report => Source::Report,
            SourceName::Ping => Source::Ping(table.ping.clone().unwrap_or_else(|| table.job.clone())),
            SourceName::Textfile => Source::Textfile(table.file.clone().ok_or_else(|| lacks("file"))?),
            SourceName::Unit => Source::Unit(table.service().ok_or_else(|| lacks("unit"))?),
            SourceName::Borg => {
                Source::Repository(table.query(Tool::Borg).ok_or_else(|| lacks("repository"))?)
            }
            SourceName::Restic => {
                Source::Repository(table.query(Tool::Restic).ok_or_else(|| lacks("repository"))?)
            }
        };
        let max_age_s = table.max_age_s.unwrap_or(MAX_AGE_S);
        Ok(Self(Job { name: table.job, tool: table.tool, repository: table.repository, max_age_s, source }))
    }
}

impl JobTable {
    /// The name of a service as systemd.unit(5) allows it; what begins otherwise could be an option of systemctl.
    fn service(&self) -> Option<String> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || ":-_.\\@".contains(c);
        let unit = self.unit.as_deref()?;
        let is_name = unit.len() < 256 && unit.chars().all(allowed) && !unit.starts_with('-');
        (is_name && !unit.is_empty()).then(|| unit.to_owned())
    }

    fn query(&self, tool: Tool) -> Option<Query> {
        Some(Query {
            tool,
            repository: self.repository.clone()?,
            passphrase_file: self.passphrase_file.clone(),
            sizes: self.sizes.unwrap_or_default(),
            interval_s: self.interval_s.unwrap_or(QUERY_INTERVAL_S),
            timeout_s: self.timeout_s.unwrap_or(QUERY_TIMEOUT_S),
        })
    }

    /// Refuses keys that mean nothing for the source, and times out of bounds.
    fn check_keys(&self) -> Result<(), String> {
        let asks = matches!(self.source, SourceName::Borg | SourceName::Restic);
        for (key, is_set, is_used) in [
            ("file", self.file.is_some(), self.source == SourceName::Textfile),
            ("tool", self.tool.is_some(), !asks),
            ("passphrase_file", self.passphrase_file.is_some(), asks),
            ("interval_s", self.interval_s.is_some(), asks),
            ("timeout_s", self.timeout_s.is_some(), asks),
            ("ping", self.ping.is_some(), self.source == SourceName::Ping),
            ("unit", self.unit.is_some(), self.source == SourceName::Unit),
            ("sizes", self.sizes.is_some(), self.source == SourceName::Borg),
        ] {
            if is_set && !is_used {
                return Err(format!("the job {:?} has no use for {key} with this source", self.job));
            }
        }
        for (key, value, (least, most)) in [
            ("max_age_s", self.max_age_s, MAX_AGE_S_BOUNDS),
            ("interval_s", self.interval_s, INTERVAL_S_BOUNDS),
            ("timeout_s", self.timeout_s, TIMEOUT_S_BOUNDS),
        ] {
            if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
                return Err(format!("{key} = {value} of the job {:?}: use {least} to {most}", self.job));
            }
        }
        Ok(())
    }
}

/// 128 bits in 22 characters of base64; a UUID has 36.
const SECRET_BYTES_MIN: usize = 22;

/// From a minute to ten years.
const MAX_AGE_S_BOUNDS: (u64, u64) = (60, 315_360_000);

/// From a minute, since each question opens the repository, to a day.
const INTERVAL_S_BOUNDS: (u64, u64) = (60, 86_400);

/// From what a shell takes to an hour.
const TIMEOUT_S_BOUNDS: (u64, u64) = (1, 3600);

/// The name of the table.
pub(super) const TABLE: &str = "backup_metrics";
