//! Services, timers and backup jobs, and how they are judged.

mod machine;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::{backup, service};
use grapevine_sub::panel::BackupState;
use grapevine_sub::{Panel, Status};
use machine::{Machine, WALL_S};

const GIB: f64 = 1_073_741_824.0;

fn counted(healthy: f64, degraded: f64, failed: f64) -> Machine {
    Machine::new()
        .number(&service::HEALTHY, healthy)
        .number(&service::DEGRADED, degraded)
        .number(&service::FAILED, failed)
}

#[test]
fn a_service_has_its_figures_with_limit_and_quota() {
    let machine = counted(1.0, 0.0, 0.0)
        .text_of(&service::STATE, &["nginx.service"], "active")
        .number_of(&service::MEMORY, &["nginx.service"], GIB)
        .number_of(&service::MEMORY_LIMIT, &["nginx.service"], 4.0 * GIB)
        .number_of(&service::DISK_USED, &["nginx.service"], GIB)
        .absent(&service::DISK_QUOTA, &["nginx.service"], Absence::Unsupported)
        .number_of(&service::TIMER_NEXT, &["fstrim.timer"], WALL_S)
        .text_of(&service::TIMER_RESULT, &["fstrim.timer"], "success");
    let seen = machine.host();
    let services = seen.host.services(seen.now);
    let nginx = services.list.get("nginx.service").unwrap();
    assert_eq!(nginx.short_name(), "nginx");
    assert_eq!(nginx.memory_used_percent().value, Some(25.0));
    assert_eq!(nginx.disk_used_percent().value, None);
    assert_eq!(nginx.disk_used_percent().absence, Some(Absence::Unsupported));
    assert_eq!(services.list.len(), 1);
    assert_eq!(services.total().value, Some(1.0));
    assert_eq!(seen.host.timers(seen.now).get("fstrim.timer").unwrap().result.value, Some("success"));
    assert_eq!(seen.assess(&Default::default()).panel(Panel::Service), Some(Status::Ok));
}

#[test]
fn failed_services_are_critical_by_name() {
    let machine = counted(5.0, 0.0, 2.0)
        .text_of(&service::STATE, &["nginx.service"], "failed")
        .text_of(&service::RESULT, &["nginx.service"], "exit-code")
        .text_of(&service::STATE, &["broken.service"], "bad-setting");
    assert_eq!(
        machine.findings(),
        ["critical: nginx failed: exit-code", "critical: broken cannot be loaded: bad-setting"]
    );
    assert_eq!(machine.assess().findings[0].subject, "nginx.service");
    let summary = machine.host().summary();
    assert_eq!((summary.services_failed.value, summary.services_total.value), (Some(2.0), Some(7.0)));
}

#[test]
fn services_that_are_only_counted_are_found_too() {
    assert_eq!(counted(3.0, 0.0, 1.0).findings(), ["critical: 1 service failed"]);
    let machine = counted(3.0, 0.0, 3.0).text_of(&service::STATE, &["nginx.service"], "failed");
    assert_eq!(machine.findings(), ["critical: nginx failed", "critical: 2 more services failed"]);
}

#[test]
fn degraded_services_are_warnings() {
    let machine = counted(3.0, 2.0, 0.0)
        .text_of(&service::STATE, &["sync.service"], "activating")
        .text_of(&service::SUBSTATE, &["sync.service"], "auto-restart")
        .text_of(&service::RESULT, &["sync.service"], "signal");
    let findings = machine.findings();
    assert_eq!(
        findings,
        [
            "warning: sync waits for a restart: signal",
            "warning: 1 more service restarted lately or not quite well"
        ]
    );
}

#[test]
fn a_quota_is_a_warning_from_80_and_critical_from_90_percent_on() {
    for (used, findings) in [
        (79.0, vec![]),
        (80.0, vec!["warning: db takes 80 % of its disk quota"]),
        (90.0, vec!["critical: db takes 90 % of its disk quota"]),
        (140.0, vec!["critical: db takes 140 % of its disk quota"]),
    ] {
        let machine = counted(1.0, 0.0, 0.0).number_of(&service::DISK_QUOTA, &["db.service"], 100.0 * GIB);
        assert_eq!(machine.number_of(&service::DISK_USED, &["db.service"], used * GIB).findings(), findings);
    }
}

#[test]
fn services_that_nobody_may_read_are_unknown_without_a_finding() {
    let machine = [&service::HEALTHY, &service::DEGRADED, &service::FAILED]
        .into_iter()
        .fold(Machine::new(), |machine, row| machine.absent(row, &[], Absence::Denied));
    let assessment = machine.assess();
    assert_eq!(assessment.panel(Panel::Service), Some(Status::Unknown));
    assert_eq!(assessment.findings, []);
    assert_eq!(assessment.status, Status::Ok, "the host is set up so");
}

fn job(state: &str) -> Machine {
    Machine::new()
        .text_of(&backup::STATE, &["borg-home"], state)
        .number_of(&backup::LAST_SUCCESS, &["borg-home"], WALL_S - 3.5 * 86_400.0)
        .number_of(&backup::BYTES_READ, &["borg-home"], 1024.0)
}

#[test]
fn a_backup_is_judged_by_its_state() {
    for (state, findings) in [
        ("ok", vec![]),
        ("running", vec![]),
        ("warn", vec!["warning: borg-home made a backup with warnings"]),
        ("stale", vec!["critical: borg-home: last success 3 days ago"]),
        ("fail", vec!["critical: borg-home failed"]),
        ("unknown", vec!["unknown: borg-home: no run is known"]),
        ("some later word", vec!["unknown: borg-home: no run is known"]),
    ] {
        assert_eq!(job(state).findings(), findings, "{state}");
    }
    let failed = job("fail").text_of(&backup::MESSAGE, &["borg-home"], "Repository is\u{1b}[2J locked");
    assert_eq!(failed.findings(), ["critical: borg-home failed: Repository is\u{fffd}[2J locked"]);
}

#[test]
fn the_summary_has_the_worst_job_and_the_oldest_success() {
    let machine = job("ok").text_of(&backup::STATE, &["db"], "warn").number_of(
        &backup::LAST_SUCCESS,
        &["db"],
        WALL_S - 60.0,
    );
    let seen = machine.host();
    let summary = seen.summary();
    assert_eq!(summary.backup, Some(BackupState::Warn));
    assert_eq!(summary.backup_age_s.value, Some(3.5 * 86_400.0));
    let backups = seen.host.backups(seen.now);
    assert_eq!(backups.list.get("db").unwrap().last_success_age_s(WALL_S).value, Some(60.0));
    assert_eq!(backups.list.get("borg-home").unwrap().read_bytes.value, Some(1024.0));
    assert_eq!(Machine::new().host().summary().backup, None);
}
