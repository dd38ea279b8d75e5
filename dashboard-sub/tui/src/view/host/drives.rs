//! Drives: health, wear and temperature, and what goes to and from them.

use grapevine_proto::catalogue::disk;
use grapevine_sub::Status;
use grapevine_sub::panel::{Drive, Figure};

use super::body::Body;
use crate::state::drives;
use crate::theme::Tone;
use crate::units::printable;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    for drive in drives(&scene.panels) {
        body.item(traffic(scene, drive, width), width);
        if drive.has_health() {
            if let Some(row) = warnings(scene, drive) {
                body.line(row, width);
            }
            body.line(health(scene, drive, width), width);
        }
    }
    body
}

/// How the drive is, its name and model, what it does at the moment.
fn traffic<'s, 'a>(scene: &'s Scene<'a>, drive: &Drive<'_>, width: usize) -> Row<'s, 'a> {
    let model = drive.model.value.map(printable).unwrap_or_default();
    let row =
        Row::new(scene).space(1).mark(status(scene, drive)).space(1).left(Tone::Strong, drive.name, NAME);
    let row = row.left(Tone::Plain, &model, MODEL).number(drive.capacity_bytes, 6, short::decimal);
    if !drive.read.is_told() {
        return row;
    }
    let row = row
        .text(Tone::Faint, "  r ")
        .number(drive.read, 7, short::rate)
        .text(Tone::Faint, " w ")
        .number(drive.write, 7, short::rate)
        .space(1)
        .number(drive.busy_percent, 4, |percent| format!("{percent:.0}%"));
    let room = width.saturating_sub(row.width() + 2).min(SPARK_MAX);
    if room < SPARK_MIN {
        return row;
    }
    let past = scene.recent(&disk::BUSY, &[drive.name], room);
    row.space(1).spark(&past, 100.0, None)
}

fn health<'s, 'a>(scene: &'s Scene<'a>, drive: &Drive<'_>, width: usize) -> Row<'s, 'a> {
    let row = Row::new(scene).space(3);
    let row = match drive.state.value {
        None | Some("ok") => row,
        Some("asleep") => row.text(Tone::Faint, "asleep, before:  "),
        Some(other) => {
            let why = if other == "denied" { "health: denied to the agent" } else { other };
            row.text(Tone::Warning, format!("{}  ", printable(why)))
        }
    };
    let row = row.when(drive.wear_percent.is_told() && drive.wear_percent.value.is_some(), |row| {
        let bounds = Some(scene.levels.drive_wear);
        row.text(Tone::Faint, "wear ").gauge(drive.wear_percent, bounds, WEAR_BAR).space(1)
    });
    let row = row.when(drive.temperature_celsius.value.is_some(), |row| {
        let bounds = scene.levels.drive_temperature;
        let status = drive.temperature_celsius.value.map_or(Status::Ok, |celsius| bounds.status_of(celsius));
        row.figure(drive.temperature_celsius, Some(bounds), 2, |celsius| format!("{celsius:.0}"))
            .text(Tone::Faint, "°C")
            .blemish(status)
            .space(1)
    });
    let row = row.when(drive.power_on_s.value.is_some(), |row| {
        row.number(drive.power_on_s, 1, |on_s| format!("{:.0} h", on_s / 3600.0))
            .text(Tone::Faint, drive.power_on_s.value.map_or_else(String::new, days))
            .space(2)
    });
    counters(row, drive, width)
}

/// What the drive and smartctl warn of, if they do.
fn warnings<'s, 'a>(scene: &'s Scene<'a>, drive: &Drive<'_>) -> Option<Row<'s, 'a>> {
    let told = [drive.critical_warning.value, drive.warnings.value].into_iter().flatten();
    let words = told.flat_map(str::split_whitespace).filter(|word| !matches!(*word, "none" | "failing"));
    let words: Vec<String> = words.map(|word| printable(word).replace('_', " ")).collect();
    let fails = drive.passed.value == Some(0.0);
    let row = Row::new(scene).space(3).when(fails, |row| row.text(Tone::Critical, "about to fail"));
    let gap = if fails && !words.is_empty() { ": " } else { "" };
    (fails || !words.is_empty()).then(|| row.text(Tone::Critical, format!("{gap}{}", words.join(", "))))
}

/// Counts of what went wrong, as many as fit: those that stand for something are there in any case, the others if they
/// are not 0.
fn counters<'s, 'a>(row: Row<'s, 'a>, drive: &Drive<'_>, width: usize) -> Row<'s, 'a> {
    let row = row.when(drive.spare_percent.value.is_some(), |row| {
        row.part(width, |row| {
            row.text(Tone::Faint, "spare ")
                .number(drive.spare_percent, 1, |percent| format!("{percent:.0}%"))
                .space(2)
        })
    });
    let counts: [(&str, Figure, bool); 7] = [
        ("errors", drive.media_errors, true),
        ("reallocated", drive.sectors_reallocated, true),
        ("pending", drive.sectors_pending, true),
        ("defects", drive.grown_defects, true),
        ("unreadable", drive.sectors_uncorrectable, false),
        ("crc", drive.crc_errors, false),
        ("unsafe off", drive.unsafe_shutdowns, false),
    ];
    counts.into_iter().fold(row, |row, (name, count, is_vital)| match count.value {
        Some(value) if value > 0.0 || is_vital => {
            let tone = if value > 0.0 && name != "unsafe off" { Tone::Warning } else { Tone::Faint };
            row.part(width + 2, |row| {
                row.text(Tone::Faint, format!("{name} ")).text(tone, short::count(value)).space(2)
            })
        }
        _ => row,
    })
}

/// The gravest of what is found of this drive.
fn status(scene: &Scene<'_>, drive: &Drive<'_>) -> Status {
    let controller = drive.name.strip_suffix("n1").unwrap_or(drive.name);
    let is_of = |subject: &str| subject == drive.name || subject == controller;
    let findings = scene.assessment.findings_of(grapevine_sub::Panel::Drive);
    findings
        .filter(|finding| is_of(&finding.subject))
        .fold(Status::Ok, |worst, finding| worst.or_graver(finding.status))
}

/// Hours are what drives count, days what people think in.
fn days(on_s: f64) -> String {
    format!(" ({:.0} d)", on_s / 86_400.0)
}

const NAME: usize = 9;
const MODEL: usize = 16;
const WEAR_BAR: usize = 8;
const SPARK_MIN: usize = 8;
const SPARK_MAX: usize = 40;
