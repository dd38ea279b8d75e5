//! Cells of the fleet's table.

use grapevine_sub::panel::{BackupState, Figure};
use grapevine_sub::{Bounds, Entry, Freshness, Levels, Status};
use ratatui::text::Line;

use super::lines::{fit, span};
use crate::glyphs::Glyphs;
use crate::state::{Column, State};
use crate::theme::Tone;
use crate::units;

/// The mark of a status: colours never stand alone.
pub(crate) fn mark(state: &State, status: Status) -> &'static str {
    let (unicode, ascii) = match status {
        Status::Ok => ("●", "."),
        Status::Warning => ("▲", "!"),
        Status::Critical => ("■", "X"),
        Status::Unknown => ("?", "?"),
        Status::Stale => ("◌", "~"),
    };
    match state.theme.glyphs {
        Glyphs::Unicode => unicode,
        Glyphs::Ascii => ascii,
    }
}

/// How something of this status looks.
pub(crate) fn status_tone(status: Status) -> Tone {
    match status {
        Status::Ok => Tone::Ok,
        Status::Warning => Tone::Warning,
        Status::Critical => Tone::Critical,
        Status::Unknown => Tone::Unknown,
        Status::Stale => Tone::Stale,
    }
}

/// What stands in `column` for this host, in at most `width` columns of the terminal.
pub(super) fn cell(
    state: &State,
    entry: &Entry,
    levels: &Levels,
    column: Column,
    width: usize,
) -> Line<'static> {
    let (host, summary) = (&entry.host, &entry.summary);
    let identity = host.identity();
    let text = |tone, text: &str| Line::from(span(state, tone, fit(text, width, state)));
    let share = |figure, bounds| share(state, figure, bounds, width);
    match column {
        Column::Status => {
            let status = entry.assessment.status;
            text(status_tone(status), mark(state, status))
        }
        Column::Host if host.in_conflict() => {
            text(Tone::Warning, &format!("{} (conflict)", host.name().as_str()))
        }
        Column::Host => text(Tone::Strong, host.name().as_str()),
        Column::Heard => heard(state, entry),
        Column::Gpu => share(summary.gpu_use_percent, levels.gpu_use),
        Column::GpuMemory => share(summary.gpu_memory_percent, levels.gpu_memory),
        Column::Cpu => share(summary.cpu_percent, levels.cpu_use),
        Column::Memory => share(summary.memory_percent, levels.memory_used),
        Column::Disk => share(summary.disk_percent, levels.disk_space),
        Column::Wear => number(state, summary.wear_percent, levels.drive_wear, "%"),
        Column::Temperature => temperature(state, entry, levels),
        Column::Services => services(state, entry),
        Column::Backup => backup(state, entry),
        Column::Event => last_event(state, entry, width),
        Column::Role => text(Tone::Plain, &units::printable(&identity.role)),
        Column::Groups => text(Tone::Plain, &units::printable(&identity.groups.join(","))),
        Column::Hops => text(Tone::Plain, &host.hops().to_string()),
    }
}

fn heard(state: &State, entry: &Entry) -> Line<'static> {
    let now = state.shown().now;
    let freshness = entry.host.freshness(now);
    let age = || units::age(entry.host.age_ms(now)).replace(' ', "");
    let (tone, text) = match freshness {
        Freshness::Fresh => (Tone::Faint, age()),
        Freshness::Late => (Tone::Warning, age()),
        Freshness::Silent => (Tone::Stale, age()),
        Freshness::Dead | Freshness::Left => (Tone::Stale, freshness.as_str().to_owned()),
    };
    Line::from(span(state, tone, text))
}

/// A bar, where there is room for one, and the number.
fn share(state: &State, figure: Figure, bounds: Bounds, width: usize) -> Line<'static> {
    let Some(percent) = figure.value else { return absent(state) };
    let tone = tone(figure, bounds);
    let number = format!("{percent:.0}%");
    let room = width.saturating_sub(SHARE_WIDTH);
    let (filled, rest) = state.theme.glyphs.bar(percent, room);
    Line::from(vec![
        span(state, tone, filled),
        span(state, Tone::Border, rest),
        span(state, if tone == Tone::Ok { Tone::Plain } else { tone }, format!("{number:>SHARE_WIDTH$}")),
    ])
}

fn number(state: &State, figure: Figure, bounds: Bounds, unit: &'static str) -> Line<'static> {
    let Some(value) = figure.value else { return absent(state) };
    let tone = tone(figure, bounds);
    let tone = if tone == Tone::Ok { Tone::Plain } else { tone };
    Line::from(span(state, tone, format!("{value:.0}{unit}")))
}

/// The highest temperature, in the colour of what it is of.
fn temperature(state: &State, entry: &Entry, levels: &Levels) -> Line<'static> {
    let summary = &entry.summary;
    let highest = summary.temperature_celsius;
    let of = [
        (summary.gpu_temperature_celsius, levels.gpu_temperature),
        (summary.drive_temperature_celsius, levels.drive_temperature),
        (summary.cpu_temperature_celsius, levels.cpu_temperature),
    ];
    let gravest = of
        .into_iter()
        .filter_map(|(figure, bounds)| figure.value.map(|value| bounds.status_of(value)))
        .fold(Status::Ok, Status::or_graver);
    let tone = match gravest {
        _ if highest.stale || highest.absence.is_some() => Tone::Stale,
        Status::Ok => Tone::Plain,
        status => status_tone(status),
    };
    match highest.value {
        Some(celsius) => {
            Line::from(span(state, tone, format!("{celsius:.0}{}", state.theme.glyphs.degrees())))
        }
        None => absent(state),
    }
}

/// Services that are well, of all.
fn services(state: &State, entry: &Entry) -> Line<'static> {
    let summary = &entry.summary;
    let (Some(healthy), Some(total)) = (summary.services_healthy.value, summary.services_total.value) else {
        return absent(state);
    };
    let failed = summary.services_failed.value.unwrap_or_default();
    let (tone, mark) = match () {
        () if summary.services_total.stale => (Tone::Stale, ""),
        () if failed > 0.0 => (Tone::Critical, "!"),
        () if healthy < total => (Tone::Warning, ""),
        () => (Tone::Plain, ""),
    };
    Line::from(span(state, tone, format!("{mark}{healthy:.0}/{total:.0}")))
}

/// How long ago the last success was; how it is, where it is not well.
fn backup(state: &State, entry: &Entry) -> Line<'static> {
    let Some(job) = entry.summary.backup else { return absent(state) };
    let age = entry.summary.backup_age_s.value.map(units::short_duration);
    let tone = match job {
        BackupState::Ok | BackupState::Running => Tone::Plain,
        BackupState::Unknown => Tone::Unknown,
        BackupState::Warn | BackupState::Stale => Tone::Warning,
        BackupState::Fail => Tone::Critical,
    };
    let text = match job {
        BackupState::Ok => age.unwrap_or_else(|| job.as_str().to_owned()),
        BackupState::Stale => format!("!{}", age.as_deref().unwrap_or("stale")),
        _ => job.as_str().to_owned(),
    };
    Line::from(span(state, tone, text))
}

/// What happened last, and how long ago.
fn last_event(state: &State, entry: &Entry, width: usize) -> Line<'static> {
    let Some(event) = &entry.last_event else { return Line::default() };
    let age = units::short_duration((state.shown().wall_s - event.at_s).max(0.0));
    let tone = if event.severity == Status::Ok { Tone::Faint } else { status_tone(event.severity) };
    Line::from(span(state, tone, fit(&format!("{age} {}", event.what), width, state)))
}

fn tone(figure: Figure, bounds: Bounds) -> Tone {
    match figure.value {
        Some(value) if !figure.stale && figure.absence.is_none() => status_tone(bounds.status_of(value)),
        _ => Tone::Stale,
    }
}

fn absent(state: &State) -> Line<'static> {
    Line::from(span(state, Tone::Faint, state.theme.glyphs.absent()))
}

/// As wide as `100%` and a space before it.
const SHARE_WIDTH: usize = 5;
