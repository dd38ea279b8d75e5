//! Processor: use, clocks, heat, load, and every core.

use grapevine_proto::catalogue::cpu;
use grapevine_sub::panel::{Cluster, Core, Figure};

use super::body::{Body, Chart};
use crate::theme::Tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let panel = &scene.panels.cpu;
    body.note = scene.panels.machine.processor.value.map(crate::units::printable).unwrap_or_default();
    if panel.use_percent.is_told() {
        body.item(overall(scene, width), width);
        body.line(shares(scene, width), width);
    }
    if panel.load1.is_told() {
        body.item(load(scene, width), width);
    }
    for cluster in &panel.clusters {
        body.line(cluster_row(scene, cluster), width);
    }
    let chart = Chart {
        label: "use, 10 min",
        metric: &cpu::USE,
        labels: Vec::new(),
        most: Some(100.0),
        bounds: scene.levels.cpu_use,
    };
    body.chart = Some(chart).filter(|_| panel.use_percent.is_told());
    if panel.cores.len() <= CORES_WITH_BARS {
        bars(scene, &mut body, width);
    } else {
        levels(scene, &mut body, width);
    }
    body
}

fn overall<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let panel = &scene.panels.cpu;
    let bounds = scene.levels.cpu_use;
    let row = Row::new(scene).left(Tone::Faint, " use", LABEL).gauge(panel.use_percent, Some(bounds), BAR);
    let row = row
        .space(1)
        .when(panel.temperature_celsius.value.is_some(), |row| {
            let bounds = Some(scene.levels.cpu_temperature);
            row.figure(panel.temperature_celsius, bounds, 3, |celsius| format!("{celsius:.0}"))
                .text(Tone::Faint, "°C ")
        })
        .when(panel.frequency_highest_hertz.is_told(), |row| {
            row.number(panel.frequency_highest_hertz, 9, short::hertz)
        });
    let room = width.saturating_sub(row.width() + 2);
    let past = scene.recent(&cpu::USE, &[], room.min(SPARK_MAX));
    row.space(2).spark(&past, 100.0, Some(bounds))
}

fn shares<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let panel = &scene.panels.cpu;
    let shares = [
        ("user", panel.user_percent),
        ("system", panel.system_percent),
        ("iowait", panel.iowait_percent),
        ("nice", panel.nice_percent),
        ("irq", panel.irq_percent),
        ("steal", panel.steal_percent),
    ];
    let mut row = Row::new(scene).space(LABEL);
    for (name, share) in shares {
        row = row.part(width, |row| {
            let gap = if name == "user" { "" } else { "  " };
            row.text(Tone::Faint, format!("{gap}{name} "))
                .number(share, 1, |percent| format!("{percent:.0}%"))
        });
    }
    row
}

fn load<'s, 'a>(scene: &'s Scene<'a>, width: usize) -> Row<'s, 'a> {
    let panel = &scene.panels.cpu;
    let figure = |figure: Figure, row: Row<'s, 'a>| row.number(figure, 1, |load| format!("{load:.2} "));
    let row = Row::new(scene).left(Tone::Faint, " load", LABEL);
    let row = figure(panel.load15, figure(panel.load5, figure(panel.load1, row)));
    let cores = panel.cores_online.value.map(|cores| format!(" on {cores:.0} cores  ")).unwrap_or_default();
    row.text(Tone::Faint, cores).part(width, |row| {
        row.number(panel.tasks_running, 1, short::count)
            .text(Tone::Faint, " of ")
            .number(panel.tasks, 1, short::count)
            .text(Tone::Faint, " tasks run")
    })
}

fn cluster_row<'s, 'a>(scene: &'s Scene<'a>, cluster: &Cluster<'_>) -> Row<'s, 'a> {
    let name = if cluster.capacity == "1024" { " fast" } else { " slow" };
    let row = Row::new(scene).left(Tone::Faint, name, LABEL).gauge(cluster.use_percent, None, BAR);
    row.text(Tone::Faint, format!(" cores of capacity {}", crate::units::printable(cluster.capacity)))
}

/// A bar with a number for each core, as many in a line as fit.
fn bars(scene: &Scene<'_>, body: &mut Body, width: usize) {
    let cores = &scene.panels.cpu.cores;
    let per_line = (width.saturating_sub(1) / CORE_WIDTH).max(1);
    // Cores that stand below each other are read from above, as in a column of a book.
    let lines = cores.len().div_ceil(per_line);
    for line in 0..lines {
        let mut row = Row::new(scene).space(1);
        for core in cores.iter().skip(line).step_by(lines.max(1)) {
            row = core_bar(row, core);
        }
        body.line(row, width);
    }
}

fn core_bar<'s, 'a>(row: Row<'s, 'a>, core: &Core<'_>) -> Row<'s, 'a> {
    row.right(Tone::Faint, core.core, 3).space(1).gauge(core.use_percent, None, CORE_WIDTH - 10)
}

/// A level for each core, where there are too many for bars.
fn levels(scene: &Scene<'_>, body: &mut Body, width: usize) {
    let cores = &scene.panels.cpu.cores;
    // Lines begin with the number of their first core, which is a round one.
    let per_line = (width.saturating_sub(6) / 8 * 8).max(8);
    for line in cores.chunks(per_line) {
        let first = line.first().map_or("", |core| core.core);
        let levels: Vec<Option<f64>> = line.iter().map(|core| core.use_percent.value).collect();
        let row = Row::new(scene).right(Tone::Faint, first, 4).space(1);
        body.line(row.spark(&levels, 100.0, Some(scene.levels.cpu_use)), width);
    }
}

/// More cores than these are shown as levels.
const CORES_WITH_BARS: usize = 32;
const LABEL: usize = 6;
const BAR: usize = 16;
const CORE_WIDTH: usize = 15;
const SPARK_MAX: usize = 60;
