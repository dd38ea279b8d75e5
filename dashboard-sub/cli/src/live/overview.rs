//! All hosts, a line each.

use std::time::Instant;

use grapevine_sub::{Freshness, Host, View};

use super::summary::{Share, Summary};
use crate::hosts::state;
use crate::table::{Cell, Table};
use crate::tone::Tone;
use crate::units::{age, duration, printable, quantity};

/// The hosts of `view` at `now`. The columns stand in the order of their worth: a narrow terminal loses the last.
pub(crate) fn table(view: &View, now: Instant, wall_s: f64) -> Table {
    let mut table = Table::new(&[
        "HOST", "STATE", "CPU", "MEMORY", "TOTAL", "LOAD", "DISK", "FULLEST", "RECEIVE", "SEND", "TEMP",
        "UP", "HEARD",
    ]);
    for host in view.hosts() {
        table.push(row(host, now, wall_s));
    }
    table
}

fn row(host: &Host, now: Instant, wall_s: f64) -> Vec<Cell> {
    let summary = Summary::of(host, wall_s);
    let fullest = summary.mounts.first();
    let rate = |rate: Option<f64>| figure(rate.map(|rate| quantity(rate, "bytes/second")));
    let state =
        if host.in_conflict() { Cell::left("conflict").tone(Tone::Bad) } else { state(host.freshness(now)) };
    let mut cells = vec![
        Cell::left(host.name().as_str()).tone(Tone::Strong),
        state,
        percent(summary.cpu_percent),
        percent(summary.memory.map(Share::percent)),
        figure(summary.memory.map(|memory| quantity(memory.total, "bytes"))),
        figure(summary.load.map(|load| format!("{load:.2}"))),
        percent(fullest.map(|(_, share)| share.percent())),
        Cell::left(fullest.map_or_else(String::new, |(mount, _)| printable(mount))),
        rate(summary.receive),
        rate(summary.transmit),
        figure(summary.temperature.map(|celsius| quantity(celsius, "celsius"))),
        figure(summary.uptime_s.map(duration)),
        figure(Some(age(host.age_ms(now)))),
    ];
    if matches!(host.freshness(now), Freshness::Silent | Freshness::Dead | Freshness::Left) {
        // Behind the name and the state all is of the past.
        cells = cells
            .into_iter()
            .enumerate()
            .map(|(at, cell)| if at < 2 { cell } else { cell.tone(Tone::Faint) })
            .collect();
    }
    cells
}

/// A share of a whole; a high one carries a mark beside the colour.
pub(crate) fn percent(percent: Option<f64>) -> Cell {
    match percent {
        Some(percent) if percent >= PERCENT_HIGH => Cell::right(format!("!{percent:.0} %")).tone(Tone::Bad),
        Some(percent) => Cell::right(format!("{percent:.0} %")),
        None => figure(None),
    }
}

/// A figure, or a dash where there is none: absent is not zero.
pub(crate) fn figure(text: Option<String>) -> Cell {
    text.map_or_else(|| Cell::right("-").tone(Tone::Faint), Cell::right)
}

const PERCENT_HIGH: f64 = 90.0;
