//! The folder where jobs drop their reports.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::job::Report;
use super::report::{self, Filed};
use super::text::is_job_name;
use super::watched::Watched;
use super::{JOBS_MAX, MAX_AGE_S};

/// The reports that are there.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    files: BTreeMap<String, Watched<Filed>>,
    filed: BTreeMap<String, Filed>,
    left_out: usize,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, files: BTreeMap::new(), filed: BTreeMap::new(), left_out: 0 }
    }

    /// Reads what is new.
    pub(super) fn look(&mut self) {
        let mut names = self.names();
        names.sort_unstable();
        self.left_out += names.len().saturating_sub(JOBS_MAX);
        names.truncate(JOBS_MAX);
        self.files.retain(|name, _| names.contains(name));
        let mut before = std::mem::take(&mut self.filed);
        for name in names {
            let path = self.path.join(format!("{name}.json"));
            let file = self.files.entry(name.clone()).or_insert_with(|| Watched::new(path));
            let filed = match file.look(|bytes, changed| report::parse(&name, bytes, changed)) {
                Ok(filed) => filed.clone(),
                Err(reason) => {
                    let known = before.remove(&name).unwrap_or_default();
                    Filed { report: known.report.lost(reason), ..known }
                }
            };
            self.filed.insert(name, filed);
        }
    }

    /// The report of a job.
    pub(super) fn get(&self, job: &str) -> Option<&Filed> {
        self.filed.get(job)
    }

    /// The names of all jobs that have a report.
    pub(super) fn jobs(&self) -> impl Iterator<Item = (&str, &Report, u64)> {
        self.filed
            .iter()
            .map(|(name, filed)| (name.as_str(), &filed.report, filed.max_age_s.unwrap_or(MAX_AGE_S)))
    }

    /// How many reports are not looked at.
    pub(super) fn left_out(&self) -> usize {
        self.left_out
    }

    /// Names of jobs with a file. What begins with a dot is still being written.
    fn names(&mut self) -> Vec<String> {
        self.left_out = 0;
        let Ok(entries) = std::fs::read_dir(&self.path) else { return Vec::new() };
        let mut names = Vec::new();
        for entry in entries.take(ENTRIES_MAX).flatten() {
            let file = entry.file_name();
            let Some(name) = file.to_str().and_then(|file| file.strip_suffix(".json")) else { continue };
            if is_job_name(name) {
                names.push(name.to_owned());
            } else if !name.starts_with('.') {
                self.left_out += 1;
            }
        }
        names
    }
}

/// Most entries of the folder that are looked at: 32 jobs, and whatever else may lie there.
const ENTRIES_MAX: usize = 1024;
