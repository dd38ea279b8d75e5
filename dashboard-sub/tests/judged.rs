//! Hosts are judged by some of their readings: by those that count, whatever the others say.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "a test may panic")]

mod machine;

use grapevine_proto::{Absence, Kind, Metric, State, Value, catalogue};
use grapevine_sub::panel::Panels;
use grapevine_sub::{Summary, Thresholds};
use machine::{Machine, WALL_S};
use proptest::prelude::*;

/// Words that mean something to somebody, and one that does not.
const WORDS: [&str; 14] = [
    "active",
    "failed",
    "error",
    "maintenance",
    "auto-restart",
    "ok",
    "lost",
    "fail",
    "warn",
    "stale",
    "prefail",
    "self_test_failed",
    "temperature",
    "xyz",
];

fn state(metric: &'static Metric) -> impl Strategy<Value = State> {
    let value = (0..WORDS.len(), 0_u32..130).prop_map(|(word, number)| match metric.kind {
        Kind::Text => Value::Text(WORDS.get(word).copied().unwrap_or_default().to_owned()),
        Kind::Gauge | Kind::Counter => Value::Number(metric.scale.restore(i64::from(number))),
    });
    (value, 0..8, 0..Absence::ALL.len()).prop_map(|(value, kind, absence)| {
        let absence = Absence::ALL.get(absence).copied().unwrap_or(Absence::Failed);
        match kind {
            0 => State::Absent(absence),
            1 => State::Kept { value, absence, age_ms: 20_000 },
            _ => State::Present(value),
        }
    })
}

/// A host that tells all there is to tell of two things each, some metrics left out, but not that the things are there.
fn machines() -> impl Strategy<Value = Machine> {
    let told = |metric: &'static Metric| {
        let states = prop::collection::vec(state(metric), if metric.labels.is_empty() { 1 } else { 2 });
        (states, 0..5).prop_map(move |(mut states, left_out)| {
            if left_out == 0 && !metric.name.ends_with(".state") {
                states.clear();
            }
            (metric, states)
        })
    };
    let rows: Vec<_> = catalogue::rows().map(told).collect();
    rows.prop_map(|rows| {
        let readings = rows.into_iter().flat_map(|(metric, states)| {
            states.into_iter().zip(["0", "1"]).map(move |(state, label)| (metric, label, state))
        });
        readings.fold(Machine::new(), |machine, (metric, label, state)| {
            machine.state(metric, &[label; 4][..metric.labels.len()], state)
        })
    })
}

/// As much is judged as can be.
fn strict() -> Thresholds {
    const RULES: [&str; 5] = ["cpu_use", "cpu_temperature", "memory_pressure", "gpu_use", "gpu_memory"];
    let table: String = RULES.map(|rule| format!("{rule} = {{ warning = 1, critical = 2 }}\n")).concat();
    toml::from_str(&table).unwrap_or_else(|error| panic!("{error}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_host_is_judged_as_by_all_of_its_readings(machine in machines()) {
        let seen = machine.host();
        let panels = Panels::of(&seen.host, seen.now);
        prop_assert_eq!(seen.summary(), Summary::of_panels(&seen.host, &panels, seen.now, WALL_S));
        for thresholds in [Thresholds::default(), strict()] {
            let by_all = thresholds.assess_panels(&seen.host, &panels, seen.now, WALL_S);
            prop_assert!(by_all.findings.len() > 1, "there is something to judge");
            prop_assert_eq!(seen.assess(&thresholds), by_all);
        }
    }
}
