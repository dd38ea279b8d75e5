//! `grapevine-agent catalog`: what can be measured.

use std::io::Write;

use grapevine_proto::{Kind, Metric, catalogue};
use serde_json::{Value, json};

pub(crate) fn run(as_json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    if as_json {
        let rows: Vec<Value> = catalogue::rows().map(row).collect();
        serde_json::to_writer_pretty(&mut *out, &rows)?;
        writeln!(out)?;
        return Ok(());
    }
    for metric in catalogue::rows() {
        let labels: Vec<&str> = metric.labels.iter().collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let name = format!("{}{labels}", metric.name);
        writeln!(out, "{name:<40} {:<14} {}", metric.unit.as_str(), metric.help)?;
    }
    Ok(())
}

fn row(metric: &Metric) -> Value {
    json!({
        "id": metric.id.0,
        "metric": metric.name,
        "kind": match metric.kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::Text => "text",
        },
        "unit": metric.unit.as_str(),
        "labels": metric.labels.iter().collect::<Vec<_>>(),
        "max_age_ms": metric.max_age_ms,
        "help": metric.help,
    })
}
