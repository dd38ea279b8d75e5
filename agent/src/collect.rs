//! `grapevine-agent collect`: one look at this host, without a network.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use grapevine_collectors::{CollectError, Collector, REGISTRY, Sample};
use grapevine_proto::{Reading, Value};
use serde_json::json;

use crate::arguments::Collect;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::state;

/// Prints the readings of one pass.
pub(crate) fn run(arguments: &Collect, out: &mut impl Write) -> anyhow::Result<()> {
    let passes = passes(&config::load(arguments.config.as_deref())?);
    for Pass { name, result, .. } in &passes {
        if let Err(error) = result {
            writeln!(io::stderr(), "grapevine-agent: {name}: {}", chain(error))?;
        }
    }
    let readings = passes.iter().flat_map(|pass| pass.sample.readings());
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

/// What a collector found in its second pass.
pub(crate) struct Pass {
    /// The collector's.
    pub(crate) name: &'static str,
    pub(crate) sample: Sample,
    pub(crate) result: Result<(), CollectError>,
}

/// Runs all collectors that are switched on. Rates take two passes: another one goes before.
pub(crate) fn passes(config: &Config) -> Vec<Pass> {
    let folder = config.metrics_agent.state_dir.clone().or_else(state::standard_folder);
    let context = config.collectors.context(folder.as_deref());
    let clock = Clock::start();
    let entries = REGISTRY.iter().filter(|entry| config.collectors.interval_ms(entry).is_some());
    let mut collectors: Vec<_> =
        entries.map(|entry| (entry.name, (entry.build)(&context), Sample::default())).collect();
    for (_, collector, sample) in &mut collectors {
        // Whatever is wrong shows in the second pass, too.
        drop(sample.pass(clock.now().0, collector.as_mut()));
    }
    thread::sleep(Duration::from_millis(PASS_DISTANCE_MS));
    let second = |(name, mut collector, mut sample): (_, Box<dyn Collector>, Sample)| {
        let result = sample.pass(clock.now().0, collector.as_mut());
        Pass { name, sample, result }
    };
    collectors.into_iter().map(second).collect()
}

/// An error with what caused it, on one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(error.source(), |error| error.source())
        .fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
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
