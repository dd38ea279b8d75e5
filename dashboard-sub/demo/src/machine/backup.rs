//! Backup jobs.

use grapevine_proto::catalogue::backup;

use super::Blueprint;
use crate::random::Random;
use crate::sheet::Sheet;
use crate::spec::BackupSpec;

#[derive(Debug)]
pub(super) struct Backups(Vec<Backup>);

#[derive(Debug)]
struct Backup {
    spec: &'static BackupSpec,
    seed: u64,
    /// When its last run succeeded, if none does since.
    stuck_s: Option<f64>,
}

impl Backups {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let backups = blueprint.spec.backups.iter().enumerate().map(|(at, spec)| {
            let is_stuck = blueprint.faults.backup && at == 0;
            let last_success = spec.started_s(blueprint.wall_s - 3.2 * spec.interval_s) + spec.duration_s;
            Backup { spec, seed: blueprint.random(90).next(), stuck_s: is_stuck.then_some(last_success) }
        });
        Self(backups.collect())
    }

    pub(super) fn tell(&self, sheet: &mut Sheet, wall_s: f64) {
        sheet.number(&backup::JOBS, &[], f64::from(u32::try_from(self.0.len()).unwrap_or_default()));
        sheet.number(&backup::LEFT_OUT, &[], 0.0);
        for backup in &self.0 {
            backup.tell(sheet, wall_s);
        }
    }
}

impl Backup {
    fn tell(&self, sheet: &mut Sheet, wall_s: f64) {
        let BackupSpec { job, tool, repository, interval_s, duration_s, .. } = *self.spec;
        let labels = &[job];
        let started_s = self.spec.started_s(wall_s);
        let is_running = self.stuck_s.is_none() && self.spec.is_running(wall_s);
        // The run before is the last one that came to an end.
        let ended_start_s = if is_running { started_s - interval_s } else { started_s };
        // Runs differ, but each tells the same for as long as it is the last one.
        let mut random = Random::of(self.seed, ended_start_s.to_bits());
        let size = random.between(0.7, 1.4);
        let duration_s = (duration_s * random.between(0.8, 1.0)).floor();
        let last_success_s = self.stuck_s.unwrap_or((ended_start_s + duration_s).floor());
        let state = match (self.stuck_s, is_running) {
            (Some(_), _) => "stale",
            (None, true) => "running",
            (None, false) => "ok",
        };
        sheet.text(&backup::STATE, labels, state);
        sheet.text(&backup::TOOL, labels, tool);
        sheet.text(&backup::REPOSITORY, labels, repository);
        sheet.number(
            &backup::STARTED,
            labels,
            if is_running { started_s } else { last_success_s - duration_s },
        );
        sheet.number(&backup::FINISHED, labels, last_success_s);
        sheet.number(&backup::DURATION, labels, duration_s);
        sheet.number(&backup::BYTES_READ, labels, self.spec.read_gb * 1e9 * size);
        sheet.number(&backup::BYTES_STORED, labels, self.spec.stored_gb * 1e9 * size);
        sheet.number(&backup::FILES, labels, (self.spec.files * (0.98 + 0.02 * size)).floor());
        sheet.number(&backup::SNAPSHOTS, labels, self.spec.snapshots);
        sheet.number(&backup::NEXT_DUE, labels, started_s + interval_s);
        sheet.number(&backup::LAST_SUCCESS, labels, last_success_s);
        sheet.number(&backup::MAX_AGE, labels, (interval_s * 1.1).floor());
        sheet.number(&backup::EXIT_CODE, labels, if self.stuck_s.is_some() { 2.0 } else { 0.0 });
        if self.stuck_s.is_some() {
            sheet.text(
                &backup::MESSAGE,
                labels,
                "Connection closed by remote host. Is the repository reachable?",
            );
        }
    }
}
