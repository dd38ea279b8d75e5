//! File systems and the space on them.

use super::body::Body;
use crate::state::mounts;
use crate::theme::Tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let mounts = mounts(&scene.panels);
    let longest = mounts.iter().map(|mount| mount.point.chars().count()).max().unwrap_or_default();
    let name = longest.clamp(6, width.saturating_sub(46).clamp(10, 28));
    for mount in mounts {
        let row = Row::new(scene).space(1).left(Tone::Strong, mount.point, name).space(1);
        let row = row
            .gauge(mount.used_percent(), Some(scene.levels.disk_space), BAR)
            .number(mount.used_bytes, 6, short::bytes)
            .text(Tone::Faint, " of ")
            .number(mount.size_bytes, 5, short::bytes)
            .text(Tone::Faint, "  free ")
            .number(mount.available_bytes, 5, short::bytes);
        let row = row.when(mount.is_read_only(), |row| row.text(Tone::Warning, "  read-only"));
        let row = row.when(mount.inodes_used_percent.value.is_some(), |row| {
            let bounds = Some(scene.levels.disk_inodes);
            row.part(width, |row| {
                row.text(Tone::Faint, "  inodes ")
                    .figure(mount.inodes_used_percent, bounds, 1, |percent| format!("{percent:.0}%"))
            })
        });
        body.item(row, width);
    }
    body
}

const BAR: usize = 12;
