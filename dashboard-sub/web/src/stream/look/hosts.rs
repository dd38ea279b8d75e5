//! Rows of a table of hosts: figures as exactly as a table shows them, each with how it is.

use grapevine_sub::panel::Figure;
use grapevine_sub::{Bounds, Levels, Status};
use serde_json::{Value, json};

use super::number;
use crate::api::{self, Order};
use crate::model::{Shown, Snapshot};
use crate::problem::Problem;
use crate::server::App;

/// `count` rows from the one at `from` on, of the hosts that match.
pub(super) fn show(
    snapshot: &Snapshot,
    app: &App,
    (filter, sort, order): (&str, &str, Option<Order>),
    from: usize,
    count: usize,
) -> Result<Value, Problem> {
    let hosts = api::select(snapshot.entries(), filter, sort, order)?;
    let rows: Vec<Value> =
        hosts.iter().skip(from).take(count).map(|shown| row(shown, snapshot, app)).collect();
    Ok(json!({ "total": hosts.len(), "from": from, "rows": rows }))
}

/// Origin, name, status, freshness, whether another host claims the name, age in seconds if it is not fresh, state of the
/// worst backup job, figures in the order of [`CELLS`], and a digit for each of them that says how it is.
fn row(shown: &Shown, snapshot: &Snapshot, app: &App) -> Value {
    let Shown { host, summary, assessment } = shown;
    let freshness = host.freshness(snapshot.at);
    let is_fresh = freshness == grapevine_sub::Freshness::Fresh;
    let levels = app.options().thresholds.levels_of(host);
    let cells = CELLS.map(|cell| cell(shown, &levels));
    let digits: String = cells.iter().map(|(_, status)| digit(*status)).collect();
    json!([
        host.origin().to_string(),
        host.name().as_str(),
        assessment.status.gravity(),
        freshness.as_str(),
        host.in_conflict(),
        (!is_fresh).then(|| host.age_ms(snapshot.at) / 1000),
        summary.backup.map(grapevine_sub::panel::BackupState::as_str),
        cells.map(|(figure, _)| figure.value.map(|value| number(rounded(value)))),
        digits,
    ])
}

type Cell = fn(&Shown, &Levels) -> (Figure, Status);

/// The page has the same list.
const CELLS: [Cell; 13] = [
    |it, levels| judged(it.summary.gpu_use_percent, levels.gpu_use),
    |it, levels| judged(it.summary.gpu_memory_percent, levels.gpu_memory),
    |it, levels| judged(it.summary.gpu_temperature_celsius, levels.gpu_temperature),
    |it, _| judged(it.summary.gpu_power_watts, Bounds::OFF),
    |it, levels| judged(it.summary.cpu_percent, levels.cpu_use),
    |it, levels| judged(it.summary.memory_percent, levels.memory_used),
    |it, levels| judged(it.summary.disk_percent, levels.disk_space),
    |it, levels| judged(it.summary.cpu_temperature_celsius, levels.cpu_temperature),
    |it, _| judged(it.summary.load, Bounds::OFF),
    |it, levels| failed(it.summary.services_failed, levels),
    |it, _| judged(it.summary.receive, Bounds::OFF),
    |it, _| judged(it.summary.transmit, Bounds::OFF),
    |it, _| judged(it.summary.uptime_s.map(days), Bounds::OFF),
];

/// How a figure is by these bounds; stale if it is not of now.
fn judged(figure: Figure, bounds: Bounds) -> (Figure, Status) {
    let status = match figure.value {
        Some(_) if figure.stale || figure.absence.is_some() => Status::Stale,
        Some(value) => bounds.status_of(value),
        None => Status::Ok,
    };
    (figure, status)
}

fn failed(count: Figure, levels: &Levels) -> (Figure, Status) {
    let is_any = count.value.is_some_and(|count| count > 0.0);
    let status = levels.service_failed.status().filter(|_| is_any);
    (count, status.unwrap_or(Status::Ok))
}

fn days(seconds: f64) -> f64 {
    (seconds / 86_400.0).floor() * 86_400.0
}

/// The status as a digit, its gravity.
fn digit(status: Status) -> char {
    char::from(b'0' + status.gravity())
}

/// Whole numbers, or two digits of small ones and three of great ones: what jitters below is not shown.
pub(super) fn rounded(value: f64) -> f64 {
    let size = value.abs();
    if size < 10.0 {
        return (value * 10.0).round() / 10.0;
    }
    if size < 1000.0 {
        return value.round();
    }
    let unit = 10_f64.powf(size.log10().floor() - 2.0);
    (value / unit).round() * unit
}
