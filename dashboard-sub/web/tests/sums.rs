//! Counters that are made of rates.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod fleet;
mod strict;

use std::collections::BTreeMap;
use std::time::Duration;

use fleet::origin::Origin;
use fleet::{Fleet, number};
use grapevine_proto::Reading;
use grapevine_proto::catalogue::{cpu, network};
use grapevine_web::metrics::{Format, Naming};
use proptest::prelude::*;

/// What the samples of a family say, by the values of their labels beside the host's.
fn sums(fleet: &Fleet, name: &str) -> BTreeMap<Vec<String>, f64> {
    let families = strict::parse(&fleet.text(Naming::Node, Format::Prometheus), Format::Prometheus).unwrap();
    let samples = families.into_iter().filter(|family| family.name == name).flat_map(|family| family.samples);
    let labels = |labels: BTreeMap<String, String>| {
        labels.into_iter().filter(|(key, _)| key != "instance").map(|(_, value)| value).collect()
    };
    samples.map(|sample| (labels(sample.labels), sample.value)).collect()
}

fn traffic(interface: &str, rate: f64) -> Reading {
    number(&network::RECEIVE, &[interface], rate)
}

const RECEIVED: &str = "node_network_receive_bytes_total";

#[test]
fn without_meters_there_are_no_sums() {
    let mut fleet = Fleet::new();
    fleet.hear(&mut Origin::new("srv", 1), &[traffic("eth0", 1000.0)]);
    assert!(sums(&fleet, RECEIVED).is_empty());
}

#[test]
fn a_rate_adds_up_while_it_is_told() {
    let (mut fleet, mut srv) = (Fleet::new(), Origin::new("srv", 1));
    fleet.hear(&mut srv, &[traffic("eth0", 1024.0), traffic("eth1", 2048.0)]).advance_meters();
    let all = |a, b| BTreeMap::from([(vec!["eth0".to_owned()], a), (vec!["eth1".to_owned()], b)]);
    assert_eq!(sums(&fleet, RECEIVED), all(0.0, 0.0));
    for _ in 0..4 {
        fleet.later(Duration::from_millis(500));
        fleet.hear(&mut srv, &[traffic("eth0", 1024.0), traffic("eth1", 2048.0)]).advance_meters();
    }
    assert_eq!(sums(&fleet, RECEIVED), all(2048.0, 4096.0));
    // An interface that comes in between does not take another's sum; one that is gone is not told.
    fleet.later(Duration::from_secs(1));
    fleet.hear(&mut srv, &[traffic("eno1", 512.0), traffic("eth1", 2048.0)]).advance_meters();
    let expected = BTreeMap::from([(vec!["eno1".to_owned()], 512.0), (vec!["eth1".to_owned()], 6144.0)]);
    assert_eq!(sums(&fleet, RECEIVED), expected);
}

#[test]
fn silence_adds_nothing_and_takes_nothing() {
    let (mut fleet, mut srv) = (Fleet::new(), Origin::new("srv", 1));
    fleet.hear(&mut srv, &[traffic("eth0", 1024.0)]).advance_meters();
    fleet.later(Duration::from_secs(10)).advance_meters();
    let eth0 = |sum| BTreeMap::from([(vec!["eth0".to_owned()], sum)]);
    assert_eq!(sums(&fleet, RECEIVED), eth0(10_240.0));
    for _ in 0..60 {
        fleet.later(Duration::from_secs(1)).advance_meters();
    }
    assert!(sums(&fleet, RECEIVED).is_empty(), "the rate is too old");
    // Another run of the agent goes on where the sum stood.
    let mut srv = srv.restarted();
    fleet.hear(&mut srv, &[traffic("eth0", 1024.0)]).advance_meters();
    let sum = sums(&fleet, RECEIVED).into_values().next().unwrap();
    assert!((15_360.0..=16_384.0).contains(&sum), "{sum}: told for 15 s");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each core's modes add up to the time that passed, and none ever falls.
    #[test]
    fn every_core_lives_through_all_of_the_time(
        seconds in prop::collection::vec((0_u8..=100, 0_u8..=100, 0_u8..=100, 0_u8..=100, 0_u8..=100), 2..12)
    ) {
        let (mut fleet, mut srv) = (Fleet::new(), Origin::new("srv", 1));
        let mut before = BTreeMap::new();
        for (passed, (core0, core1, user, system, iowait)) in (0_u32..).zip(seconds) {
            let readings = [
                number(&cpu::CORE_USE, &["0"], core0.into()),
                number(&cpu::CORE_USE, &["1"], core1.into()),
                number(&cpu::USER, &[], user.into()),
                number(&cpu::SYSTEM, &[], system.into()),
                number(&cpu::IOWAIT, &[], iowait.into()),
            ];
            fleet.hear(&mut srv, &readings).advance_meters();
            let now = sums(&fleet, "node_cpu_seconds_total");
            prop_assert_eq!(now.len(), 2 * 7);
            for core in ["0", "1"] {
                let of_core: f64 = now.iter().filter(|(labels, _)| labels[0] == core).map(|(_, sum)| sum).sum();
                // Each of the seven is cut to milliseconds.
                prop_assert!((of_core - f64::from(passed)).abs() < 0.008, "{of_core} s of {passed} s: {now:?}");
            }
            for (labels, sum) in &before {
                prop_assert!(now[labels] >= *sum, "{labels:?} fell from {sum} to {}", now[labels]);
            }
            before = now;
            fleet.later(Duration::from_secs(1));
        }
    }
}
