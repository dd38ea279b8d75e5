//! Who links to whom, how far away everybody is, and what agents send and lose.

mod drawing;

use grapevine_proto::OriginId;
use grapevine_sub::Entry;
use grapevine_sub::panel::{Agent, Figure};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::lines::render_list;
use super::row::Row;
use super::scene::Scene;
use super::short;
use crate::state::{List, State};
use crate::theme::Tone;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, list: &List) {
    let entries = state.entries();
    let drawing = drawing::width(entries.len(), area);
    let table = Rect { width: area.width - drawing, ..area };
    let width = usize::from(table.width.saturating_sub(2));
    let Some(first) = entries.first() else { return };
    let scene = Scene::of(state, first);
    let name = entries.iter().map(|entry| entry.host.name().as_str().len()).max().unwrap_or_default();
    let name = name.clamp(8, 24);
    render_list(frame, table, state, heading(&scene, name).line(width), (list, entries.len()), |at| {
        entries.get(at).map_or_else(Line::default, |entry| row(&scene, entry, name, width).line(width))
    });
    if drawing > 0 {
        let place = Rect { x: table.right(), width: drawing, ..area };
        let selected = entries.get(list.at.min(entries.len() - 1)).map(|entry| entry.host.origin());
        drawing::render(frame, place, state, selected);
    }
}

fn heading<'s, 'a>(scene: &'s Scene<'a>, name: usize) -> Row<'s, 'a> {
    let row = Row::new(scene).space(2).left(Tone::Heading, "HOST", name);
    let columns =
        [("HOPS", 6), ("LINKS", 7), ("LOST", 6), ("SENT", 9), ("RECEIVED", 10), ("DROPS", 7), ("KNOWS", 7)];
    let row = columns.into_iter().fold(row, |row, (title, width)| row.right(Tone::Heading, title, width));
    row.text(Tone::Heading, "  LINKED TO")
}

fn row<'s, 'a>(scene: &'s Scene<'a>, entry: &Entry, name: usize, width: usize) -> Row<'s, 'a> {
    let host = &entry.host;
    let agent = host.agent(scene.clock.now);
    let links = host.links();
    let count = |count: usize| Figure::of(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    let lost = count(links.lost.len());
    let row = Row::new(scene)
        .mark(entry.assessment.status)
        .space(1)
        .left(Tone::Strong, host.name().as_str(), name)
        .number(count(host.hops().into()), 6, short::count)
        .number(count(links.up.len()), 7, short::count);
    let tone = if links.lost.is_empty() { Tone::Faint } else { Tone::Critical };
    let row = row
        .right(tone, &lost.value.map(short::count).unwrap_or_default(), 6)
        .number(agent.sent, 9, short::rate)
        .number(agent.received, 10, short::rate)
        .number(drops(&agent), 7, short::count)
        .number(agent.hosts, 7, short::count)
        .space(2);
    let lost = links.lost.iter().map(|lost| (Tone::Critical, lost.origin));
    let mut neighbours = lost.chain(links.up.iter().map(|origin| (Tone::Faint, *origin)));
    neighbours
        .try_fold(row, |row, (tone, origin)| {
            let name = name_of(scene.state, origin);
            // A name is shown whole or not at all.
            if row.width() + name.len() + 2 > width {
                return Err(row.text(Tone::Faint, scene.state.theme.glyphs.ellipsis()));
            }
            Ok(row.text(tone, name).space(1))
        })
        .unwrap_or_else(|row| row)
}

/// Frames that did not get to whom they were for, or were refused.
fn drops(agent: &Agent<'_>) -> Figure {
    Figure::sum([
        agent.queue_drops,
        agent.refused_frames,
        agent.hop_limit_drops,
        agent.excess_frames,
        agent.overload_frames,
    ])
}

/// A host's name; its origin if nobody has heard of it.
fn name_of(state: &State, origin: OriginId) -> String {
    state.entry(origin).map_or_else(|| origin.to_string(), |entry| entry.host.name().to_string())
}
