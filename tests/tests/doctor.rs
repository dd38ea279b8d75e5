//! What `doctor` says of links that cannot be, and of a fleet with something wrong in it.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use grapevine_tests::lab::Lab;
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{Running, agent, command};
use serde_json::Value;

/// Makes keys in `folder`.
fn keygen(folder: &Path) -> PathBuf {
    std::fs::create_dir_all(folder).unwrap();
    let made = command(agent()).args(["keygen", "--out"]).arg(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    folder.join("cluster.key")
}

/// `grapevine-agent doctor` on a host with this configuration.
fn doctor(lab: &Lab, host: &'static str, neighbours: &[&'static str], more: &str) -> (Output, Vec<Value>) {
    let config = lab.agent_config(host, neighbours, more);
    let doctor =
        lab.on(host).arg(agent()).args(["doctor", "--json", "--config"]).arg(config).output().unwrap();
    let findings = serde_json::from_slice(&doctor.stdout).unwrap_or_default();
    (doctor, findings)
}

/// Those of the findings whose check begins with this, as `state: what was found -> what to do`.
fn found(findings: &[Value], check: &str) -> Vec<String> {
    let of_check = findings.iter().filter(|finding| finding["check"].as_str().unwrap().starts_with(check));
    let line = |finding: &Value| {
        let remedy = finding["remedy"].as_str().map(|remedy| format!(" -> {remedy}")).unwrap_or_default();
        format!("{}: {}{remedy}", finding["state"].as_str().unwrap(), finding["found"].as_str().unwrap())
    };
    of_check.map(line).collect()
}

#[test]
fn an_agent_is_told_why_its_neighbours_do_not_answer() {
    let wires = [("a", "b"), ("a", "c"), ("a", "d"), ("a", "gate"), ("gate", "far")];
    let Some(lab) = Lab::new(&["a", "b", "c", "d", "gate", "far"], &wires) else { return };
    lab.route("a", "gate", "far");
    lab.forward("gate", false);
    let (ours, theirs) = (keygen(&lab.path("ours")), keygen(&lab.path("theirs")));
    let keys = format!("key_file = {ours:?}\n");
    let mut with_key = lab.agent("b", &[], &keys);
    let mut with_another = lab.agent("c", &[], &format!("key_file = {theirs:?}\n"));
    for running in [&mut with_key, &mut with_another] {
        Lines::of(running.stderr()).wait_for("start", 20, |line| line.contains("agent runs"));
    }
    let far = lab.address("gate", "far").to_owned();
    let neighbours = format!("{keys}[collectors]\nprocess_metrics = {{ enabled = false }}\n");
    let config = lab.agent_config("a", &["b", "c", "d"], &neighbours);
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("neighbors = [", &format!("neighbors = [\"{far}:6130\", ")))
        .unwrap();
    let output =
        lab.on("a").arg(agent()).args(["doctor", "--json", "--config"]).arg(&config).output().unwrap();
    let findings: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let told = found(&findings, "neighbour ");
    println!("{told:#?}");
    assert!(told[0].starts_with("wrong: no answer within"), "swallowed packets: {told:?}");
    assert_eq!(told[1], "ok: an agent answers");
    assert!(
        told[2].starts_with("wrong: ") && told[2].contains("other keys") && told[2].contains("Unknown key"),
        "another key: {told:?}"
    );
    assert!(
        told[3].starts_with("wrong: ") && told[3].contains("no agent listens there"),
        "no agent: {told:?}"
    );
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.lines().count() == 1 && complaint.contains("checks found something wrong"),
        "{complaint}"
    );
    assert_eq!(with_key.terminate(), Some(0));
    assert_eq!(with_another.terminate(), Some(0));
}

#[test]
fn an_agent_is_told_what_is_wrong_with_its_keys_and_its_port() {
    let Some(lab) = Lab::new(&["a"], &[]) else { return };
    let key = keygen(&lab.path("keys"));
    let keys = format!("key_file = {key:?}\n");
    let mut running = lab.agent("a", &[], &keys);
    Lines::of(running.stderr()).wait_for("start", 20, |line| line.contains("agent runs"));
    let (_, findings) = doctor(&lab, "a", &[], &keys);
    assert_eq!(found(&findings, "port"), ["ok: an agent listens on 0.0.0.0:6130"]);
    assert!(found(&findings, "keys")[0].starts_with("ok: "), "{findings:?}");
    let other = keygen(&lab.path("others"));
    let (_, findings) = doctor(&lab, "a", &[], &format!("key_file = {other:?}\n"));
    let port = found(&findings, "port");
    assert!(
        port[0].starts_with("wrong: what listens on 0.0.0.0:6130 is no agent of this cluster"),
        "{port:?}"
    );
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&key, open).unwrap();
    let (output, findings) = doctor(&lab, "a", &[], &keys);
    assert!(found(&findings, "keys")[0].contains("is open to others"), "{findings:?}");
    assert_eq!(output.status.code(), Some(1));
    let (output, findings) = doctor(&lab, "a", &[], "colour = 3\n");
    assert_eq!((output.status.code(), findings.len()), (Some(2), 0));
}

/// `grapevine doctor` on a host.
fn dashboards_doctor(lab: &Lab, host: &str, arguments: &[&str]) -> (Output, Vec<Value>) {
    let output = lab.grapevine(host, &["doctor", "--json"]).args(arguments).output().unwrap();
    let findings = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, findings)
}

#[test]
fn a_dashboard_is_told_why_it_sees_nothing() {
    let Some(lab) = Lab::new(&["a"], &[]) else { return };
    let (output, findings) = dashboards_doctor(&lab, "a", &[]);
    assert!(found(&findings, "agent ")[0].contains("no agent listens there"), "{findings:?}");
    assert_eq!(output.status.code(), Some(1));
    let key = keygen(&lab.path("keys"));
    let mut running = lab.agent("a", &[], &format!("key_file = {key:?}\n"));
    Lines::of(running.stderr()).wait_for("start", 20, |line| line.contains("agent runs"));
    let (_, findings) = dashboards_doctor(&lab, "a", &[]);
    assert!(found(&findings, "agent ")[0].contains("with --key"), "{findings:?}");
    let other = keygen(&lab.path("others")).with_file_name("viewer.key");
    let (_, findings) = dashboards_doctor(&lab, "a", &["--key", other.to_str().unwrap()]);
    assert!(found(&findings, "agent ")[0].contains("has other keys"), "{findings:?}");
    let viewer = key.with_file_name("viewer.key");
    let (output, findings) = dashboards_doctor(&lab, "a", &["--key", viewer.to_str().unwrap()]);
    assert!(found(&findings, "agent")[0].starts_with("ok: attached to"), "{findings:?}");
    assert_eq!(found(&findings, "hosts"), ["ok: 1"]);
    assert_eq!(output.status.code(), Some(0), "{findings:?}");
}

#[test]
fn a_dashboard_is_told_of_hosts_with_one_name_and_of_those_that_lack_a_neighbour() {
    let Some(lab) = Lab::new(&["a", "b", "c"], &[("a", "b"), ("b", "c")]) else { return };
    let _agents = [lab.agent("a", &["b"], ""), lab.agent("b", &["c"], "")];
    let is_so = |findings: &[Value], check: &str, what: &str| {
        found(findings, check).iter().any(|line| line.starts_with("wrong") && line.contains(what))
    };
    let until = |check: &str, what: &str| {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let (_, findings) = dashboards_doctor(&lab, "a", &[]);
            if is_so(&findings, check, what) {
                return;
            }
            assert!(Instant::now() < deadline, "never told of {what}: {findings:#?}");
        }
    };
    until("host b", "cannot reach 1 of its neighbours");
    let config = lab.agent_config("c", &["b"], "");
    let text = std::fs::read_to_string(&config).unwrap().replace("host_name = \"c\"", "host_name = \"a\"");
    std::fs::write(&config, text).unwrap();
    let _namesake = Running::start(lab.on("c").arg(agent()).args(["run", "--config"]).arg(config));
    until("host a", "two hosts have this name");
}
