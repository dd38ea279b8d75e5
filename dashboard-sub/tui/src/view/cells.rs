//! Cells of the fleet's table.

use ratatui::text::{Line, Span};

use super::lines::{fit, span};
use crate::model::{Entry, Status};
use crate::state::{Column, State};
use crate::theme::Tone;
use crate::units;
use grapevine_proto::catalogue::{cpu, memory};
use grapevine_sub::Freshness;

/// The mark of a status: colours never stand alone.
pub(crate) fn mark(state: &State, status: Status) -> &'static str {
    let (unicode, ascii) = match status {
        Status::Ok => ("●", "."),
        Status::Warning => ("▲", "!"),
        Status::Critical => ("■", "X"),
        Status::Unknown => ("?", "?"),
        Status::Stale => ("◌", "~"),
    };
    match state.theme.glyphs {
        crate::glyphs::Glyphs::Unicode => unicode,
        crate::glyphs::Glyphs::Ascii => ascii,
    }
}

/// How something of this status looks.
pub(crate) fn status_tone(status: Status) -> Tone {
    match status {
        Status::Ok => Tone::Ok,
        Status::Warning => Tone::Warning,
        Status::Critical => Tone::Critical,
        Status::Unknown => Tone::Unknown,
        Status::Stale => Tone::Stale,
    }
}

/// What stands in `column` for this host, in at most `width` columns of the terminal.
pub(super) fn cell(state: &State, entry: &Entry, column: Column, width: usize) -> Line<'static> {
    let host = &entry.host;
    let identity = host.identity();
    let plain = |text: String| Line::from(span(state, Tone::Plain, fit(&text, width, state)));
    match column {
        Column::Status => Line::from(span(state, status_tone(entry.status), mark(state, entry.status))),
        Column::Host => Line::from(span(state, Tone::Strong, fit(host.name().as_str(), width, state))),
        Column::Heard => {
            let clock = state.shown();
            let freshness = host.freshness(clock.now);
            let text = match freshness {
                Freshness::Dead | Freshness::Left => freshness.as_str().to_owned(),
                _ => units::age(host.age_ms(clock.now)),
            };
            let tone = if freshness == Freshness::Fresh { Tone::Faint } else { status_tone(entry.status) };
            Line::from(span(state, tone, fit(&text, width, state)))
        }
        Column::Cpu => share(state, host.number(&cpu::USE.name), width),
        Column::Memory => {
            let used = host.number(&memory::USED.name).zip(host.number(&memory::TOTAL.name));
            share(state, used.map(|(used, total)| used / total * 100.0), width)
        }
        Column::Role => plain(units::printable(&identity.role)),
        Column::Groups => plain(units::printable(&identity.groups.join(","))),
        Column::Hops => plain(host.hops().to_string()),
        _ => absent(state),
    }
}

/// A bar, where there is room for one, and the number.
fn share(state: &State, percent: Option<f64>, width: usize) -> Line<'static> {
    let Some(percent) = percent else { return absent(state) };
    let number = format!("{percent:>4.0}%");
    let bar = width.saturating_sub(number.len());
    let (filled, rest) = state.theme.glyphs.bar(percent, bar);
    Line::from(vec![span(state, Tone::Ok, filled), span(state, Tone::Border, rest), Span::raw(number)])
}

fn absent(state: &State) -> Line<'static> {
    Line::from(span(state, Tone::Faint, state.theme.glyphs.absent()))
}
