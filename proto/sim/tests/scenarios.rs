//! Small networks with fixed seeds: what must hold in each scenario, and that runs can be seen again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use grapevine_sim::{Outcome, Report, Size, all, named, run};

/// A scenario with 40 hosts, where nothing that must not happen does.
fn simulate(name: &str) -> Report {
    let Outcome { report, violation, .. } = run(named(name).unwrap(), Size::of(40, 7));
    assert_eq!(violation, None, "{name}");
    report
}

#[test]
fn the_same_seed_makes_the_same_run() {
    let digest = |seed| run(named("kill-reset-30").unwrap(), Size::of(20, seed)).digest;
    assert_eq!(digest(1), digest(1));
    assert_ne!(digest(1), digest(2));
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = all().map(|scenario| scenario.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all().count());
}

/// With a mirror for every pair of hosts.
#[test]
fn what_every_host_shows_is_what_was_measured() {
    for name in ["steady", "kill-reset-50", "mass-restart"] {
        let size = Size { watched_pairs: 100, ..Size::of(10, 3) };
        assert_eq!(run(named(name).unwrap(), size).violation, None, "{name}");
    }
}

#[test]
fn a_steady_network_gets_everything_once() {
    let report = simulate("steady");
    assert!(report.delivery >= 1.0, "{report:?}");
    assert!(report.max_ms <= 100.0 && report.last_delivery_hop <= 12, "{report:?}");
    assert!(report.rmr <= 0.05 && report.false_deaths == 0, "{report:?}");
}

#[test]
fn half_of_the_hosts_may_be_killed() {
    for name in ["kill-reset-30", "kill-reset-50"] {
        let report = simulate(name);
        assert!(report.heal_ms <= 3000.0 && report.isolated == 0, "{report:?}");
    }
}
