//! Whatever hosts say, the text is one that a strict parser takes, and says just that.

mod fleet;
mod strict;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use fleet::Fleet;
use fleet::origin::Origin;
use grapevine_proto::{
    Absence, Composer, Identity, Kind, LabelKeys, Labels, Metric, MetricId, MetricRef, Moment, OriginKey,
    PublicKey, Reading, Scale, State, Unit, Value, catalogue,
};
use grapevine_web::metrics::{Exposition, Format, Naming};
use proptest::prelude::*;
use proptest::sample::select;

/// Texts with all that must be escaped, and some more.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[\"\\\\\n\r\t{}=, #a\u{0}\u{85}ö\u{1f9e0}]{0,12}", ".{0,8}", Just("none".to_owned())]
}

/// Names as hosts might choose them for metrics that only they know: some collide when they are written down.
fn any_name() -> impl Strategy<Value = String> {
    let parts =
        ["cpu", "use", "total", "info", "count", "X.y", "9", "state", "job", "host", "é", "", "percent"];
    let own = prop::collection::vec(select(parts.to_vec()), 0..4).prop_map(|parts| parts.join("."));
    prop_oneof![own, ".{0,6}", select(vec!["cpu.use".to_owned(), "up".to_owned(), "a".repeat(4000)])]
}

fn learned() -> impl Strategy<Value = MetricRef> {
    let units = ["percent", "bytes", "volts", "furlongs/fortnight", "", "bits/second", "\n"];
    let kind = select(vec![Kind::Gauge, Kind::Counter, Kind::Text]);
    let labels = prop::collection::vec(any_name(), 0..3);
    (1024_u16..1030, any_name(), kind, select(units.to_vec()), labels).prop_map(
        |(id, name, kind, unit, labels)| {
            MetricRef::Learned(Arc::new(Metric {
                id: MetricId(id),
                name: Cow::Owned(name),
                kind,
                unit: Unit::named(unit.to_owned()),
                scale: Scale::Whole,
                deadband: 0,
                labels: LabelKeys::Learned(labels),
                max_age_ms: 15_000,
                help: Cow::Borrowed(""),
            }))
        },
    )
}

fn state(kind: Kind) -> BoxedStrategy<State> {
    let value = match kind {
        Kind::Text => any_text().prop_map(Value::Text).boxed(),
        Kind::Gauge | Kind::Counter => any::<f64>().prop_map(Value::Number).boxed(),
    };
    prop_oneof![
        4 => value.clone().prop_map(State::Present),
        1 => (value, 0_u32..100_000).prop_map(|(value, age_ms)| State::Kept { value, absence: Absence::Failed, age_ms }),
        1 => select(Absence::ALL.to_vec()).prop_map(State::Absent),
    ]
    .boxed()
}

/// Readings of a host, several of each metric, some of them with the same labels.
fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
    let known: Vec<MetricRef> = catalogue::rows().map(MetricRef::Known).collect();
    let metric = prop_oneof![3 => select(known), 1 => learned()];
    let of_metric = metric.prop_flat_map(|metric| {
        let labels = prop::collection::vec(any_text(), metric.labels.len());
        prop::collection::vec((Just(metric.clone()), labels, state(metric.kind)), 1..4)
    });
    prop::collection::vec(of_metric, 0..24).prop_map(|mut of_metrics| {
        of_metrics.sort_by_key(|readings| readings.first().map(|(metric, ..)| metric.id));
        of_metrics.dedup_by_key(|readings| readings.first().map(|(metric, ..)| metric.id));
        let reading = |(metric, labels, state): (MetricRef, Vec<String>, State)| Reading {
            metric,
            labels: Labels::new(&labels),
            state,
        };
        of_metrics.into_iter().flatten().map(reading).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_readings_give_strict_text(hosts in prop::collection::vec((any_readings(), select(vec!["a", "b", "c"])), 1..4)) {
        let mut fleet = Fleet::new();
        for (key, (readings, name)) in (1..).zip(&hosts) {
            fleet.hear(&mut Origin::new(name, key), readings);
        }
        fleet.advance_meters().later(Duration::from_millis(500)).advance_meters();
        for naming in Naming::ALL {
            for format in Format::ALL {
                let text = fleet.text(naming, format);
                if let Err(wrong) = strict::parse(&text, format) {
                    prop_assert!(false, "{naming}, {format:?}: {wrong}\n{text}");
                }
            }
        }
    }

    #[test]
    fn labels_come_back_as_they_were(mount in any_text()) {
        let mut fleet = Fleet::new();
        let reading = fleet::number(&catalogue::disk::SPACE_USED, &[&mount], f64::from(1 << 30));
        fleet.hear(&mut Origin::new("srv", 1), &[reading]);
        // Control characters have no place in the formats, but for line feeds.
        let expected = mount.replace(|c: char| c.is_control() && c != '\n', "\u{fffd}");
        for format in Format::ALL {
            let families = strict::parse(&fleet.text(Naming::Own, format), format).unwrap();
            let family = families.iter().find(|family| family.name == "grapevine_disk_space_used_bytes").unwrap();
            prop_assert_eq!(&family.samples[0].labels["mount"], &expected);
        }
    }
}

#[test]
fn what_only_hosts_know_is_told_unless_its_name_is_taken() {
    let learned = |id, name: &'static str, unit: &str, kind| Metric {
        id: MetricId(id),
        name: name.into(),
        kind,
        unit: Unit::named(unit.to_owned()),
        scale: Scale::Whole,
        deadband: 0,
        labels: LabelKeys::Learned(vec!["Job".to_owned()]),
        max_age_ms: 15_000,
        help: "".into(),
    };
    let reading = |metric, number| Reading {
        metric: MetricRef::Learned(Arc::new(metric)),
        labels: Labels::new(&["a"]),
        state: State::Present(Value::Number(number)),
    };
    let mut fleet = Fleet::new();
    fleet.hear(
        &mut Origin::new("srv-1", 1),
        &[
            reading(learned(2000, "fan.speed", "percent", Kind::Gauge), 50.0),
            reading(learned(2001, "cpu.use", "percent", Kind::Gauge), 1.0),
            reading(learned(2002, "fan-speed", "percent", Kind::Gauge), 2.0),
        ],
    );
    let otherwise = learned(2000, "fan.speed", "percent", Kind::Counter);
    let elsewhere = learned(3000, "fan.speed", "percent", Kind::Gauge);
    fleet.hear(&mut Origin::new("srv-2", 2), &[reading(otherwise, 3.0), reading(elsewhere, 25.0)]);
    let text = fleet.text(Naming::Own, Format::Prometheus);
    let fans: Vec<&str> = text.lines().filter(|line| line.contains("fan_speed")).collect();
    assert_eq!(
        fans,
        [
            "# HELP grapevine_fan_speed_ratio fan.speed, which hosts describe themselves.",
            "# TYPE grapevine_fan_speed_ratio gauge",
            "grapevine_fan_speed_ratio{host=\"srv-1\",fan_job=\"a\"} 0.5",
            "grapevine_fan_speed_ratio{host=\"srv-2\",fan_job=\"a\"} 0.25",
        ]
    );
    assert!(!text.contains("grapevine_cpu_use_ratio"));
}

#[test]
fn a_host_that_speaks_once_a_minute_is_told_all_the_time() {
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: "slow".parse().unwrap(),
        interval_ms: 60_000,
        role: String::new(),
        groups: Vec::new(),
    };
    let mut composer = Composer::new(OriginKey::from_seed(&[1; 32]), identity, 32, 1);
    let reading = fleet::number(&catalogue::cpu::USE, &[], 50.0);
    let frame = composer.frame([&reading].into_iter(), Moment(1000)).unwrap();
    let mut fleet = Fleet::new();
    fleet.hear_message("slow", frame.bytes().clone());
    let is_told =
        |fleet: &Fleet| fleet.text(Naming::Own, Format::Prometheus).contains("grapevine_cpu_use_ratio{");
    assert!(is_told(fleet.later(Duration::from_secs(180))), "three of its frames would have to be missing");
    assert!(!is_told(fleet.later(Duration::from_secs(1))));
}

#[test]
fn pieces_are_the_whole_and_short() {
    let mut fleet = Fleet::new();
    for host in 0..200 {
        let readings: Vec<Reading> = (0..40)
            .map(|core| fleet::number(&catalogue::cpu::CORE_USE, &[&core.to_string()], 50.0))
            .collect();
        fleet.hear(&mut Origin::seeded(&format!("srv-{host}"), [host; 32]), &readings);
    }
    let pieces: Vec<String> = Exposition::new(fleet.scrape(), Naming::Own, Format::OpenMetrics).collect();
    assert!(pieces.len() > 2);
    assert!(
        pieces.iter().all(|piece| piece.len() < 2 * grapevine_web::metrics::PIECE_BYTES && !piece.is_empty())
    );
    let families = strict::parse(&pieces.concat(), Format::OpenMetrics).unwrap();
    let cores = families.iter().find(|family| family.name == "grapevine_cpu_core_use_ratio").unwrap();
    assert_eq!(cores.samples.len(), 200 * 40);
}

#[test]
fn no_hosts_are_no_error() {
    for naming in Naming::ALL {
        let text = Fleet::new().text(naming, Format::OpenMetrics);
        assert!(text.ends_with("# EOF\n"));
        strict::parse(&text, Format::OpenMetrics).unwrap();
        strict::parse(&Fleet::new().text(naming, Format::Prometheus), Format::Prometheus).unwrap();
    }
}
