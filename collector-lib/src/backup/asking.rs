//! Asks repositories, one at a time and each at its own slow pace.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::job::{Outcome, Report};
use super::text::line;
use super::tool::Query;
use crate::process::{Background, Job, RunError, Runner};

/// The repositories that are asked, and what they answered last.
#[derive(Debug)]
pub(super) struct Asking {
    runner: Arc<Runner>,
    cache: PathBuf,
    asked: BTreeMap<String, Asked>,
    /// The job whose repository is being asked, and the program that does it.
    at: Option<(String, Background)>,
}

#[derive(Debug)]
struct Asked {
    query: Query,
    due_ms: u64,
    report: Report,
}

impl Asking {
    pub(super) fn new(runner: Arc<Runner>, cache: PathBuf) -> Self {
        Self { runner, cache, asked: BTreeMap::new(), at: None }
    }

    /// Asks the repository of `job` from now on.
    pub(super) fn add(&mut self, job: &str, query: Query) {
        let report = Report { message: "not asked yet".into(), ..Report::default() };
        self.asked.insert(job.to_owned(), Asked { query, due_ms: 0, report });
    }

    /// What the repository of a job answered last.
    pub(super) fn get(&self, job: &str) -> Option<&Report> {
        self.asked.get(job).map(|asked| &asked.report)
    }

    /// Takes an answer that is there, and asks the next repository that is due.
    pub(super) fn advance(&mut self, now_ms: u64) {
        if let Some((job, running)) = &mut self.at {
            let Some(end) = running.look() else { return };
            if let Some(asked) = self.asked.get_mut(job.as_str()) {
                asked.take(end, now_ms);
            }
            self.at = None;
        }
        let due = self.asked.iter_mut().filter(|(_, asked)| asked.due_ms <= now_ms);
        let Some((job, asked)) = due.min_by_key(|(_, asked)| asked.due_ms) else { return };
        match ask(&self.runner, &self.cache, &asked.query) {
            Ok(running) => self.at = Some((job.clone(), running)),
            Err(reason) => asked.lose(&reason, now_ms),
        }
    }
}

impl Asked {
    fn take(&mut self, end: Result<crate::process::Ended, RunError>, now_ms: u64) {
        match end {
            Ok(ended) => {
                let known = std::mem::take(&mut self.report);
                self.report = self.query.tool.mean(&self.query, &ended, known);
                self.wait(now_ms);
            }
            Err(error) => self.lose(&error.to_string(), now_ms),
        }
    }

    fn lose(&mut self, reason: &str, now_ms: u64) {
        self.report = std::mem::take(&mut self.report).lost(reason);
        self.wait(now_ms);
    }

    /// A repository that gave no answer is asked again sooner, for a lock goes away.
    fn wait(&mut self, now_ms: u64) {
        let has_answered = matches!(self.report.outcome, Outcome::Ok);
        let wait_s = if has_answered { self.query.interval_s } else { self.query.interval_s.min(RETRY_S) };
        self.due_ms = now_ms.saturating_add(wait_s.saturating_mul(1000));
    }
}

fn ask(runner: &Arc<Runner>, cache: &Path, query: &Query) -> Result<Background, String> {
    if let Some(file) = &query.passphrase_file {
        check_secret(file)?;
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(cache)
        .map_err(|error| line(&format!("cannot create {}: {error}", cache.display())))?;
    let environment = query.tool.environment(query, cache);
    let environment: Vec<(&str, &OsStr)> =
        environment.iter().map(|(name, value)| (*name, value.as_os_str())).collect();
    let job = Job {
        program: query.tool.program(),
        arguments: query.tool.arguments(query.sizes),
        deadline: Duration::from_secs(query.timeout_s),
        stdout_bytes_max: ANSWER_BYTES_MAX,
    };
    runner.start(&job, &environment).map_err(|error| error.to_string())
}

/// Refuses a file with a passphrase that others than its owner can read.
fn check_secret(file: &Path) -> Result<(), String> {
    let shown = file.display();
    let metadata =
        std::fs::metadata(file).map_err(|error| line(&format!("passphrase file {shown}: {error}")))?;
    match metadata.mode() & OPEN_BITS {
        0 => Ok(()),
        _ => Err(line(&format!("passphrase file {shown} is open to others: chmod 600 it"))),
    }
}

/// Permissions of others, and of the group to write. systemd gives a credential to its unit's user by an access list,
/// which shows as the group's permission to read.
const OPEN_BITS: u32 = 0o037;

/// How soon a repository is asked again that gave no answer, in seconds.
const RETRY_S: u64 = 300;

/// The longest answer: a snapshot of restic with long lists of paths, for each of many hosts.
const ANSWER_BYTES_MAX: usize = 1 << 20;
