//! Keys on a host's screen, and on the details of one thing of it.

use std::sync::Arc;

use grapevine_sub::Host;

use crate::keys::Action;
use crate::state::{Chart, Details, HostScreen, List, ReadingName, Screen, State, Subject, panels};

pub(super) fn act(state: &mut State, action: Action) {
    let Screen::Host(screen) = state.screen().clone() else { return };
    let Some(host) = host(state, &screen) else { return };
    let panels = panels(&host);
    let panel = panels.get(screen.panel.min(panels.len().saturating_sub(1)));
    let Some(panel) = panel else { return };
    let mut next = screen.clone();
    if super::step(&mut next.list, action, panel.rows.len(), state.layout().rows()) {
        show(state, next);
        return;
    }
    let reading = panel.rows.get(screen.list.at).and_then(|at| host.reading(*at));
    let (count, origin) = (panels.len(), screen.origin);
    match action {
        Action::NextPanel => {
            show(state, HostScreen { panel: (screen.panel + 1) % count, list: List::default(), ..screen });
        }
        Action::PreviousPanel => {
            let panel = (screen.panel + count - 1) % count;
            show(state, HostScreen { panel, list: List::default(), ..screen });
        }
        Action::Open => {
            let Some(reading) = reading else { return };
            let subject = Subject::of(&reading);
            state.open(Screen::Details(Details { origin, subject, list: List::default() }));
        }
        Action::Chart => {
            let Some(reading) = reading else { return };
            let reading = ReadingName::of(&reading);
            state.open(Screen::Chart(Chart { origin, reading, span: 1, cursor: None }));
        }
        _ => {}
    }
}

pub(super) fn act_in_details(state: &mut State, action: Action) {
    let Screen::Details(details) = state.screen().clone() else { return };
    let Some(entry) = state.entry(details.origin) else { return };
    let host = Arc::clone(&entry.host);
    let rows = details.subject.rows(&host);
    let mut next = details.clone();
    if super::step(&mut next.list, action, rows.len(), state.layout().rows()) {
        next.list.settle(rows.len(), state.layout().rows());
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

fn host(state: &State, screen: &HostScreen) -> Option<Arc<Host>> {
    state.entry(screen.origin).map(|entry| Arc::clone(&entry.host))
}

fn show(state: &mut State, host: HostScreen) {
    if let Some(screen) = state.screen_mut() {
        *screen = Screen::Host(host);
    }
}
