//! Backup jobs.

use super::Look;
use super::words::ago;
use crate::panel::{Backup, BackupState, Backups};
use crate::status::Status;
use crate::thresholds::{Levels, Rule};

pub(super) fn judge(backups: &Backups<'_>, levels: &Levels, wall_s: f64, look: &mut Look<'_>) {
    for job in &backups.list {
        look.see(job.state_text);
        let name = job.job;
        match job.state() {
            BackupState::Ok | BackupState::Running => {}
            BackupState::Unknown if !job.state_text.is_told() => {}
            BackupState::Unknown => look.find(Rule::BackupUnknown, Status::Unknown, name, || {
                said(&format!("{name}: no run is known"), job)
            }),
            BackupState::Warn => look.case(Rule::BackupWarned, levels.backup_warned, name, || {
                said(&format!("{name} made a backup with warnings"), job)
            }),
            BackupState::Stale => look.case(Rule::BackupStale, levels.backup_stale, name, || {
                match job.last_success_age_s(wall_s).value {
                    Some(age_s) => format!("{name}: last success {}", ago(whole(age_s))),
                    None => format!("{name}: no success is known"),
                }
            }),
            BackupState::Fail => {
                look.case(Rule::BackupFailed, levels.backup_failed, name, || {
                    said(&format!("{name} failed"), job)
                });
            }
        }
    }
}

/// `what`, with what the job itself says.
fn said(what: &str, job: &Backup<'_>) -> String {
    match job.message.value {
        Some(message) if !message.is_empty() => format!("{what}: {message}"),
        _ => what.to_owned(),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and no age is negative"
)]
fn whole(seconds: f64) -> u64 {
    seconds as u64
}
