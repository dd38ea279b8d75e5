//! `grapevine hosts`: the hosts of the network.

use std::io::Write;
use std::time::Instant;

use grapevine_sub::{Freshness, Host};

use crate::args::{Attach, Hosts};
use crate::table::{Cell, Table};
use crate::tone::{Tone, is_colour_wanted};
use crate::{attach, json, output};
use grapevine_tui::units;

/// Prints all hosts that an agent knows.
pub(crate) async fn run(attach: &Attach, hosts: &Hosts) -> anyhow::Result<()> {
    let subscription = attach::attach(attach.endpoints(), attach.options()?).await?;
    let view = attach::snapshot(&subscription, hosts.wait).await;
    let now = Instant::now();
    let shown = view.hosts().iter().map(AsRef::as_ref);
    let mut out = output::open();
    if hosts.json {
        writeln!(out, "{}", json::hosts(shown, now)?)?;
    } else {
        for line in table(shown, now).render(usize::MAX, is_colour_wanted()) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(out.flush()?)
}

fn table<'a>(hosts: impl Iterator<Item = &'a Host>, now: Instant) -> Table {
    let mut table =
        Table::new(&["HOST", "STATE", "AGE", "HOPS", "EPOCH", "READINGS", "ROLE", "GROUPS", "ORIGIN"]);
    for host in hosts {
        let origin = if host.in_conflict() {
            Cell::left(format!("{} (conflict)", host.origin())).tone(Tone::Bad)
        } else {
            Cell::left(host.origin().to_string()).tone(Tone::Faint)
        };
        table.push(vec![
            Cell::left(host.name().as_str()).tone(Tone::Strong),
            state(host.freshness(now)),
            Cell::right(units::age(host.age_ms(now))),
            Cell::right(host.hops().to_string()),
            Cell::right(host.position().epoch.to_string()),
            Cell::right(host.readings().len().to_string()),
            Cell::left(units::printable(&host.identity().role)),
            Cell::left(units::printable(&host.identity().groups.join(","))),
            origin,
        ]);
    }
    table
}

/// How current a host is, as a table cell.
pub(crate) fn state(freshness: Freshness) -> Cell {
    let tone = match freshness {
        Freshness::Fresh => Tone::Good,
        Freshness::Late => Tone::Warning,
        Freshness::Silent | Freshness::Dead => Tone::Bad,
        Freshness::Left => Tone::Faint,
    };
    Cell::left(freshness.as_str()).tone(tone)
}
