//! Containers: processor, and memory against its limit.

use super::body::Body;
use crate::theme::Tone;
use crate::units::printable;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let containers = &scene.panels.containers;
    let count = containers.running.value.map(|running| format!("{running:.0} running"));
    let untold = containers.untold.value.filter(|untold| *untold > 0.0);
    let untold = untold.map(|untold| format!(", {untold:.0} not told")).unwrap_or_default();
    body.note = count.unwrap_or_default() + &untold;
    for container in &containers.list {
        let name = container.name.value.unwrap_or(container.id);
        let row = Row::new(scene).space(1).left(Tone::Strong, &printable(name), NAME).number(
            container.cpu_percent,
            6,
            |percent| format!("{percent:.0}%"),
        );
        let memory = container.memory_used_percent();
        let row =
            if memory.value.is_some() { row.space(1).gauge(memory, None, BAR) } else { row.space(BAR + 7) };
        let row = row.number(container.memory_bytes, 6, short::bytes);
        let row = row.when(container.memory_limit_bytes.value.is_some(), |row| {
            row.text(Tone::Faint, "/").number(container.memory_limit_bytes, 1, short::bytes)
        });
        let runtime = container.runtime.value.map(printable).unwrap_or_default();
        body.item(row.text(Tone::Faint, format!("  {runtime}")), width);
    }
    body
}

const NAME: usize = 18;
const BAR: usize = 8;
