//! Where panels stand: in as many columns as there is room for.

use ratatui::layout::Rect;

use super::body::{Body, CHART_HEIGHT_MAX, CHART_HEIGHT_MIN};
use super::content;
use crate::state::PanelKind;
use crate::view::scene::Scene;

/// The places of the panels that are shown. Where not all fit below each other, a column shows the page that the panel
/// with the keys is on.
pub(super) fn places(
    scene: &Scene<'_>,
    kinds: &[PanelKind],
    focus: PanelKind,
    area: Rect,
) -> Vec<(PanelKind, Rect)> {
    let columns = columns(kinds, area.width);
    let count = u16::try_from(columns.len().max(1)).unwrap_or(1);
    let mut places = Vec::new();
    for (at, kinds) in (0..count).zip(&columns) {
        // Columns that do not come out even leave their rest to the last ones.
        let (left, right) = (area.width * at / count, area.width * (at + 1) / count);
        let column = Rect { x: area.x + left, width: right - left, ..area };
        places.extend(stack(scene, kinds, focus, column));
    }
    places
}

/// Which panels go into which column. A panel stays where it is when others come and go.
fn columns(kinds: &[PanelKind], width: u16) -> Vec<Vec<PanelKind>> {
    let count = usize::from((width / COLUMN_WIDTH_MIN).clamp(1, 4));
    let mut columns = vec![Vec::new(); count];
    for kind in kinds {
        if let Some(column) = columns.get_mut(column_of(*kind, count)) {
            column.push(*kind);
        }
    }
    columns.retain(|column| !column.is_empty());
    columns
}

fn column_of(kind: PanelKind, count: usize) -> usize {
    use PanelKind::{
        Backups, Containers, Cpu, Drives, Events, Findings, Gpu, Links, Memory, Mounts, Network, Processes,
        Services, Timers,
    };
    match (count, kind) {
        (0 | 1, _) => 0,
        (2, Findings | Cpu | Memory | Gpu | Processes | Network) => 0,
        (2, Drives | Mounts | Services | Backups | Containers | Timers | Links | Events) => 1,
        (3, Cpu | Memory | Processes | Network) => 0,
        (3, Gpu | Drives | Mounts | Backups) => 1,
        (3, Findings | Services | Containers | Timers | Links | Events) => 2,
        (_, Cpu | Memory) => 0,
        (_, Gpu | Processes) => 1,
        (_, Drives | Mounts | Network) => 2,
        (_, Findings | Services | Backups | Containers | Timers | Links | Events) => 3,
    }
}

/// Panels below each other: all of them, smaller if need be, or else those of a page.
fn stack(scene: &Scene<'_>, kinds: &[PanelKind], focus: PanelKind, area: Rect) -> Vec<(PanelKind, Rect)> {
    let width = usize::from(area.width.saturating_sub(super::body::BORDERS));
    let bodies: Vec<Body> = kinds.iter().map(|kind| content(scene, *kind, width)).collect();
    let wanted: Vec<(PanelKind, u16)> =
        kinds.iter().zip(&bodies).map(|(kind, body)| (*kind, body.height())).collect();
    let heights = match shrunk(&wanted, area.height) {
        Some(mut heights) => {
            spread(&mut heights, &bodies, area.height);
            heights
        }
        None => page(&wanted, focus, area.height),
    };
    let mut y = area.y;
    heights
        .into_iter()
        .map(|(kind, height)| {
            let place = Rect { y, height, ..area };
            y += height;
            (kind, place)
        })
        .collect()
}

/// All panels in `room` rows: the tallest give way first. None where even their least is too much.
fn shrunk(wanted: &[(PanelKind, u16)], room: u16) -> Option<Vec<(PanelKind, u16)>> {
    let at_most = |level: u16| wanted.iter().map(move |(kind, height)| (*kind, (*height).min(level)));
    let fits =
        |level: u16| at_most(level).map(|(_, height)| u32::from(height)).sum::<u32>() <= u32::from(room);
    let level = (HEIGHT_MIN..=room).rev().find(|level| fits(*level))?;
    Some(at_most(level).collect())
}

/// Gives what is left of `room` to the panels that have something to draw there.
fn spread(heights: &mut [(PanelKind, u16)], bodies: &[Body], room: u16) {
    let used: u16 = heights.iter().map(|(_, height)| height).sum();
    let mut spare = room.saturating_sub(used);
    let mut charts = bodies.iter().filter(|body| body.chart.is_some()).count();
    for ((_, height), _) in heights.iter_mut().zip(bodies).filter(|(_, body)| body.chart.is_some()) {
        // The first ones get theirs if there is not enough for all of them.
        while charts > 1 && spare / u16::try_from(charts).unwrap_or(u16::MAX) < CHART_HEIGHT_MIN {
            charts -= 1;
        }
        let share = (spare / u16::try_from(charts.max(1)).unwrap_or(u16::MAX)).min(CHART_HEIGHT_MAX);
        if share < CHART_HEIGHT_MIN {
            return;
        }
        *height += share;
        spare -= share;
        charts = charts.saturating_sub(1);
    }
}

/// The panels of the page with `focus`, each as tall as it wants. What is left of the page shows the beginning of the
/// next one.
fn page(wanted: &[(PanelKind, u16)], focus: PanelKind, room: u16) -> Vec<(PanelKind, u16)> {
    let mut page = Vec::new();
    let mut left = room;
    let mut has_focus = false;
    for (kind, height) in wanted {
        let height = (*height).min(room);
        if height > left {
            if has_focus || !wanted.iter().any(|(kind, _)| *kind == focus) {
                if left > super::body::BORDERS {
                    page.push((*kind, left));
                }
                break;
            }
            page.clear();
            left = room;
        }
        has_focus |= *kind == focus;
        page.push((*kind, height));
        left -= height;
    }
    page
}

/// Columns of the terminal that a panel needs at least to show its figures side by side.
const COLUMN_WIDTH_MIN: u16 = 60;

/// Rows of a panel with its frame below which it shows nothing.
const HEIGHT_MIN: u16 = 5;
