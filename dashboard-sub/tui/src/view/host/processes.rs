//! Processes by name.

use grapevine_proto::catalogue::process;

use super::body::Body;
use crate::state::processes;
use crate::theme::Tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let total = scene.panels.processes.total.value;
    body.note = total.map(|total| format!("{total:.0} in all")).unwrap_or_default();
    for process in processes(&scene.panels) {
        let row = Row::new(scene)
            .space(1)
            .left(Tone::Strong, process.name, NAME)
            .number(process.count, 5, |count| format!("x{count:.0}"))
            .number(process.cpu_percent, 8, |percent| format!("{percent:.0}%"))
            .number(process.memory_bytes, 8, short::bytes)
            .space(2);
        let room = width.saturating_sub(row.width() + 1).min(SPARK_MAX);
        let past = scene.recent(&process::CPU, &[process.name], room);
        let most = past.iter().flatten().copied().fold(100.0, f64::max);
        body.item(row.spark(&past, most, None), width);
    }
    body
}

const NAME: usize = 20;
const SPARK_MAX: usize = 40;
