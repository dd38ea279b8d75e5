//! One figure of every host: a map of heat.

use grapevine_sub::panel::Figure;
use grapevine_sub::{Levels, Status, Summary};
use serde_json::{Value, json};

use super::hosts::{digit, judged};
use super::number;
use crate::api;
use crate::model::Snapshot;
use crate::problem::Problem;
use crate::server::App;

/// Names and origins of the hosts that match, their figures as whole numbers, and two digits for each: how the host is,
/// and how the figure is.
pub(super) fn show(snapshot: &Snapshot, app: &App, filter: &str, measure: &str) -> Result<Value, Problem> {
    let Some((_, figure_of)) = MEASURES.iter().find(|(name, _)| *name == measure) else {
        let names: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
        return Err(Problem::unprocessable(format!("measure: use one of {}", names.join(", "))));
    };
    let hosts = api::select(snapshot.entries(), filter, "", None)?;
    let figures: Vec<(Figure, Status)> = hosts
        .iter()
        .map(|it| figure_of(&it.summary, &app.options().thresholds.levels_of(&it.host)))
        .collect();
    let names: Vec<&str> = hosts.iter().map(|it| it.host.name().as_str()).collect();
    let origins: Vec<String> = hosts.iter().map(|it| it.host.origin().to_string()).collect();
    let whole = |value: f64| number(value.round());
    let values: Vec<Option<Value>> = figures.iter().map(|(figure, _)| figure.value.map(whole)).collect();
    let statuses: Vec<u8> = hosts.iter().map(|it| it.assessment.status.gravity()).collect();
    let digits: String = figures.iter().map(|(_, status)| digit(*status)).collect();
    Ok(
        json!({ "names": names, "origins": origins, "values": values, "statuses": statuses, "digits": digits }),
    )
}

type Measured = fn(&Summary, &Levels) -> (Figure, Status);

const MEASURES: [(&str, Measured); 6] = [
    ("gpu.use", |it, levels| judged(it.gpu_use_percent, levels.gpu_use)),
    ("gpu.memory", |it, levels| judged(it.gpu_memory_percent, levels.gpu_memory)),
    ("cpu", |it, levels| judged(it.cpu_percent, levels.cpu_use)),
    ("mem", |it, levels| judged(it.memory_percent, levels.memory_used)),
    ("disk", |it, levels| judged(it.disk_percent, levels.disk_space)),
    ("temp", |it, levels| judged(it.temperature_celsius, levels.gpu_temperature)),
];
