//! How a host as a whole is: freshness, conflicts, readings that are missing, and the order of findings.

mod machine;

use std::time::Duration;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::{cpu, disk, memory, network, service, smart};
use grapevine_sub::limits::FINDINGS_MAX;
use grapevine_sub::{Assessment, Panel, Rule, Status, Thresholds};
use machine::{Machine, Seen};

/// A host with two panels, of which one is critical.
fn troubled() -> Machine {
    Machine::new().number(&cpu::USE, 5.0).number(&service::FAILED, 1.0)
}

fn assess(seen: &Seen) -> Assessment {
    seen.assess(&Thresholds::default())
}

fn said(assessment: &Assessment) -> Vec<String> {
    assessment.findings.iter().map(|finding| format!("{}: {finding}", finding.status)).collect()
}

#[test]
fn a_host_without_trouble_is_ok_and_what_it_lacks_has_no_status() {
    let assessment = Machine::new().number(&cpu::USE, 5.0).assess();
    assert_eq!(assessment.status, Status::Ok);
    assert_eq!(assessment.panel(Panel::Host), Some(Status::Ok));
    assert_eq!(assessment.panel(Panel::Cpu), Some(Status::Ok));
    let others = Panel::ALL.into_iter().filter(|panel| !matches!(panel, Panel::Host | Panel::Cpu));
    assert!(others.into_iter().all(|panel| assessment.panel(panel).is_none()));
}

#[test]
fn a_host_that_tells_nothing_is_unknown() {
    assert_eq!(Machine::new().assess().status, Status::Unknown);
}

#[test]
fn a_late_host_is_a_warning_and_still_judged() {
    let seen = troubled().host();
    assert_eq!(assess(&seen.after(Duration::from_millis(3000))).findings.len(), 1);
    let late = assess(&seen.after(Duration::from_millis(4000)));
    assert_eq!(
        said(&late),
        ["critical: 1 service failed", "warning: frames are late: the last one came 4 s ago"]
    );
    assert_eq!(late.panel(Panel::Host), Some(Status::Warning));
    assert_eq!(late.panel(Panel::Service), Some(Status::Critical));
}

#[test]
fn all_of_a_silent_host_is_stale() {
    let silent = assess(&troubled().host().after(Duration::from_secs(200)));
    assert_eq!(said(&silent), ["stale: silent: the last frame came 3 minutes ago"]);
    assert_eq!(silent.status, Status::Stale);
    for panel in [Panel::Host, Panel::Cpu, Panel::Service] {
        assert_eq!(silent.panel(panel), Some(Status::Stale));
    }
    assert_eq!(silent.panel(Panel::Gpu), None);
    assert_eq!(silent.findings_of(Panel::Host).count(), 1);
}

#[test]
fn a_host_that_took_leave_is_unknown() {
    let left = assess(&troubled().left());
    assert_eq!(said(&left), ["unknown: its agent took leave"]);
    assert_eq!(left.status, Status::Unknown);
    assert_eq!(left.panel(Panel::Service), Some(Status::Unknown));
}

#[test]
fn a_name_that_two_hosts_claim_is_a_warning() {
    let seen = Machine::new().number(&cpu::USE, 5.0).in_conflict();
    let assessment = assess(&seen);
    assert_eq!(said(&assessment), ["warning: another host claims this name, too"]);
    assert_eq!(assessment.findings[0].rule, Rule::NameConflict);
    let silent = assess(&seen.after(Duration::from_secs(60)));
    assert_eq!(
        said(&silent),
        ["stale: silent: the last frame came 1 minute ago", "warning: another host claims this name, too"]
    );
}

#[test]
fn readings_that_failed_make_their_panel_unknown_and_old_ones_stale() {
    let of = |machine: Machine| machine.number(&cpu::USE, 5.0).assess();
    let failed = of(Machine::new().absent(&memory::TOTAL, &[], Absence::Failed).absent(
        &memory::USED,
        &[],
        Absence::Failed,
    ));
    assert_eq!(failed.panel(Panel::Memory), Some(Status::Unknown));
    assert_eq!(said(&failed), ["unknown: memory: all readings failed"]);

    let kept = |age_s| {
        let age = Duration::from_secs(age_s);
        let machine = Machine::new().kept(&memory::USED, &[], 9e9, Absence::Failed, age);
        of(machine.kept(&memory::TOTAL, &[], 1e10, Absence::Failed, age))
    };
    assert_eq!(said(&kept(15)), ["critical: memory is used 90 %"], "of 15 s ago");
    assert_eq!(kept(16).panel(Panel::Memory), Some(Status::Stale));
    assert_eq!(said(&kept(16)), ["unknown: memory: all readings are too old"]);

    let unsupported = of(Machine::new().absent(&memory::TOTAL, &[], Absence::Unsupported));
    assert_eq!(unsupported.panel(Panel::Memory), None);
}

#[test]
fn drives_are_unknown_where_health_is_denied_though_their_traffic_is_told() {
    let denied = Machine::new()
        .number_of(&disk::READ, &["sda"], 0.0)
        .text_of(&smart::STATE, &["sda"], "denied")
        .absent(&smart::PASSED, &["sda"], Absence::Denied)
        .absent(&smart::WEAR, &["sda"], Absence::Denied)
        .absent(&smart::TEMPERATURE, &["sda"], Absence::Denied);
    assert_eq!(denied.assess().panel(Panel::Drive), Some(Status::Unknown));
    let of_traffic = Machine::new().number_of(&disk::READ, &["vda"], 0.0);
    assert_eq!(of_traffic.assess().panel(Panel::Drive), Some(Status::Ok));
}

#[test]
fn the_gravest_findings_come_first_and_too_many_are_counted() {
    let mut machine = Machine::new().number_of(&network::RECEIVE, &["eth0"], 0.0);
    for number in 0..=FINDINGS_MAX {
        machine = machine.number_of(&smart::WEAR, &[&format!("sd{number}")], 80.0);
    }
    let assessment = machine.number_of(&smart::PASSED, &["sd9"], 0.0).assess();
    assert_eq!(assessment.status, Status::Critical);
    assert_eq!(assessment.findings.len(), FINDINGS_MAX);
    assert_eq!(assessment.findings_left_out, 2);
    assert_eq!(assessment.findings[0].to_string(), "sd9 fails its own judgement of its health");
}

#[test]
fn statuses_are_put_by_their_gravity() {
    let mut gravities = Status::ALL.map(Status::gravity);
    assert_eq!(gravities, [0, 1, 2, 3, 4]);
    gravities.sort_unstable();
    assert_eq!(Status::Warning.or_graver(Status::Stale), Status::Stale);
    assert_eq!(Status::Critical.or_graver(Status::Stale), Status::Critical);
    assert_eq!(Panel::ALL.map(|panel| panel as usize), std::array::from_fn(|place| place));
}
