//! The agent under systemd, as its unit starts it.

use grapevine_tests::programs::{self, command, repository};

#[test]
fn the_shipped_unit_runs_the_agent_as_its_own_user() {
    let agent = programs::agent();
    let mut boot = command(repository().join("tests/boot-systemd.sh"));
    boot.arg(repository().join("tests/units.sh")).arg(agent.parent().unwrap()).arg(repository());
    let booted = boot.output().unwrap();
    let (said, complaint) =
        (String::from_utf8_lossy(&booted.stdout), String::from_utf8_lossy(&booted.stderr));
    if booted.status.code() == Some(77) {
        println!("skipped: {said}{complaint}");
        return;
    }
    println!("{said}");
    let expected = [
        "user grapevine",
        "state grapevine 700, tap grapevine grapevine 750",
        "its file systems can be written",
        "killed: it came back",
        "held up: systemd noticed",
        "stopped: success",
        "in the journal: 3 starts",
        "open without a key: 2, restarts 0",
    ];
    let facts: Vec<&str> = said.lines().filter(|line| expected.contains(line)).collect();
    assert_eq!(facts, expected, "{said}{complaint}");
    assert!(booted.status.success());
}

/// Of 0, behind all walls, to 10.
#[test]
fn the_shipped_units_expose_little() {
    let agent = repository().join("agent/units");
    let units = [
        (agent.join("grapevine-agent.service"), 2.0),
        (agent.join("grapevine-smart.service"), 2.0),
        (repository().join("dashboard-sub/cli/units/grapevine-dashboard.service"), 1.5),
    ];
    for (unit, most) in units {
        let judged =
            command("systemd-analyze").args(["security", "--offline=true", "--no-pager"]).arg(&unit).output();
        let Ok(judged) = judged.inspect_err(|error| println!("skipped: systemd-analyze: {error}")) else {
            return;
        };
        let said = String::from_utf8_lossy(&judged.stdout);
        let level = said.lines().find(|line| line.contains("Overall exposure level")).unwrap_or_default();
        let level: f64 =
            level.rsplit(": ").next().and_then(|rest| rest.split(' ').next()).unwrap().parse().unwrap();
        println!("{}: {level}", unit.display());
        assert!(level <= most, "{said}");
    }
}
