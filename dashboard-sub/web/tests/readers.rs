//! What Prometheus' own programs make of our text: promtool, and the parsers of its client for Python.

mod fleet;
mod program;
mod strict;

use std::time::Duration;

use fleet::Fleet;
use fleet::origin::Origin;
use grapevine_demo::{Demo, DemoOptions, Scenario};
use grapevine_proto::catalogue::{backup, process};
use grapevine_web::metrics::{Format, Naming};

/// A demonstration's hosts with all of their faults, and one with names that want to be escaped.
fn demonstration() -> Fleet {
    let mut fleet = Fleet::new();
    let mut demo =
        Demo::new(&DemoOptions { hosts: 24, scenario: Scenario::Degraded, ..DemoOptions::default() });
    for message in demo.advance(Duration::from_secs(3)) {
        fleet.hear_message(&message.name, message.frame);
    }
    let odd =
        ["\"", "\\", "\\n", "a\nb", "a,b}", "{", "#", "ü\u{2028}\u{1f9e0}", "\r\t\u{0}\u{7f}\u{85}", " "];
    let mut readings: Vec<_> = odd.iter().map(|name| fleet::number(&process::COUNT, &[name], 1.0)).collect();
    readings.extend(odd.iter().map(|text| fleet::text(&backup::MESSAGE, &["odd"], text)));
    fleet.hear(&mut Origin::new("odd", 200), &readings);
    fleet.advance_meters().later(Duration::from_millis(500)).advance_meters();
    fleet
}

#[test]
fn promtool_finds_nothing_wrong_with_our_own_names() {
    let text = demonstration().text(Naming::Own, Format::Prometheus);
    let Some(output) = program::run("GRAPEVINE_PROMTOOL", "promtool", &["check", "metrics"], &text) else {
        return;
    };
    assert!(output.status.success(), "{}", program::words(&output));
}

/// Names of others are not always what promtool likes, but it can read them.
#[test]
fn promtool_reads_the_names_of_others() {
    for naming in [Naming::Node, Naming::Dcgm] {
        let text = demonstration().text(naming, Format::Prometheus);
        let Some(output) = program::run("GRAPEVINE_PROMTOOL", "promtool", &["check", "metrics"], &text)
        else {
            return;
        };
        // Exit status 3 says that names are not liked, 1 that the text cannot be read.
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", program::words(&output));
        let disliked = ["snake_case", "counter metrics should have"];
        for line in program::words(&output).lines() {
            assert!(disliked.iter().any(|what| line.contains(what)), "{line}");
        }
    }
}

#[test]
fn the_parsers_for_python_read_all_of_it() {
    let fleet = demonstration();
    let has_parsers = ["-c", "import prometheus_client.openmetrics.parser"];
    match program::run("GRAPEVINE_PYTHON", "python3", &has_parsers, "") {
        Some(output) if output.status.success() => {}
        _ => return println!("skipped: no Python with prometheus_client; set GRAPEVINE_PYTHON to one"),
    }
    for naming in Naming::ALL {
        for format in Format::ALL {
            let text = fleet.text(naming, format);
            let families = strict::parse(&text, format).unwrap();
            let samples: usize = families.iter().map(|family| family.samples.len()).sum();
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/parse.py");
            let output =
                program::run("GRAPEVINE_PYTHON", "python3", &[script, &format!("{format:?}")], &text)
                    .unwrap();
            let read = format!("{} {samples}\n", families.len());
            assert_eq!(
                String::from_utf8_lossy(&output.stdout),
                read,
                "{naming}, {format:?}: {}",
                program::words(&output)
            );
        }
    }
}
