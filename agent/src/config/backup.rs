//! Table `backup_metrics`: which backups are watched.

use std::path::PathBuf;

use grapevine_collectors::backup::{self, JOBS_MAX, Job, MAX_AGE_S, Source, is_job_name};
use serde::Deserialize;

/// Table `backup_metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BackupSettings {
    pub(super) enabled: Option<bool>,
    pub(super) interval_ms: Option<u32>,
    /// The folder where jobs drop their reports.
    reports: Option<PathBuf>,
    /// Jobs that are told of even while nothing is known of them.
    jobs: Vec<NamedJob>,
}

impl BackupSettings {
    /// Which backups are watched.
    pub(super) fn settings(&self) -> backup::Settings {
        let default = backup::Settings::default();
        backup::Settings {
            jobs: self.jobs.iter().map(|NamedJob(job)| job.clone()).collect(),
            reports: self.reports.clone().unwrap_or(default.reports),
        }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.jobs.len() > JOBS_MAX {
            return Err(format!("collectors.{TABLE}.jobs: at most {JOBS_MAX} jobs"));
        }
        let mut names: Vec<&str> = self.jobs.iter().map(|NamedJob(job)| job.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair.first() == pair.last()).and_then(<[_]>::first) {
            Some(twice) => Err(format!("collectors.{TABLE}.jobs: the job {twice:?} is there twice")),
            None => Ok(()),
        }
    }
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
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SourceName {
    Report,
    Textfile,
}

impl TryFrom<JobTable> for NamedJob {
    type Error = String;

    fn try_from(table: JobTable) -> Result<Self, String> {
        let name = &table.job;
        if !is_job_name(name) {
            return Err(format!(
                "{name:?} is no name of a job: use up to 64 letters, digits and the characters -_.@"
            ));
        }
        let lacks = |key| format!("the job {name:?} lacks {key}");
        let source = match table.source {
            SourceName::Report => Source::Report,
            SourceName::Textfile => Source::Textfile(table.file.ok_or_else(|| lacks("file"))?),
        };
        Ok(Self(Job {
            name: table.job,
            tool: table.tool,
            repository: table.repository,
            max_age_s: table.max_age_s.unwrap_or(MAX_AGE_S),
            source,
        }))
    }
}

/// The name of the table.
pub(super) const TABLE: &str = "backup_metrics";
