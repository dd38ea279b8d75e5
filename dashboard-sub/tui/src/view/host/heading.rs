//! The lines above a host's panels: what it is and how it is, then the panels by name.

use grapevine_sub::{Freshness, Status};
use ratatui::Frame;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::state::PanelKind;
use crate::theme::Tone;
use crate::units;
use crate::view::cells::status_tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

/// Rows that it takes.
pub(super) const ROWS: u16 = 2;

pub(super) fn render(
    frame: &mut Frame<'_>,
    area: Rect,
    scene: &Scene<'_>,
    kinds: &[PanelKind],
    focus: PanelKind,
) {
    let width = usize::from(area.width);
    let lines = [who(scene, width).line(width), tabs(scene, kinds, focus, width).line(width)];
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        frame.buffer_mut().set_line(area.x, y, &line, area.width);
    }
}

/// Name, status, freshness, and as much of what the machine is as fits.
fn who<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let machine = &scene.panels.machine;
    let row = Row::new(scene)
        .space(1)
        .mark(scene.assessment.status)
        .space(1)
        .text(Tone::Strong, scene.host.name().to_string())
        .space(2);
    let mut row = freshness(scene, row);
    if scene.host.in_conflict() {
        let claim = format!("  this name is claimed twice; this is {}", scene.host.origin());
        row = row.text(status_tone(Status::Warning), claim);
    }
    let up =
        machine.boot_time_s.value.map(|boot_s| format!("up {}", short::span(scene.clock.wall_s - boot_s)));
    let identity = scene.host.identity();
    let texts = [
        machine.product.value.map(units::printable),
        up,
        machine.distribution.value.map(units::printable),
        machine.kernel.value.map(units::printable),
        machine.virtualisation.value.filter(|system| *system != "none").map(units::printable),
        Some(identity.groups.join(" ")).filter(|groups| !groups.is_empty()),
    ];
    let separator = scene.state.theme.glyphs.separator();
    for text in texts.into_iter().flatten() {
        if row.width() + separator.width() + text.width() > width {
            break;
        }
        row = row.text(Tone::Border, separator).text(Tone::Faint, text);
    }
    row
}

fn freshness<'s, 'a>(scene: &Scene<'_>, row: Row<'s, 'a>) -> Row<'s, 'a> {
    let age = units::age(scene.host.age_ms(scene.clock.now));
    match scene.host.freshness(scene.clock.now) {
        Freshness::Fresh => row.text(Tone::Faint, format!("{age} ago")),
        Freshness::Late => row.text(Tone::Warning, format!("late: heard {age} ago")),
        Freshness::Silent => {
            row.text(Tone::Critical, format!("silent: heard {age} ago, figures are of then"))
        }
        Freshness::Dead => row
            .text(Tone::Critical, "dead")
            .text(Tone::Plain, format!(": its neighbours lost it; heard {age} ago, figures are of then")),
        Freshness::Left => row.text(Tone::Unknown, format!("left {age} ago, figures are of then")),
    }
}

/// The names of the panels, that of the one with the keys in view.
fn tabs<'s, 'a>(scene: &'s Scene<'a>, kinds: &[PanelKind], focus: PanelKind, width: usize) -> Row<'s, 'a> {
    let name_width = |kind: &PanelKind| kind.title().width() + 3;
    let at = kinds.iter().position(|kind| *kind == focus).unwrap_or_default();
    // The first name from which on that of the panel with the keys fits.
    let mut first = 0;
    while first < at
        && kinds.iter().skip(first).take(at - first + 1).map(name_width).sum::<usize>() + 4 > width
    {
        first += 1;
    }
    let ellipsis = scene.state.theme.glyphs.ellipsis();
    let mut row = Row::new(scene).text(Tone::Faint, if first > 0 { ellipsis } else { " " });
    for (at, kind) in kinds.iter().enumerate().skip(first) {
        let is_last = at + 1 == kinds.len();
        if row.width() + name_width(kind) + usize::from(!is_last) * 2 > width {
            return row.text(Tone::Faint, format!(" {ellipsis}"));
        }
        let status = kind.status_of().and_then(|panel| scene.assessment.panel(panel)).unwrap_or(Status::Ok);
        let tone = if *kind == focus { Tone::Focus } else { Tone::Faint };
        row = row.blemish(status).text(tone, kind.title()).space(2);
    }
    row
}
