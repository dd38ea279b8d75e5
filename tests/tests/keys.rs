//! Keys: who has none stays outside, who has a viewer's only watches, and keys are exchanged without a gap.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use grapevine_tests::lab::Lab;
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{Running, agent, command, grapevine};
use grapevine_zmtp::{DialAs, Event, Net, NetConfig, ViewerKey};

/// Makes keys in `folder`.
fn keygen(folder: &Path) -> (PathBuf, PathBuf) {
    std::fs::create_dir_all(folder).unwrap();
    let made = command(agent()).args(["keygen", "--out"]).arg(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (folder.join("cluster.key"), folder.join("viewer.key"))
}

fn secured(key: &Path) -> String {
    format!("key_file = {key:?}\n")
}

#[test]
fn a_mesh_with_keys_shows_all_to_a_viewer_and_nothing_to_a_stranger() {
    let chain = [("a", "b"), ("b", "c"), ("c", "d")];
    let Some(lab) = Lab::new(&["a", "b", "c", "d"], &chain) else { return };
    let (cluster, viewer) = keygen(&lab.path("keys"));
    let (other_cluster, _) = keygen(&lab.path("other"));
    let keys = secured(&cluster);
    let mut agents = [
        lab.agent("a", &["b"], &keys),
        lab.agent("b", &["a", "c"], &keys),
        lab.agent("c", &["b", "d"], &keys),
    ];
    let mut intruder = lab.agent("d", &["c"], &secured(&other_cluster));

    let viewer = viewer.to_str().unwrap();
    let (_tail, lines) = lab.tail("c", &["--key", viewer, "--host", "a", "--metric", "cpu.*"]);
    let row = lines.wait_for_json("a's readings", 20, |row| row["value"].is_number());
    assert_eq!(row["hops"], 2);

    let stranger = lab.grapevine("c", &["hosts"]).output().unwrap();
    let complaint = String::from_utf8(stranger.stderr).unwrap();
    assert_eq!(stranger.status.code(), Some(1));
    assert!(complaint.lines().count() == 1 && complaint.contains("key"), "{complaint}");

    let at_c = Lines::of(agents[2].stderr()).wait_for("the intruder", 20, |line| {
        line.contains("connection rejected") && line.contains("another key")
    });
    assert!(at_c.contains("address="), "{at_c}");
    Lines::of(intruder.stderr())
        .wait_for("why d gets nowhere", 20, |line| line.contains("cannot be reached"));
    let known = lab.grapevine("c", &["--key", viewer, "hosts", "--json"]).output().unwrap();
    let known = String::from_utf8(known.stdout).unwrap();
    assert!(known.contains("\"a\"") && !known.contains("\"d\""), "{known}");
}

#[test]
fn a_viewers_key_opens_no_link_of_a_neighbour() {
    let folder = tempfile::tempdir().unwrap();
    let (cluster, viewer) = keygen(folder.path());
    let config = folder.path().join("agent.toml");
    let state = folder.path().join("state");
    std::fs::write(
        &config,
        format!("[metrics_agent]\nport = 0\nstate_dir = {state:?}\nkey_file = {cluster:?}\n"),
    )
    .unwrap();
    let mut running = Running::start(command(agent()).args(["run", "--config"]).arg(&config));
    let log = Lines::of(running.stderr());
    let line = log.wait_for("endpoint", 20, |line| line.contains("endpoint="));
    let endpoint = line.split("endpoint=").nth(1).unwrap().split(' ').next().unwrap().to_owned();

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let refusal = runtime.block_on(async {
        let dial = ViewerKey::parse(&std::fs::read_to_string(&viewer).unwrap()).unwrap().client();
        let (net, mut events) = Net::new(NetConfig { dial, ..NetConfig::default() });
        let _dial = net.dial(endpoint.parse().unwrap(), DialAs::Dealer);
        match tokio::time::timeout(Duration::from_secs(20), events.recv()).await.unwrap().unwrap() {
            Event::Unreachable { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    });
    assert!(refusal.contains("refused"), "{refusal}");
    log.wait_for("refusal", 20, |line| line.contains("viewer's key") && line.contains("127.0.0.1"));
    let watched = command(grapevine())
        .args(["--attach", &endpoint, "--key"])
        .arg(&viewer)
        .arg("hosts")
        .output()
        .unwrap();
    assert!(watched.status.success(), "{}", String::from_utf8_lossy(&watched.stderr));
}

#[test]
fn keys_are_exchanged_while_the_mesh_stays_whole() {
    let Some(lab) = Lab::new(&["a", "b"], &[("a", "b")]) else { return };
    let text = |name: &str| std::fs::read_to_string(keygen(&lab.path(name)).0).unwrap();
    let (old, new) = (text("old"), text("new"));
    let (both, turned) = (format!("{old}{new}"), format!("{new}{old}"));
    let viewers = [lab.path("old/viewer.key"), lab.path("new/viewer.key")];
    let start = |host, peer, keys: &str| {
        let path = lab.path(&format!("{host}.key"));
        std::fs::write(&path, keys).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        lab.agent(host, &[peer], &secured(&path))
    };
    let (mut a, mut b) = (start("a", "b", &old), start("b", "a", &old));
    see(&lab, "b", "a", 1, &viewers);
    see(&lab, "a", "b", 1, &viewers);
    let mut epoch = 1;
    for keys in [&both, &turned, &new] {
        epoch += 1;
        assert_eq!(a.terminate(), Some(0));
        a = start("a", "b", keys);
        see(&lab, "b", "a", epoch, &viewers);
        assert_eq!(b.terminate(), Some(0));
        b = start("b", "a", keys);
        see(&lab, "a", "b", epoch, &viewers);
    }
}

/// Waits until `at` shows `host` in this run of it, to a viewer with one of these keys.
fn see(lab: &Lab, at: &str, host: &str, epoch: u32, keys: &[PathBuf]) {
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let shown = keys.iter().any(|key| {
            let mut hosts = lab.grapevine(at, &["hosts", "--json", "--key"]);
            let rows = hosts.arg(key).output().unwrap().stdout;
            let rows: Vec<serde_json::Value> = serde_json::from_slice(&rows).unwrap_or_default();
            rows.iter().any(|row| row["host"] == host && row["epoch"] == epoch && row["state"] == "fresh")
        });
        if shown {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{at} does not see run {epoch} of {host}");
    }
}

#[test]
fn key_files_that_cannot_be_used_are_told_on_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (cluster, viewer) = keygen(folder.path());
    let config = folder.path().join("agent.toml");
    let check = |key: &Path| {
        std::fs::write(&config, format!("[metrics_agent]\nkey_file = {key:?}\n")).unwrap();
        let output = command(agent()).arg("check-config").arg(&config).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(check(&cluster).0, Some(0));
    let again = command(agent()).args(["keygen", "--out"]).arg(folder.path()).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    std::fs::set_permissions(&viewer, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    for (key, expected) in [(&viewer, "viewer's key"), (&folder.path().join("none"), "No such file")] {
        let (code, line) = check(key);
        assert_eq!(code, Some(2), "{line}");
        assert!(
            line.lines().count() == 1 && line.contains(expected) && line.contains(key.to_str().unwrap()),
            "{line}"
        );
    }
    std::fs::set_permissions(&cluster, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let (code, line) = check(&cluster);
    assert!(code == Some(2) && line.contains("chmod 600"), "{line}");
}
