//! One figure of every host: a map of heat.

use grapevine_sub::Summary;
use grapevine_sub::panel::Figure;
use serde_json::{Value, json};

use super::number;
use crate::api;
use crate::model::Snapshot;
use crate::problem::Problem;

/// Names and origins of the hosts that match, their figures as whole numbers, and how each host is as a digit.
pub(super) fn show(snapshot: &Snapshot, filter: &str, measure: &str) -> Result<Value, Problem> {
    let Some((_, figure_of)) = MEASURES.iter().find(|(name, _)| *name == measure) else {
        let names: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
        return Err(Problem::unprocessable(format!("measure: use one of {}", names.join(", "))));
    };
    let hosts = api::select(snapshot.entries(), filter, "", None)?;
    let names: Vec<&str> = hosts.iter().map(|it| it.host.name().as_str()).collect();
    let origins: Vec<String> = hosts.iter().map(|it| it.host.origin().to_string()).collect();
    let whole = |value: f64| number(value.round());
    let values: Vec<Option<Value>> = hosts.iter().map(|it| figure_of(&it.summary).value.map(whole)).collect();
    let statuses: Vec<u8> = hosts.iter().map(|it| it.assessment.status.gravity()).collect();
    Ok(json!({ "names": names, "origins": origins, "values": values, "statuses": statuses }))
}

type Measured = fn(&Summary) -> Figure;

const MEASURES: [(&str, Measured); 6] = [
    ("gpu.use", |it| it.gpu_use_percent),
    ("gpu.memory", |it| it.gpu_memory_percent),
    ("cpu", |it| it.cpu_percent),
    ("mem", |it| it.memory_percent),
    ("disk", |it| it.disk_percent),
    ("temp", |it| it.temperature_celsius),
];
