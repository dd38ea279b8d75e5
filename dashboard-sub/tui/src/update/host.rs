//! Keys on a host's screen, and on the details of one thing of it.

use std::sync::Arc;

use grapevine_sub::panel::Panels;

use crate::keys::Action;
use crate::state::{
    Chart, Details, HostPanel, HostScreen, Item, List, PanelKind, ReadingName, Screen, State, panels,
};

pub(super) fn act(state: &mut State, action: Action) {
    let Screen::Host(screen) = state.screen().clone() else { return };
    let panels = panels_of(state, &screen);
    let at = panels.iter().position(|panel| panel.kind == screen.panel).unwrap_or_default();
    let Some(panel) = panels.get(at) else { return };
    let mut next = HostScreen { panel: panel.kind, ..screen.clone() };
    if super::step(&mut next.list, action, panel.items.len(), state.layout().rows()) {
        show(state, next);
        return;
    }
    let kind_at = |at: usize| panels.get(at % panels.len()).map_or(PanelKind::FIRST, |panel| panel.kind);
    let go = |panel| HostScreen { panel, list: List::default(), ..screen };
    let item = panel.items.get(screen.list.at.min(panel.items.len().saturating_sub(1)));
    match action {
        Action::NextPanel | Action::Right => show(state, go(kind_at(at + 1))),
        Action::PreviousPanel | Action::Left => show(state, go(kind_at(at + panels.len() - 1))),
        Action::Open => open(state, &screen, item),
        Action::Chart => {
            if let Some(reading) = item.and_then(|item| item.reading.clone()) {
                state.open(Screen::Chart(Chart { origin: screen.origin, reading, span: 1, cursor: None }));
            }
        }
        _ => {}
    }
}

/// All that is known of a thing; or the neighbour at the other end of a link.
fn open(state: &mut State, screen: &HostScreen, item: Option<&Item>) {
    let Some(item) = item else { return };
    if let Some(subject) = item.subject.clone() {
        state.open(Screen::Details(Details { origin: screen.origin, subject, list: List::default() }));
    } else if let Some(host) = item.host.filter(|host| state.entry(*host).is_some()) {
        state.open(Screen::Host(HostScreen { panel: screen.panel, ..HostScreen::new(host) }));
    }
}

pub(super) fn act_in_details(state: &mut State, action: Action) {
    let Screen::Details(details) = state.screen().clone() else { return };
    let Some(entry) = state.entry(details.origin) else { return };
    let host = Arc::clone(&entry.host);
    let rows = details.subject.rows(&host);
    let mut next = details.clone();
    if super::step(&mut next.list, action, rows.len(), state.layout().rows()) {
        if let Some(screen) = state.screen_mut() {
            *screen = Screen::Details(next);
        }
        return;
    }
    if action == Action::Chart
        && let Some(reading) = rows.get(details.list.at).and_then(|at| host.reading(*at))
    {
        let reading = ReadingName::of(&reading);
        state.open(Screen::Chart(Chart { origin: details.origin, reading, span: 1, cursor: None }));
    }
}

fn panels_of(state: &State, screen: &HostScreen) -> Vec<HostPanel> {
    let Some(entry) = state.entry(screen.origin) else { return Vec::new() };
    let events = state.fleet.events_of(screen.origin).count();
    panels(&entry.host, &Panels::of(&entry.host, state.shown().now), &entry.assessment, events)
}

fn show(state: &mut State, host: HostScreen) {
    if let Some(screen) = state.screen_mut() {
        *screen = Screen::Host(host);
    }
}
