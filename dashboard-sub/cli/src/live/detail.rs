//! One host, with its parts.

use std::collections::BTreeMap;

use grapevine_proto::Metric;
use grapevine_proto::catalogue::{cpu, disk, host, network};
use grapevine_sub::Host;

use super::overview::{figure, percent};
use super::summary::{Share, Summary};
use crate::table::{Cell, Table};
use crate::tone::Tone;
use crate::units::{printable, quantity};

/// What there is to say of `host` beyond its line in the overview, as tables one below the other.
pub(crate) fn tables(host: &Host, wall_s: f64) -> Vec<Table> {
    let summary = Summary::of(host, wall_s);
    [machine(host), gauges(host, &summary), mounts(&summary), disks(host), interfaces(host)]
        .into_iter()
        .filter(|table| !table.is_empty())
        .collect()
}

fn machine(host: &Host) -> Table {
    let text = |metric: &Metric| host.text(&metric.name).map(printable);
    let parts =
        [text(&host::DISTRIBUTION), text(&host::KERNEL), text(&host::PROCESSOR), text(&host::PRODUCT)];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let mut table = Table::new(&[]);
    if !parts.is_empty() {
        table.push(vec![Cell::left(parts.join(" · ")).tone(Tone::Faint)]);
    }
    table
}

fn gauges(host: &Host, summary: &Summary) -> Table {
    let mut table = Table::new(&[]);
    if let Some(use_percent) = summary.cpu_percent {
        let cores: Vec<f64> =
            host.readings_of(&cpu::CORE_USE.name).filter_map(|core| core.state.number()).collect();
        let cores: String = cores.into_iter().take(CORES_SHOWN_MAX).map(level).collect();
        table.push(vec![Cell::left("cpu"), bar(use_percent), percent(Some(use_percent)), Cell::left(cores)]);
    }
    for (name, share) in [("memory", summary.memory), ("swap", summary.swap)] {
        if let Some(share) = share {
            table.push(vec![
                Cell::left(name),
                bar(share.percent()),
                percent(Some(share.percent())),
                amount(share),
            ]);
        }
    }
    table
}

fn mounts(summary: &Summary) -> Table {
    let mut table = Table::new(&["MOUNT", "", "USED", ""]);
    for (mount, share) in &summary.mounts {
        table.push(vec![
            Cell::left(printable(mount)),
            bar(share.percent()),
            percent(Some(share.percent())),
            amount(*share),
        ]);
    }
    table
}

fn disks(host: &Host) -> Table {
    let [read, write, busy] =
        [&disk::READ, &disk::WRITE, &disk::BUSY].map(|metric| by_label(host, metric, "disk"));
    let mut table = Table::new(&["DISK", "READ", "WRITE", "BUSY"]);
    for (disk, read) in &read {
        table.push(vec![
            Cell::left(printable(disk)),
            figure(read.map(|rate| quantity(rate, "bytes/second"))),
            figure(write.get(disk).copied().flatten().map(|rate| quantity(rate, "bytes/second"))),
            percent(busy.get(disk).copied().flatten()),
        ]);
    }
    table
}

fn interfaces(host: &Host) -> Table {
    let [receive, transmit, speed, carrier] =
        [&network::RECEIVE, &network::TRANSMIT, &network::SPEED, &network::CARRIER]
            .map(|metric| by_label(host, metric, "interface"));
    let mut table = Table::new(&["INTERFACE", "RECEIVE", "SEND", "SPEED", "LINK"]);
    for (interface, receive) in &receive {
        let of = |figures: &BTreeMap<&str, Option<f64>>| figures.get(interface).copied().flatten();
        let link = of(&carrier).map(|carrier| quantity(carrier, "boolean"));
        table.push(vec![
            Cell::left(printable(interface)),
            figure(receive.map(|rate| quantity(rate, "bytes/second"))),
            figure(of(&transmit).map(|rate| quantity(rate, "bytes/second"))),
            figure(of(&speed).map(|speed| quantity(speed, "bits/second"))),
            figure(link),
        ]);
    }
    table
}

/// The metric's numbers by the value of one label.
fn by_label<'a>(host: &'a Host, metric: &Metric, key: &str) -> BTreeMap<&'a str, Option<f64>> {
    let readings = host.readings_of(&metric.name);
    readings.filter_map(|reading| Some((reading.label(key)?, reading.state.number()))).collect()
}

fn amount(share: Share) -> Cell {
    Cell::left(format!("{} of {}", quantity(share.used, "bytes"), quantity(share.total, "bytes")))
}

fn bar(percent: f64) -> Cell {
    let bar = (1..=BAR_STEPS)
        .map(|step| if percent >= f64::from(step) * BAR_STEP_PERCENT - 2.5 { '█' } else { '░' });
    let tone = if percent >= 90.0 { Tone::Bad } else { Tone::Plain };
    Cell::left(bar.collect::<String>()).tone(tone)
}

/// A core's use as one of eight levels.
fn level(percent: f64) -> char {
    let levels = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let steps = (1..8_u8).zip(&levels).take_while(|(step, _)| percent >= f64::from(*step) * 12.5);
    levels.get(steps.count()).copied().unwrap_or('█')
}

const BAR_STEPS: u8 = 20;
const BAR_STEP_PERCENT: f64 = 5.0;
const CORES_SHOWN_MAX: usize = 64;
