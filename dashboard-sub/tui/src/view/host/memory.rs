//! Memory: physical, swap, zram, tmpfs, the kernel's settings, and who waits for it.

use grapevine_proto::catalogue::memory;
use grapevine_sub::Bounds;
use grapevine_sub::panel::{Figure, Tmpfs};

use super::body::{Body, Chart};
use crate::theme::Tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let panel = &scene.panels.memory;
    if panel.total_bytes.is_told() {
        body.item(physical(scene, width), width);
        body.line(caches(scene, width), width);
    }
    if panel.swap_total_bytes.value.is_some_and(|total| total > 0.0) {
        let row = share(scene, "swap", panel.swap_used_percent(), None);
        body.item(of(row, panel.swap_used_bytes, panel.swap_total_bytes), width);
    }
    if panel.zram_size_bytes.is_told() {
        body.item(zram(scene, width), width);
    }
    for tmpfs in &panel.tmpfs {
        body.item(tmpfs_row(scene, tmpfs), width);
    }
    if scene.panels.pressure.io_some_avg10_percent.is_told() {
        body.item(pressure(scene, width), width);
    }
    body.chart = panel.total_bytes.value.map(|total| Chart {
        label: "used, 10 min",
        metric: &memory::USED,
        labels: Vec::new(),
        most: Some(total),
        bounds: Bounds::OFF,
    });
    if panel.swappiness.is_told() {
        body.line(settings(scene, width), width);
    }
    body
}

fn physical<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let panel = &scene.panels.memory;
    let bounds = scene.levels.memory_used;
    let row = share(scene, "used", panel.used_percent(), Some(bounds));
    let row = of(row, panel.used_bytes, panel.total_bytes);
    let room = width.saturating_sub(row.width() + 2);
    let past = scene.recent(&memory::USED, &[], room.min(SPARK_MAX));
    let total = panel.total_bytes.value.unwrap_or(1.0);
    let past: Vec<Option<f64>> = past.into_iter().map(|used| used.map(|used| used / total * 100.0)).collect();
    row.space(2).spark(&past, 100.0, Some(bounds))
}

fn caches<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let panel = &scene.panels.memory;
    let parts = [
        ("cached", panel.cached_bytes),
        ("shared", panel.shared_bytes),
        ("dirty", panel.dirty_bytes),
        ("writeback", panel.writeback_bytes),
        ("buffers", panel.buffers_bytes),
    ];
    let mut row = Row::new(scene).space(LABEL);
    for (name, bytes) in parts {
        row = row.part(width, |row| {
            let gap = if name == "cached" { "" } else { "  " };
            row.text(Tone::Faint, format!("{gap}{name} ")).number(bytes, 1, short::bytes)
        });
    }
    row
}

fn zram<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let panel = &scene.panels.memory;
    let row = share(scene, "zram", panel.zram_original_bytes.percent_of(panel.zram_size_bytes), None);
    of(row, panel.zram_original_bytes, panel.zram_size_bytes)
        .part(width, |row| row.text(Tone::Faint, "  in ").number(panel.zram_used_bytes, 1, short::bytes))
        .part(width, |row| {
            row.text(Tone::Faint, ", ratio ").number(panel.zram_ratio, 1, |ratio| format!("{ratio:.2}"))
        })
}

fn tmpfs_row<'s, 'a>(scene: &'s Scene<'a>, tmpfs: &Tmpfs<'_>) -> Row<'s, 'a> {
    let row = share(scene, tmpfs.mount, tmpfs.used_percent(), None);
    of(row, tmpfs.used_bytes, tmpfs.size_bytes).text(Tone::Faint, "  tmpfs")
}

fn pressure<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let pressure = &scene.panels.pressure;
    let bounds = scene.levels.memory_pressure;
    let percent = |percent: f64| format!("{percent:.0}");
    let pair = |row: Row<'s, 'a>, name: &'static str, some: Figure, full: Figure, bounds: Option<Bounds>| {
        let row = row.text(Tone::Faint, name).figure(some, None, 1, percent);
        row.when(full.is_told(), |row| row.text(Tone::Faint, "/").figure(full, bounds, 1, percent))
            .text(Tone::Faint, "%  ")
    };
    let row = Row::new(scene).left(Tone::Faint, " waits", LABEL);
    let row = pair(
        row,
        "memory ",
        pressure.memory_some_avg10_percent,
        pressure.memory_full_avg10_percent,
        Some(bounds),
    );
    let row = pair(row, "io ", pressure.io_some_avg10_percent, pressure.io_full_avg10_percent, None);
    let row = pair(row, "cpu ", pressure.cpu_some_avg10_percent, Figure::default(), None);
    row.part(width, |row| row.text(Tone::Faint, "some/all tasks, of 10 s"))
}

fn settings<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let panel = &scene.panels.memory;
    let overcommit = |mode: f64| match mode {
        0.0 => "heuristic",
        1.0 => "always",
        2.0 => "never",
        _ => "unknown",
    };
    Row::new(scene)
        .left(Tone::Faint, " vm.", LABEL)
        .text(Tone::Faint, "swappiness ")
        .number(panel.swappiness, 1, |value| format!("{value:.0}"))
        .text(Tone::Faint, "  dirty ")
        .number(panel.dirty_background_ratio_percent, 1, |percent| format!("{percent:.0}"))
        .text(Tone::Faint, "/")
        .number(panel.dirty_ratio_percent, 1, |percent| format!("{percent:.0}%"))
        .part(width, |row| {
            row.text(Tone::Faint, "  overcommit ")
                .number(panel.overcommit, 1, |mode| overcommit(mode).to_owned())
        })
}

fn share<'s, 'a>(scene: &'s Scene<'a>, name: &str, percent: Figure, bounds: Option<Bounds>) -> Row<'s, 'a> {
    let row = Row::new(scene).space(1).left(Tone::Faint, name, LABEL - 1);
    row.gauge(percent, bounds, BAR)
}

fn of<'s, 'a>(row: Row<'s, 'a>, part: Figure, whole: Figure) -> Row<'s, 'a> {
    row.number(part, 6, short::bytes).text(Tone::Faint, " of ").number(whole, 1, short::bytes)
}

const LABEL: usize = 10;
const BAR: usize = 14;
const SPARK_MAX: usize = 60;
