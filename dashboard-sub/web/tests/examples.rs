//! The examples ask for series that exist, and Prometheus takes them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use grapevine_web::metrics::{Family, Naming};
use serde_json::Value;

fn example(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

fn path(name: &str) -> String {
    format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// All families and the labels of their samples.
fn families() -> BTreeMap<String, BTreeSet<String>> {
    let labels = |family: &Family| {
        let of_all = ["host".to_owned(), "origin".to_owned()];
        family.labels.iter().map(ToString::to_string).chain(of_all).collect()
    };
    Naming::Own.families().iter().map(|family| (family.name.to_string(), labels(family))).collect()
}

/// Every name in `text` is one of ours, and so is every label in braces behind one.
fn check_names(text: &str, place: &str) {
    let families = families();
    let mut found = 0;
    for (at, _) in text.match_indices("grapevine_") {
        let rest = &text[at..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(end);
        let labels = families.get(name).unwrap_or_else(|| panic!("{place}: there is no {name}"));
        if let Some(matchers) = rest.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            for matcher in matchers.0.split(',') {
                let label = matcher.split(['=', '!']).next().unwrap().trim();
                assert!(labels.contains(label), "{place}: {name} has no label {label}");
            }
        }
        found += 1;
    }
    assert!(found > 0, "{place} asks for nothing");
}

#[test]
fn alerts_ask_for_series_that_exist() {
    for name in ["alerts.yml", "alerts.test.yml"] {
        check_names(&example(name), name);
    }
}

#[test]
fn promtool_takes_configuration_and_alerts() {
    for (command, name) in
        [("check config", "prometheus.yml"), ("check rules", "alerts.yml"), ("test rules", "alerts.test.yml")]
    {
        let path = path(name);
        let arguments: Vec<&str> = command.split(' ').chain([&*path]).collect();
        let Some(output) = program::run("GRAPEVINE_PROMTOOL", "promtool", &arguments, "") else { return };
        assert!(output.status.success(), "{name}: {}", program::words(&output));
    }
}

/// What the panels of the dashboard ask for.
fn queries(dashboard: &Value) -> Vec<&str> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let targets = panels.filter_map(|panel| panel["targets"].as_array()).flatten();
    targets.map(|target| target["expr"].as_str().unwrap()).collect()
}

#[test]
fn the_dashboard_is_one_and_asks_for_series_that_exist() {
    let dashboard: Value = serde_json::from_str(&example("grafana-dashboard.json")).unwrap();
    for query in queries(&dashboard) {
        check_names(query, query);
    }
    for variable in dashboard["templating"]["list"].as_array().unwrap() {
        if variable["type"] == "query" {
            check_names(variable["definition"].as_str().unwrap(), "a variable");
        }
    }
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<u64> = panels.iter().map(|panel| panel["id"].as_u64().unwrap()).collect();
    assert_eq!(ids.len(), panels.len(), "panels have numbers of their own");
    let mut taken = BTreeSet::new();
    for panel in panels {
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + w <= 24, "{}", panel["title"]);
        for place in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(place), "{} covers another panel", panel["title"]);
        }
    }
}

#[test]
fn prometheus_understands_the_dashboard() {
    let dashboard: Value = serde_json::from_str(&example("grafana-dashboard.json")).unwrap();
    // promtool checks rules: JSON is YAML, too.
    let rules: Vec<Value> = (0..)
        .zip(queries(&dashboard))
        .map(|(number, query)| {
            let query = query.replace("$__rate_interval", "1m");
            serde_json::json!({ "record": format!("query:{number}"), "expr": query })
        })
        .collect();
    let rules = serde_json::json!({ "groups": [{ "name": "dashboard", "rules": rules }] });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yml");
    fs::write(&file, rules.to_string()).unwrap();
    let arguments = ["check", "rules", file.to_str().unwrap()];
    let Some(output) = program::run("GRAPEVINE_PROMTOOL", "promtool", &arguments, "") else { return };
    assert!(output.status.success(), "{}", program::words(&output));
}
