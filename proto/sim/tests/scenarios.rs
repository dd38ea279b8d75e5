//! Small networks with fixed seeds: what must hold in each scenario, and that runs can be seen again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use grapevine_sim::{Outcome, Report, Size, all, markdown, named, run, run_all};

/// A scenario with 16 hosts, where nothing happens that must not.
fn simulate(name: &str) -> Report {
    let Outcome { report, violation, .. } = run(named(name).unwrap(), Size::of(16, 7));
    assert_eq!(violation, None, "{name}");
    report
}

/// With a mirror for every pair of hosts.
#[test]
fn what_every_host_shows_is_what_was_measured_in_all_scenarios() {
    for scenario in all() {
        let size = Size { watched_pairs: 64, ..Size::of(4, 3) };
        assert_eq!(run(scenario, size).violation, None, "{}", scenario.name);
    }
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let digest = |seed| run(named("kill-reset-30").unwrap(), Size::of(12, seed)).digest;
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn a_steady_network_gets_everything_and_once() {
    let report = simulate("steady");
    assert!(report.delivery >= 1.0 && report.false_deaths == 0, "{report:?}");
    assert!(report.max_ms <= 50.0 && report.last_delivery_hop <= 12, "{report:?}");
    // Links that come and go between hosts that all know each other cost more than in a large network.
    assert!(report.rmr <= 0.25, "{report:?}");
}

#[test]
fn those_that_are_left_go_on_at_once() {
    let report = simulate("kill-reset-50");
    assert!(report.heal_ms <= 1000.0 && report.isolated == 0, "{report:?}");
    let report = simulate("kill-blackhole-50");
    assert!(report.heal_ms <= 3500.0 && report.isolated == 0, "{report:?}");
}

#[test]
fn frames_that_take_two_paths_wait_for_nothing() {
    for seed in [3, 5, 8] {
        let Outcome { report, .. } = run(named("one-relay-blackholed-k2").unwrap(), Size::of(30, seed));
        assert!(report.delivery >= 1.0 && report.max_ms <= 30.0, "{report:?}");
    }
}

#[test]
fn two_halves_become_one() {
    let report = simulate("partition-heal");
    assert!(report.heal_ms <= 62_000.0 && report.false_deaths == 0, "{report:?}");
}

#[test]
fn who_is_heard_is_not_dead() {
    let Outcome { report, violation, .. } = run(named("asymmetric-partition").unwrap(), Size::of(30, 4));
    assert_eq!((report.false_deaths, violation), (0, None));
}

#[test]
fn a_ring_of_seeds_becomes_short() {
    let Outcome { report, violation, .. } = run(named("ring-of-seeds").unwrap(), Size::of(36, 7));
    assert_eq!(violation, None);
    assert!(report.last_delivery_hop <= 8 && report.delivery >= 1.0, "{report:?}");
    assert!(report.join_ms <= 4000.0, "{report:?}");
}

#[test]
fn who_stands_still_is_not_dead() {
    assert_eq!(simulate("cpu-stall-10s").false_deaths, 0);
}

#[test]
fn a_table_has_a_row_for_each_scenario_and_way() {
    let scenario = named("kill-reset-30").unwrap();
    let size = |seed, is_flooding| Size { is_flooding, ..Size::of(6, seed) };
    let jobs = vec![(scenario, size(1, false)), (scenario, size(2, false)), (scenario, size(1, true))];
    let reports = std::sync::Mutex::new(Vec::new());
    run_all(jobs, 2, |outcome| reports.lock().unwrap().push(outcome.report));
    let table = markdown(&reports.into_inner().unwrap());
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(table.contains("| kill-reset-30 | flood | 100.000 |"), "{table}");
}

#[test]
fn hosts_start_as_their_scenario_says() {
    let starts = named("steady").unwrap().starts(Size::of(16, 7));
    assert_eq!(starts.len(), 16);
    for (host, start) in starts.iter().enumerate() {
        assert!(start.seeds.len() == 3 && !start.seeds.contains(&host), "{host}: {start:?}");
        assert!(start.at_us <= 2_000_000, "{host}: {start:?}");
    }
}

#[test]
fn paths_and_waits_take_the_time_that_they_are_said_to_take() {
    let near = Size { delay_us: (50, 100), ..Size::of(16, 7) };
    let [fast, slow] =
        [near, Size { wake_us: 6000, ..near }].map(|size| run(named("steady").unwrap(), size).report);
    assert!(fast.p50_ms < 1.0 && (2.0..6.0).contains(&slow.p50_ms), "{fast:?} {slow:?}");
}
