//! Services under a real systemd, which `tests/boot-systemd.sh` boots for each test in a world of its own.
//!
//! The test runs itself as a service of that systemd: there it starts services and compares what the collector tells of
//! them with what `systemctl show` says.

#[cfg(test)]
mod systemctl;
#[cfg(test)]
mod world;

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::systemctl::{number, show, start, start_enabled, systemctl};
    use super::world::{World, in_a_world_of_its_own};

    #[test]
    fn figures_are_those_of_systemd() {
        in_a_world_of_its_own("tests::figures_are_those_of_systemd", || {
            start_enabled(
                "grape-limited.service",
                "MemoryMax=64M\nTasksMax=10\nCPUQuota=50%\nCPUAccounting=yes\nMemoryAccounting=yes\n\
                 ExecStart=/bin/sh -c 'x=$(head -c 8000000 /dev/zero | tr \"\\\\0\" x); while :; do :; done'",
            );
            let mut world = World::new(&["grape-*"]);
            world.until("the service is read", |world| {
                world.number("service.cpu", "grape-limited.service").is_some()
            });
            let service = "grape-limited.service";
            let before = show(service);
            world.until("it has used some time", |world| {
                world.number("service.cpu", service).is_some_and(|percent| percent > 5.0)
            });
            // A quota holds for each 100 ms, and within them a service may run at full speed: passes of an agent are further
            // apart. Every other one reads the groups.
            for _ in 0..4 {
                std::thread::sleep(Duration::from_millis(500));
                world.pass();
            }
            let told = |world: &World, metric: &str| world.number(metric, service).unwrap_or(-1.0);
            let memory = told(&world, "service.memory");
            let after = show(service);
            let (least, most) = (number(&before, "MemoryCurrent"), number(&after, "MemoryCurrent"));
            println!("memory {memory} within {least} to {most}, cpu {} %", told(&world, "service.cpu"));
            assert!(
                memory > 0.5 * least.min(most) && memory < 2.0 * most.max(least),
                "{memory}: {before:#?}"
            );
            assert!(told(&world, "service.cpu") < 80.0, "a quota of 50 % of a core was given");
            assert!(told(&world, "service.memory.anonymous") > 7e6, "it holds eight megabytes");
            for (metric, key) in [
                ("service.memory.limit", "MemoryMax"),
                ("service.tasks.limit", "TasksMax"),
                ("service.tasks", "TasksCurrent"),
                ("service.restarts", "NRestarts"),
            ] {
                assert!((told(&world, metric) - number(&after, key)).abs() < 0.5, "{metric}: {after:#?}");
            }
            assert!((told(&world, "service.cpu.limit") - 50.0).abs() < 0.5);
            assert_eq!(world.text("service.state", service).as_deref(), Some("active"));
            assert_eq!(world.number("services.failed", ""), Some(0.0));
        });
    }

    #[test]
    fn systemd_is_asked_for_figures_where_groups_are_out_of_sight() {
        in_a_world_of_its_own("tests::systemd_is_asked_for_figures_where_groups_are_out_of_sight", || {
            let service = "grape-quiet.service";
            start_enabled(service, "MemoryAccounting=yes\nExecStart=/bin/sleep infinity");
            let mut world = World::without_groups(&["grape-*"]);
            world.until("memory", |world| world.number("service.memory", service).is_some());
            world.until("tasks", |world| world.number("service.tasks", service) == Some(1.0));
            let told = world.number("service.memory", service).unwrap();
            let said = number(&show(service), "MemoryCurrent");
            assert!(told > 0.5 * said && told < 2.0 * said, "{told} {said}");
            assert_eq!(world.number("service.io.read", service), None, "it is not asked for that");
        });
    }

    #[test]
    fn crashes_restarts_masks_and_timers_are_told() {
        in_a_world_of_its_own("tests::crashes_restarts_masks_and_timers_are_told", || {
            start_enabled("grape-crash.service", "ExecStart=/bin/false");
            start_enabled("grape-flap.service", "Restart=always\nRestartSec=50ms\nExecStart=/bin/sleep 0.2");
            systemctl(&["mask", "--runtime", "grape-masked.service"]);
            let timer = "[Unit]\nDefaultDependencies=no\n[Timer]\nOnActiveSec=300ms\nOnUnitActiveSec=1h\nAccuracySec=1ms\n";
            std::fs::write("/run/systemd/system/grape-tick.timer", timer).unwrap();
            start_enabled("grape-tick.service", "Type=oneshot\nExecStart=/bin/true");
            systemctl(&["start", "grape-tick.timer"]);
            let mut world = World::new(&["grape-*", "grape-masked"]);
            let crash = "grape-crash.service";
            world.until("it failed", |world| world.text("service.state", crash).as_deref() == Some("failed"));
            world.until("why", |world| world.text("service.result", crash).as_deref() == Some("exit-code"));
            assert_eq!(world.text("service.state", "grape-masked.service").as_deref(), Some("masked"));
            let flap = "grape-flap.service";
            world.until("restarts", |world| world.number("service.restarts", flap).is_some_and(|n| n >= 2.0));
            let told = world.number("service.restarts", flap).unwrap();
            assert!(told <= number(&show(flap), "NRestarts"), "{told}");
            assert_eq!(world.number("services.failed", ""), Some(1.0));
            assert_eq!(world.number("services.degraded", ""), Some(1.0));
            let tick = "grape-tick.timer";
            world.until("it elapsed", |world| world.text("timer.result", tick).as_deref() == Some("success"));
            world.until("the next time", |world| {
                let last = world.number("timer.last", tick);
                let next = world.number("timer.next", tick);
                last.zip(next).is_some_and(|(last, next)| (3590.0..3610.0).contains(&(next - last)))
            });
            systemctl(&["stop", flap]);
            world.until("the end", |world| world.text("service.state", flap).as_deref() == Some("inactive"));
            assert_eq!(world.number("service.memory", flap), None, "it has no processes");
        });
    }

    /// Passes fall within a second of the collector's clock, so that nothing is listed in between: only signals can tell.
    #[test]
    fn a_change_is_told_within_a_second_without_asking() {
        in_a_world_of_its_own("tests::a_change_is_told_within_a_second_without_asking", || {
            start_enabled("grape-quiet.service", "ExecStart=/bin/sleep infinity");
            let service = "grape-quiet.service";
            let mut world = World::new(&["grape-*"]);
            let is_active = |world: &World| world.text("service.state", service).as_deref() == Some("active");
            world.until("it runs", is_active);
            world.stop_clock();
            for (verb, state) in [("stop", "inactive"), ("start", "active"), ("kill", "failed")] {
                let arguments: &[&str] =
                    if verb == "kill" { &["kill", "--signal=SIGSEGV", service] } else { &[verb, service] };
                systemctl(arguments);
                let began = Instant::now();
                world.until(verb, |world| world.text("service.state", service).as_deref() == Some(state));
                println!("{state} was told {} ms after systemctl returned", began.elapsed().as_millis());
                assert!(began.elapsed() < Duration::from_secs(20));
            }
        });
    }

    #[test]
    fn a_backup_is_what_systemd_says_of_its_service_and_timer() {
        in_a_world_of_its_own("tests::a_backup_is_what_systemd_says_of_its_service_and_timer", || {
            let timer = "[Unit]\nDefaultDependencies=no\n[Timer]\nOnCalendar=*-*-* 03:00:00\n";
            std::fs::write("/run/systemd/system/grape-backup.timer", timer).unwrap();
            let gate = "/run/grape-gate";
            let script = format!(
                "Type=oneshot\nExecStart=/bin/sh -c 'while [ ! -e {gate} ]; do sleep 0.05; done; exit $(cat {gate})'"
            );
            start_enabled("grape-backup.service", &script);
            systemctl(&["start", "grape-backup.timer"]);
            let mut world = World::of_backup("grape-backup");
            let mut becomes = |state: &str| {
                world.skip(Duration::from_secs(60));
                world.until(state, |world| world.text("backup.state", "nightly").as_deref() == Some(state));
            };
            becomes("running");
            std::fs::write(gate, "0").unwrap();
            let service = "grape-backup.service";
            while show(service)["ActiveState"] != "inactive" {}
            becomes("ok");
            std::fs::write(gate, "7").unwrap();
            systemctl(&["start", "--no-block", service]);
            while show(service)["ActiveState"] != "failed" {}
            becomes("fail");
            assert_eq!(world.number("backup.exit_code", "nightly"), Some(7.0));
            assert_eq!(world.text("backup.message", "nightly").as_deref(), Some("systemd says exit-code"));
            let success = world.number("backup.last_success", "nightly").unwrap();
            assert!(success <= world.number("backup.finished", "nightly").unwrap());
            let next = world.number("backup.next_due", "nightly").unwrap();
            assert!((0.0..=86_401.0).contains(&(next - success)), "{next} follows {success}");
        });
    }

    #[test]
    fn units_that_come_and_go_leave_nothing_behind() {
        in_a_world_of_its_own("tests::units_that_come_and_go_leave_nothing_behind", || {
            let mut world = World::new(&["grape-*"]);
            for number in 0..20 {
                let unit = format!("grape-{number}");
                start(&format!("{unit}.service"), "ExecStart=/bin/sleep 0.1");
                world.pass();
            }
            for number in 0..20 {
                let path = format!("/run/systemd/system/grape-{number}.service");
                std::fs::remove_file(path).unwrap();
            }
            systemctl(&["daemon-reload"]);
            world.until("all are gone", |world| world.count("service.state") == 0);
        });
    }
}
