//! Services: state, processor, memory against its limit, files against their quota.

use grapevine_sub::Status;
use grapevine_sub::panel::{Figure, Service, Services};

use super::body::Body;
use crate::state::services;
use crate::theme::Tone;
use crate::units::printable;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    body.note = note(&scene.panels.services);
    let services = services(&scene.panels);
    let longest =
        services.iter().map(|service| service.short_name().chars().count()).max().unwrap_or_default();
    let name = longest.clamp(8, width.saturating_sub(44).clamp(16, 26));
    for service in services {
        let row = Row::new(scene).space(1).mark(status(scene, service)).space(1);
        let row = row.left(Tone::Strong, service.short_name(), name).space(1);
        let row = if service.state.value == Some("active") && service.substate.value.is_none() {
            figures(scene, row, service, width)
        } else {
            state(row, scene, service)
        };
        body.item(row, width);
    }
    body
}

/// How many there are of each state.
fn note(services: &Services<'_>) -> String {
    let parts = [
        (services.healthy, "up"),
        (services.degraded, "degraded"),
        (services.failed, "failed"),
        (services.untold, "not told"),
    ];
    let is_shown =
        |(count, name): &(Figure, &str)| count.value.is_some_and(|count| count > 0.0 || *name == "up");
    let parts = parts.into_iter().filter(is_shown);
    let parts: Vec<String> =
        parts.map(|(count, name)| format!("{:.0} {name}", count.value.unwrap_or_default())).collect();
    parts.join(", ")
}

fn figures<'s, 'a>(
    scene: &'s Scene<'a>,
    row: Row<'s, 'a>,
    service: &Service<'_>,
    width: usize,
) -> Row<'s, 'a> {
    let row = row.number(service.cpu_percent, 5, |percent| format!("{percent:.0}%"));
    let memory = service.memory_used_percent();
    let row = if memory.value.is_some() { row.space(1).gauge(memory, None, BAR) } else { row.space(BAR + 7) };
    let row = row
        .number(service.memory_bytes, 6, short::bytes)
        .when(service.memory_limit_bytes.value.is_some(), |row| {
            row.text(Tone::Faint, "/").number(service.memory_limit_bytes, 1, short::bytes)
        });
    let row = row.to(width.min(row_end(width)));
    let row = row.when(service.disk_used_bytes.value.is_some() && width >= WIDE, |row| {
        row.text(Tone::Faint, " disk ")
            .gauge(service.disk_used_percent(), Some(scene.levels.service_quota), BAR)
            .number(service.disk_used_bytes, 6, short::bytes)
            .text(Tone::Faint, "/")
            .number(service.disk_quota_bytes, 1, short::bytes)
    });
    restarts(row, scene, service)
}

/// Where the columns after memory begin.
fn row_end(width: usize) -> usize {
    if width >= WIDE { 62 } else { 0 }
}

fn restarts<'s, 'a>(row: Row<'s, 'a>, scene: &Scene<'_>, service: &Service<'_>) -> Row<'s, 'a> {
    match service.restarts.value.filter(|restarts| *restarts > 0.0) {
        Some(restarts) => {
            let since = service.started_s.value.map(|started_s| short::span(scene.clock.wall_s - started_s));
            let since = since.map(|since| format!(", up {since}")).unwrap_or_default();
            row.text(Tone::Warning, format!("  {restarts:.0} restarts")).text(Tone::Faint, since)
        }
        None => row,
    }
}

/// What there is to say of a service that is not simply up.
fn state<'s, 'a>(row: Row<'s, 'a>, scene: &Scene<'_>, service: &Service<'_>) -> Row<'s, 'a> {
    let Some(state) = service.state.value else {
        // Where systemd cannot be asked there are figures without a state.
        let row = row.number(service.cpu_percent, 5, |percent| format!("{percent:.0}%"));
        return row.space(1).number(service.memory_bytes, 6, short::bytes);
    };
    let tone = if service.has_failed() { Tone::Critical } else { Tone::Plain };
    let row = row.text(tone, printable(state));
    let row = match service.substate.value {
        Some(substate) => row.text(Tone::Plain, format!(" ({})", printable(substate))),
        None => row,
    };
    let row = match service.result.value {
        Some(result) => row.text(Tone::Faint, format!(": {}", printable(&result.replace('-', " ")))),
        None => row,
    };
    restarts(row, scene, service)
}

fn status(scene: &Scene<'_>, service: &Service<'_>) -> Status {
    if service.has_failed() {
        return scene.levels.service_failed.status().unwrap_or(Status::Ok);
    }
    if service.is_degraded() {
        return scene.levels.service_degraded.status().unwrap_or(Status::Ok);
    }
    if service.state.is_told() && service.state.value.is_none() { Status::Unknown } else { Status::Ok }
}

/// From this width on there is room for the files of a service.
const WIDE: usize = 96;
const BAR: usize = 8;
