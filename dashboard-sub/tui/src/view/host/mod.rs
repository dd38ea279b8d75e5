//! One host, in panels.

mod backups;
mod body;
mod containers;
mod cpu;
mod drives;
mod events;
mod findings;
mod gpu;
mod grid;
mod heading;
mod links;
mod memory;
mod mounts;
mod network;
mod processes;
mod services;
mod timers;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::lines::span;
use super::scene::Scene;
use crate::state::{HostScreen, PanelKind, State, panels};
use crate::theme::Tone;
use body::Body;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, screen: &HostScreen) {
    let Some(entry) = state.entry(screen.origin) else {
        let gone = Line::from(span(state, Tone::Faint, "this host is no longer known"));
        frame.buffer_mut().set_line(area.x + 1, area.y, &gone, area.width.saturating_sub(1));
        return;
    };
    let scene = Scene::of(state, entry);
    let events = state.fleet.events_of(screen.origin).count();
    let panels = panels(scene.host, &scene.panels, scene.assessment, events);
    let kinds: Vec<PanelKind> = panels.iter().map(|panel| panel.kind).collect();
    let focus = kinds.iter().copied().find(|kind| *kind == screen.panel).or(kinds.first().copied());
    let Some(focus) = focus else { return };
    let heading = Rect { height: heading::ROWS.min(area.height), ..area };
    let below = Rect { y: heading.bottom(), height: area.height - heading.height, ..area };
    heading::render(frame, heading, &scene, &kinds, focus);
    for (kind, place) in grid::places(&scene, &kinds, focus, below) {
        let list = (kind == focus).then_some(screen.list);
        body::render(frame, place, &scene, kind, list);
    }
    if scene.is_past() {
        // Colours are for what is; bars and marks stay.
        frame.buffer_mut().set_style(below, state.theme.style(Tone::Stale));
    }
}

/// What stands in a panel that is `width` columns wide inside.
fn content(scene: &Scene<'_>, kind: PanelKind, width: usize) -> Body {
    match kind {
        PanelKind::Findings => findings::body(scene, width),
        PanelKind::Cpu => cpu::body(scene, width),
        PanelKind::Memory => memory::body(scene, width),
        PanelKind::Gpu => gpu::body(scene, width),
        PanelKind::Drives => drives::body(scene, width),
        PanelKind::Mounts => mounts::body(scene, width),
        PanelKind::Services => services::body(scene, width),
        PanelKind::Backups => backups::body(scene, width),
        PanelKind::Network => network::body(scene, width),
        PanelKind::Processes => processes::body(scene, width),
        PanelKind::Containers => containers::body(scene, width),
        PanelKind::Timers => timers::body(scene, width),
        PanelKind::Links => links::body(scene, width),
        PanelKind::Events => events::body(scene, width),
    }
}
