//! Orders and groups of hosts.

mod machine;

use grapevine_proto::catalogue::{cpu, gpu, service};
use grapevine_sub::{Assessment, Direction, GroupKey, Measure, Sort, SortKey, Summary, Thresholds};
use machine::{Machine, Seen};

type Row = (Seen, Summary, Assessment);

/// Hosts `a` to `d`: hot, without a GPU, cool, and as hot as the first; `c` has a failed service.
fn fleet() -> Vec<Row> {
    let named = |name| Machine::new().named(name).number(&cpu::USE, 1.0);
    let machines = [
        named("c").number_of(&gpu::TEMPERATURE, &["0"], 30.0).number(&service::FAILED, 1.0),
        named("a").number_of(&gpu::TEMPERATURE, &["0"], 55.0),
        named("d").number_of(&gpu::TEMPERATURE, &["0"], 55.0),
        named("b"),
    ];
    let rows = machines.iter().map(|machine| {
        let seen = machine.host();
        let (summary, assessment) = (seen.summary(), seen.assess(&Thresholds::default()));
        (seen, summary, assessment)
    });
    rows.collect()
}

fn sorted(sort: Sort) -> String {
    let mut rows = fleet();
    sort.sort(&mut rows, |(seen, summary, assessment)| (&seen.host, summary, assessment));
    rows.iter().map(|(seen, ..)| seen.host.name().as_str().to_owned()).collect()
}

#[test]
fn names_go_up_and_figures_down_at_first() {
    assert_eq!(sorted(Sort::default()), "abcd");
    assert_eq!(sorted(Sort::by(SortKey::Host).reversed()), "dcba");
    assert_eq!(sorted(Sort::by(SortKey::Status)), "cabd");
}

#[test]
fn absent_comes_last_in_both_directions_and_ties_go_by_name() {
    let by_temperature = Sort::by(SortKey::Measure(Measure::GpuTemperature));
    assert_eq!(by_temperature.direction, Direction::Descending);
    assert_eq!(sorted(by_temperature), "adcb");
    assert_eq!(sorted(by_temperature.reversed()), "cadb");
    assert_eq!(sorted(Sort::by(SortKey::Backup)), "abcd");
}

#[test]
fn every_key_is_found_by_its_name() {
    for key in SortKey::all() {
        assert_eq!(SortKey::named(key.as_str()), Some(key));
        assert_eq!(sorted(Sort::by(key)).len(), 4);
    }
    assert_eq!(SortKey::named("nothing"), None);
}

#[test]
fn hosts_are_in_groups_by_role_group_and_status() {
    let (seen, _, assessment) = &fleet()[0];
    let names = |key: GroupKey| key.names(&seen.host, assessment).collect::<Vec<_>>();
    assert_eq!(GroupKey::ALL.map(names), [vec!["agent"], vec!["lab"], vec!["critical"]]);
}
