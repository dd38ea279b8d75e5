//! GPUs, their MIG instances and the programs on them.

use grapevine_proto::catalogue::gpu;
use grapevine_sub::Status;
use grapevine_sub::panel::{Gpu, GpuProcess};

use super::body::{Body, Chart};
use crate::state::{gpu_processes, gpu_rows};
use crate::theme::Tone;
use crate::units::printable;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let gpus = gpu_rows(&scene.panels);
    let driver = gpus.iter().find_map(|gpu| gpu.driver.value.zip(gpu.cuda.value.or(Some(""))));
    if let Some((driver, cuda)) = driver {
        let cuda = if cuda.is_empty() { String::new() } else { format!(", CUDA {cuda}") };
        body.note = printable(&format!("driver {driver}{cuda}"));
    }
    let mut whole = scene.panels.gpus.whole();
    if let (Some(only), None) = (whole.next(), whole.next()) {
        body.chart = Some(Chart {
            label: "use, 10 min",
            metric: &gpu::USE,
            labels: vec![only.name.to_owned()],
            most: Some(100.0),
            bounds: scene.levels.gpu_use,
        });
    }
    let is_dense = scene.panels.gpus.whole().count() > DENSE_FROM;
    for gpu in gpus {
        if gpu.parent().is_some() {
            body.item(instance(scene, gpu), width);
        } else if let Some(row) = out_of_sight(scene, gpu) {
            body.item(row, width);
        } else if is_dense {
            body.item(dense(scene, gpu, width), width);
        } else {
            body.item(name(scene, gpu), width);
            body.line(gauges(scene, gpu, width), width);
            body.line(heat(scene, gpu, width), width);
        }
    }
    for process in gpu_processes(&scene.panels) {
        body.item(program(scene, process, width), width);
    }
    body
}

/// A GPU of which nothing is known at present, and why.
fn out_of_sight<'s, 'a>(scene: &'s Scene<'a>, gpu: &Gpu<'_>) -> Option<Row<'s, 'a>> {
    let (status, why) = match gpu.state.value? {
        "ok" => return None,
        "lost" => {
            (scene.levels.gpu_lost.status().unwrap_or(Status::Ok), "lost: it was there and answers no more")
        }
        "suspended" => (Status::Ok, "suspended: it sleeps and was not woken"),
        "unread" => (Status::Unknown, "unread: no source tells of it"),
        other => {
            (Status::Unknown, if other.is_empty() { "unknown" } else { "in a state that is not known here" })
        }
    };
    let row = Row::new(scene).right(Tone::Strong, gpu.name, 2).space(1).blemish(status).space(1);
    Some(errors(row.text(Tone::Faint, why), gpu))
}

fn name<'s, 'a>(scene: &'s Scene<'a>, gpu: &Gpu<'_>) -> Row<'s, 'a> {
    let row = Row::new(scene).right(Tone::Strong, gpu.name, 2).space(2);
    let row = row.text(Tone::Plain, short_model(gpu));
    let row = row.when(gpu.mig.value == Some(1.0), |row| row.text(Tone::Faint, "  MIG"));
    let row = match gpu.throttle.value {
        None | Some("none" | "idle") => row,
        Some(why) => row.text(Tone::Warning, format!("  slowed: {}", why.replace('_', " "))),
    };
    errors(row, gpu)
}

/// What the driver reported of it.
fn errors<'s, 'a>(row: Row<'s, 'a>, gpu: &Gpu<'_>) -> Row<'s, 'a> {
    let xid = gpu.xid.value.filter(|xid| *xid > 0.0);
    let row = match xid {
        Some(xid) => row.text(Tone::Warning, format!("  XID {xid:.0}")),
        None => row,
    };
    match gpu.ecc_uncorrected.value.filter(|errors| *errors > 0.0) {
        Some(errors) => row.text(Tone::Critical, format!("  {errors:.0} memory errors")),
        None => row,
    }
}

fn gauges<'s, 'a>(scene: &'s Scene<'a>, gpu: &Gpu<'_>, width: usize) -> Row<'s, 'a> {
    // Both bars have what names and numbers leave.
    let bar = (width.saturating_sub(38) / 2).clamp(6, BAR_MAX);
    let row = Row::new(scene).left(Tone::Faint, "    use", LABEL);
    let row = row.gauge(gpu.use_percent, Some(scene.levels.gpu_use), bar).label("mem");
    memory(row.gauge(gpu.memory_used_percent(), Some(scene.levels.gpu_memory), bar), gpu)
}

fn memory<'s, 'a>(row: Row<'s, 'a>, gpu: &Gpu<'_>) -> Row<'s, 'a> {
    let is_shared = gpu.pool_total_bytes.is_told() && gpu.memory_kind.value == Some("unified");
    let (used, total) = if is_shared {
        (gpu.pool_resident_bytes, gpu.pool_total_bytes)
    } else {
        (gpu.memory_used_bytes, gpu.memory_total_bytes)
    };
    row.when(used.value.is_some(), |row| {
        let row = row.number(used, 6, short::bytes).text(Tone::Faint, "/").number(total, 1, short::bytes);
        row.when(is_shared, |row| row.text(Tone::Faint, " shared"))
    })
}

fn heat<'s, 'a>(scene: &'s Scene<'a>, gpu: &Gpu<'_>, width: usize) -> Row<'s, 'a> {
    let bounds = Some(scene.levels.gpu_temperature);
    let row = Row::new(scene).space(4);
    let row = temperature(row, scene, gpu).space(2);
    let row = power(row, gpu).space(2).number(gpu.clock_sm_hertz, 8, short::hertz);
    let row = row.when(gpu.fan_percent.value.is_some(), |row| {
        row.text(Tone::Faint, "  fan ").number(gpu.fan_percent, 1, |percent| format!("{percent:.0}%"))
    });
    let room = width.saturating_sub(row.width() + 13) / 2;
    if room < SPARK_MIN {
        return row;
    }
    let uses = scene.recent(&gpu::USE, &[gpu.name], room.min(SPARK_MAX));
    let heats = scene.recent(&gpu::TEMPERATURE, &[gpu.name], room.min(SPARK_MAX));
    row.label(" use")
        .spark(&uses, 100.0, Some(scene.levels.gpu_use))
        .label(" heat")
        .spark(&heats, 100.0, bounds)
}

fn temperature<'s, 'a>(row: Row<'s, 'a>, scene: &Scene<'_>, gpu: &Gpu<'_>) -> Row<'s, 'a> {
    let bounds = scene.levels.gpu_temperature;
    let status = gpu.temperature_celsius.value.map_or(Status::Ok, |celsius| bounds.status_of(celsius));
    row.figure(gpu.temperature_celsius, Some(bounds), 3, |celsius| format!("{celsius:.0}"))
        .text(Tone::Faint, "°C")
        .blemish(status)
}

fn power<'s, 'a>(row: Row<'s, 'a>, gpu: &Gpu<'_>) -> Row<'s, 'a> {
    let row = row.number(gpu.power_watts, 3, |watts| format!("{watts:.0}"));
    match gpu.power_limit_watts.value {
        Some(limit) => row.text(Tone::Faint, format!("/{limit:.0}W")),
        None => row.text(Tone::Faint, "W"),
    }
}

/// All of a GPU in one line, where there are many.
fn dense<'s, 'a>(scene: &'s Scene<'a>, gpu: &Gpu<'_>, width: usize) -> Row<'s, 'a> {
    let row = Row::new(scene).right(Tone::Strong, gpu.name, 2).space(1);
    let row = if gpu.mig.value == Some(1.0) {
        row.left(Tone::Faint, "MIG", DENSE_BAR + 6)
    } else {
        row.gauge(gpu.use_percent, Some(scene.levels.gpu_use), DENSE_BAR)
    };
    let row = row.label("mem").gauge(gpu.memory_used_percent(), Some(scene.levels.gpu_memory), DENSE_BAR);
    let row = row.number(gpu.memory_used_bytes, 5, short::bytes);
    let row = errors(power(temperature(row, scene, gpu).space(1), gpu), gpu);
    let room = width.saturating_sub(row.width() + 2);
    if room < 8 {
        return row;
    }
    let uses = scene.recent(&gpu::USE, &[gpu.name], room.min(SPARK_MAX));
    row.space(2).spark(&uses, 100.0, Some(scene.levels.gpu_use))
}

fn instance<'s, 'a>(scene: &'s Scene<'a>, gpu: &Gpu<'_>) -> Row<'s, 'a> {
    let profile = gpu.model.value.and_then(|model| model.rsplit(' ').next()).unwrap_or_default();
    let row = Row::new(scene).space(2).left(Tone::Plain, gpu.name, 5).left(Tone::Faint, profile, 12);
    let row = row.label("mem").gauge(gpu.memory_used_percent(), Some(scene.levels.gpu_memory), DENSE_BAR);
    memory(row, gpu)
}

fn program<'s, 'a>(scene: &'s Scene<'a>, process: &GpuProcess<'_>, width: usize) -> Row<'s, 'a> {
    let words = |text: Option<&str>, absent: &str| text.map_or_else(|| absent.to_owned(), printable);
    let denied = process.name.absence.map_or("", grapevine_proto::Absence::as_str);
    // The user and the service have what is left of the line.
    let room = width.saturating_sub(44).min(48);
    let row = Row::new(scene)
        .right(Tone::Faint, process.gpu, 4)
        .right(Tone::Faint, process.pid, 8)
        .space(1)
        .left(Tone::Plain, &words(process.name.value, denied), 15)
        .number(process.use_percent, 5, |percent| format!("{percent:.0}%"))
        .number(process.memory_bytes, 7, short::bytes)
        .space(2);
    let service = process.service.value.map(|service| service.strip_suffix(".service").unwrap_or(service));
    row.left(Tone::Faint, &words(process.user.value, ""), 8).left(
        Tone::Faint,
        &words(service, ""),
        room.saturating_sub(8),
    )
}

/// The model without the maker's name, which all of them share.
fn short_model(gpu: &Gpu<'_>) -> String {
    let model = gpu.model.value.map(printable).unwrap_or_default();
    model.strip_prefix("NVIDIA ").map(str::to_owned).unwrap_or(model)
}

/// With more GPUs than these each has one line.
const DENSE_FROM: usize = 2;
const LABEL: usize = 8;
const BAR_MAX: usize = 20;
const DENSE_BAR: usize = 8;
const SPARK_MIN: usize = 6;
const SPARK_MAX: usize = 40;
