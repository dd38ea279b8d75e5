//! Backup jobs: how they are, the last run, what it read and stored, and when the next one is due.

use grapevine_sub::Status;
use grapevine_sub::panel::{Backup, BackupState};

use super::body::Body;
use crate::state::backups;
use crate::theme::Tone;
use crate::units::printable;
use crate::view::cells::status_tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let left_out = scene.panels.backups.left_out.value.filter(|left_out| *left_out > 0.0);
    body.note = left_out.map(|left_out| format!("{left_out:.0} not told")).unwrap_or_default();
    for backup in backups(&scene.panels) {
        body.item(job(scene, backup, width), width);
        body.line(run(scene, backup), width);
        if let Some(message) = backup.message.value {
            body.line(Row::new(scene).space(3).text(Tone::Faint, printable(message)), width);
        }
    }
    body
}

/// The job, how it is, and where its backups go.
fn job<'s, 'a>(scene: &'s Scene<'a>, backup: &Backup<'_>, width: usize) -> Row<'s, 'a> {
    let status = status(scene, backup.state());
    let tone = if status == Status::Ok { Tone::Plain } else { status_tone(status) };
    let row = Row::new(scene)
        .space(1)
        .mark(status)
        .space(1)
        .left(Tone::Strong, backup.job, NAME)
        .left(tone, backup.state().as_str(), 8)
        .left(Tone::Faint, &backup.tool.value.map(printable).unwrap_or_default(), 7);
    let room = width.saturating_sub(row.width());
    let repository = backup.repository.value.map(printable).unwrap_or_default();
    row.left(Tone::Faint, &repository, room)
}

fn run<'s, 'a>(scene: &'s Scene<'a>, backup: &Backup<'_>) -> Row<'s, 'a> {
    let wall_s = scene.clock.wall_s;
    let age = backup.last_success_age_s(wall_s);
    let row = Row::new(scene).space(3).text(Tone::Faint, "last ");
    let row = if age.value.is_some() {
        row.number(age, 6, short::span).text(Tone::Faint, " ago")
    } else {
        row.text(Tone::Faint, "success not known")
    };
    let row = row.when(backup.duration_s.value.is_some(), |row| {
        row.text(Tone::Faint, "  took ").number(backup.duration_s, 5, short::span)
    });
    let row = row.when(backup.read_bytes.value.is_some(), |row| {
        let to = if scene.state.theme.glyphs == crate::glyphs::Glyphs::Unicode { " → " } else { " > " };
        row.space(2).number(backup.read_bytes, 5, short::bytes).text(Tone::Faint, to).number(
            backup.stored_bytes,
            1,
            short::bytes,
        )
    });
    match backup.next_due_s.value {
        Some(due_s) if due_s >= wall_s => {
            row.text(Tone::Faint, "  next in ").text(Tone::Plain, short::span(due_s - wall_s))
        }
        Some(due_s) => row.text(Tone::Warning, format!("  was due {} ago", short::span(wall_s - due_s))),
        None => row,
    }
}

fn status(scene: &Scene<'_>, state: BackupState) -> Status {
    let levels = &scene.levels;
    let severity = match state {
        BackupState::Ok | BackupState::Running => return Status::Ok,
        BackupState::Unknown => return Status::Unknown,
        BackupState::Warn => levels.backup_warned,
        BackupState::Stale => levels.backup_stale,
        BackupState::Fail => levels.backup_failed,
    };
    severity.status().unwrap_or(Status::Ok)
}

const NAME: usize = 16;
