//! Backups: jobs, when they last succeeded, and whether that is too long ago.
//!
//! A job is known from one source, and all sources give the same [`Report`]: `job` has the model and the one rule of
//! staleness, `report`, `folder` and `textfile` the files that jobs write, `watched` which files are believed, `tool`,
//! `borg` and `restic` what repositories are asked and answer, `asking` when, `pings` what jobs
//! say while they run, `unit` what systemd says of them, and `tell` the readings.

mod asking;
mod borg;
mod folder;
mod job;
mod pings;
mod report;
mod restic;
mod settings;
mod tell;
mod text;
mod textfile;
mod time;
mod tool;
mod unit;
mod watched;

use std::sync::Arc;

use grapevine_proto::catalogue::backup as rows;

use crate::collector::{CollectError, Collector};
use crate::context::{Context, WallClock};
use crate::process::Runner;
use crate::rate::float;
use crate::sample::Sample;
use asking::Asking;
use folder::Folder;
pub use job::{Outcome, Report, State, Success, outcome_of_exit};
pub use pings::{Ping, Pings};
pub use settings::{Job, MAX_AGE_S, QUERY_INTERVAL_S, QUERY_TIMEOUT_S, Settings, Source};
pub use text::is_job_name;
pub use tool::{Query, Tool};
use unit::Unit;
use watched::Watched;

/// The `backup` collector.
pub(crate) struct Backups {
    wall_clock: WallClock,
    folder: Folder,
    asking: Asking,
    jobs: Vec<Configured>,
}

/// A job that the operator named.
struct Configured {
    job: Job,
    source: Reader,
    report: Report,
}

/// Where its reports come from.
enum Reader {
    Folder,
    Textfile(Box<Watched<Report>>),
    Asking,
    Pings(Arc<Pings>),
    Unit(Box<Unit>),
}

impl Backups {
    pub(crate) fn new(context: &Context) -> Self {
        let Settings { jobs, reports, cache, pings } = context.backup.clone();
        let mut asking = Asking::new(context.runner.clone(), cache);
        let mut jobs: Vec<Configured> =
            jobs.into_iter().map(|job| Configured::new(job, &mut asking, &pings, &context.runner)).collect();
        jobs.sort_by(|a, b| a.job.name.cmp(&b.job.name));
        Self { wall_clock: context.wall_clock.clone(), folder: Folder::new(reports), asking, jobs }
    }
}

impl Configured {
    fn new(job: Job, asking: &mut Asking, pings: &Arc<Pings>, runner: &Arc<Runner>) -> Self {
        let source = match &job.source {
            Source::Report => Reader::Folder,
            Source::Textfile(path) => Reader::Textfile(Box::new(Watched::new(path.clone()))),
            Source::Repository(query) => {
                asking.add(&job.name, query.clone());
                Reader::Asking
            }
            Source::Ping(_) => Reader::Pings(Arc::clone(pings)),
            Source::Unit(service) => Reader::Unit(Box::new(Unit::new(Arc::clone(runner), service))),
        };
        Self { job, source, report: Report::default() }
    }

    fn read(&mut self, folder: &Folder, asking: &Asking, now_ms: u64) {
        let name = &self.job.name;
        let pinged;
        let read = match &mut self.source {
            Reader::Folder => folder.get(name).map(|filed| &filed.report).ok_or("no report yet"),
            Reader::Pings(pings) => {
                pinged = pings.report(name);
                pinged.as_ref().ok_or("no ping yet")
            }
            Reader::Unit(unit) => unit.look(self.job.tool.as_deref(), now_ms),
            Reader::Asking => asking.get(name).ok_or("nobody asks"),
            Reader::Textfile(file) => file.look(|bytes, changed| textfile::parse(name, bytes, changed)),
        };
        match read {
            Ok(report) => self.report.clone_from(report),
            Err(reason) => self.report = std::mem::take(&mut self.report).lost(reason),
        }
        let (tool, repository) = self.job.what_and_where();
        self.report.tool = tool.map(text::line).or(self.report.tool.take());
        self.report.repository = repository.map(text::without_password).or(self.report.repository.take());
    }
}

impl Collector for Backups {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        self.folder.look();
        self.asking.advance(sample.now_ms());
        self.jobs.iter_mut().for_each(|job| job.read(&self.folder, &self.asking, sample.now_ms()));
        let is_named = |name: &str| self.jobs.iter().any(|named| named.job.name == name);
        let named =
            self.jobs.iter().map(|named| (named.job.name.as_str(), &named.report, named.job.max_age_s));
        let dropped = self.folder.jobs().filter(|(name, ..)| !is_named(name));
        let all: Vec<_> = named.chain(dropped).collect();
        let told = all.len().min(JOBS_MAX);
        let left_out = all.len() - told + self.folder.left_out();
        if told + left_out == 0 {
            return Ok(());
        }
        sample.number(&rows::JOBS, &[], float(u64::try_from(told).unwrap_or_default()));
        sample.number(&rows::LEFT_OUT, &[], float(u64::try_from(left_out).unwrap_or_default()));
        let now = (self.wall_clock)();
        for (name, report, max_age_s) in all.into_iter().take(JOBS_MAX) {
            tell::tell(name, report, max_age_s, now, sample);
        }
        Ok(())
    }
}

/// Most jobs that are told of: 32 times 15 readings are an eighth of those that a host may have.
pub const JOBS_MAX: usize = 32;

#[cfg(test)]
mod tests;
