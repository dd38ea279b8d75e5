//! Timers: when they last elapsed, when they do next, and how that ended.

use super::body::Body;
use crate::theme::Tone;
use crate::units::printable;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let wall_s = scene.clock.wall_s;
    for timer in &scene.panels.timers {
        let name = timer.name.strip_suffix(".timer").unwrap_or(timer.name);
        let result = timer.result.value.unwrap_or_default();
        let tone = if result == "success" { Tone::Faint } else { Tone::Warning };
        let row = Row::new(scene)
            .space(1)
            .left(Tone::Strong, name, NAME)
            .number(timer.last_s, 8, |last_s| short::span(wall_s - last_s))
            .text(Tone::Faint, " ago, next in")
            .number(timer.next_s, 8, |next_s| short::span(next_s - wall_s))
            .space(2);
        let result = printable(&result.replace('-', " "));
        body.item(
            if tone == Tone::Faint {
                row.part(width, |row| row.text(tone, result))
            } else {
                row.text(tone, result)
            },
            width,
        );
    }
    body
}

const NAME: usize = 22;
