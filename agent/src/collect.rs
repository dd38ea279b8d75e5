//! `grapevine-agent collect`: one look at this host, without a network.

use std::io::Write;
use std::thread;
use std::time::Duration;

use grapevine_collectors::{REGISTRY, Sample};
use grapevine_proto::{Reading, Value};
use serde_json::json;

use crate::arguments::Collect;
use crate::clock::Clock;
use crate::config;
use crate::state;

/// Prints the readings of one pass. Another one goes before it, since rates take two.
pub(crate) fn run(arguments: &Collect, out: &mut impl Write) -> anyhow::Result<()> {
    let config = config::load(arguments.config.as_deref())?;
    let folder = config.metrics_agent.state_dir.clone().or_else(state::standard_folder);
    let context = config.collectors.context(folder.as_deref());
    let clock = Clock::start();
    let mut collectors: Vec<_> = REGISTRY
        .iter()
        .filter(|entry| config.collectors.interval_ms(entry).is_some())
        .map(|entry| (entry.name, (entry.build)(&context), Sample::default()))
        .collect();
    for pass in 0..2 {
        for (name, collector, sample) in &mut collectors {
            if let Err(error) = sample.pass(clock.now().0, collector.as_mut())
                && pass == 1
            {
                tracing::warn!(collector = name, "collector fails: {:#}", anyhow::Error::from(error));
            }
        }
        if pass == 0 {
            thread::sleep(Duration::from_millis(PASS_DISTANCE_MS));
        }
    }
    let readings = collectors.iter().flat_map(|(_, _, sample)| sample.readings());
    if arguments.json {
        let readings: Vec<_> = readings.map(as_json).collect();
        serde_json::to_writer_pretty(&mut *out, &readings)?;
        writeln!(out)?;
    } else {
        for reading in readings {
            writeln!(out, "{}", as_line(reading))?;
        }
    }
    Ok(())
}

fn as_json(reading: &Reading) -> serde_json::Value {
    let labels: serde_json::Map<_, _> =
        reading.metric.labels.iter().map(str::to_owned).zip(reading.labels.iter().map(Into::into)).collect();
    json!({
        "metric": reading.metric.name,
        "labels": labels,
        "value": match reading.state.value() {
            Some(Value::Number(number)) => json!(number),
            Some(Value::Text(text)) => json!(text),
            None => json!(null),
        },
        "absent": reading.state.absence().map(grapevine_proto::Absence::as_str),
        "unit": reading.metric.unit.as_str(),
    })
}

fn as_line(reading: &Reading) -> String {
    let labels: Vec<String> = reading
        .metric
        .labels
        .iter()
        .zip(reading.labels.iter())
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let name = format!("{}{labels}", reading.metric.name);
    let unit = match reading.metric.unit.as_str() {
        "none" | "text" | "boolean" | "count" => "",
        unit => unit,
    };
    let value = match (reading.state.value(), reading.state.absence()) {
        (Some(Value::Number(number)), None) => format!("{number} {unit}"),
        (Some(Value::Text(text)), None) => text.clone(),
        (_, absence) => format!("absent: {}", absence.map_or("unknown", grapevine_proto::Absence::as_str)),
    };
    format!("{name:<44} {}", value.trim_end())
}

/// Time between the two passes in milliseconds.
const PASS_DISTANCE_MS: u64 = 200;
