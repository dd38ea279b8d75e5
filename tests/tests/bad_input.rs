//! What goes wrong is told on one line: what, where, what to do; with the right exit code and nothing lost.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use bytes::Bytes;
use grapevine_proto::gossip::{Control, Hello};
use grapevine_proto::{Composer, Frame, Identity, Moment, OriginKey};
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{Running, agent, command, grapevine};
use grapevine_zmtp::{DialAs, Event, Message, Net, NetConfig, Slot};

/// Runs an agent that is to fail with this configuration.
fn failing_agent(folder: &Path, config: &str) -> (Option<i32>, String) {
    let path = folder.join("agent.toml");
    std::fs::write(&path, config).unwrap();
    complaint(&command(agent()).args(["run", "--config"]).arg(path).output().unwrap())
}

/// Exit code and the one line of complaint, without the log.
fn complaint(output: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.contains(" INFO ")).collect();
    assert_eq!(lines.len(), 1, "one line: {text}");
    (output.status.code(), lines.concat())
}

/// A running agent on a free port, its log, and where it listens.
fn running_agent(folder: &Path, more: &str) -> (Running, Lines, String) {
    let path = folder.join("agent.toml");
    let state = folder.join("state");
    std::fs::write(
        &path,
        format!("[metrics_agent]\nport = 0\nhost_name = \"srv\"\nstate_dir = {state:?}\n{more}"),
    )
    .unwrap();
    let mut running = Running::start(command(agent()).args(["run", "--config"]).arg(path));
    let log = Lines::of(running.stderr());
    let line = log.wait_for("endpoint", 20, |line| line.contains("endpoint="));
    let endpoint = line.split("endpoint=").nth(1).unwrap().split(' ').next().unwrap().to_owned();
    (running, log, endpoint)
}

fn hosts(endpoint: &str) -> String {
    let output = command(grapevine()).args(["--attach", endpoint, "hosts", "--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_broken_configuration_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let (code, line) = failing_agent(folder.path(), "[metrics_agent]\nport = 6130\nprot = 1\n");
    assert_eq!(code, Some(2));
    assert!(line.contains("agent.toml:3: unknown field `prot`, expected one of `enabled`"), "{line}");
    let checked =
        command(agent()).arg("check-config").arg(folder.path().join("agent.toml")).output().unwrap();
    assert_eq!(complaint(&checked), (code, line));
}

#[test]
fn a_busy_port_is_told_with_a_remedy() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let (code, line) =
        failing_agent(folder.path(), &format!("[metrics_agent]\nport = {port}\nstate_dir = {state:?}\n"));
    assert_eq!(code, Some(1));
    assert!(line.contains(&format!("127.0.0.1:{port} is in use")) && line.contains("another port"), "{line}");
}

#[test]
fn an_open_bind_is_refused_and_plaintext_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let (code, line) = failing_agent(folder.path(), "[metrics_agent]\nbind = \"0.0.0.0\"\nport = 0\n");
    assert_eq!(code, Some(2));
    assert!(line.contains("without encryption") && line.contains("plaintext = true"), "{line}");
    let path = folder.path().join("agent.toml");
    let state = folder.path().join("state");
    let config =
        format!("[metrics_agent]\nbind = \"0.0.0.0\"\nport = 0\nplaintext = true\nstate_dir = {state:?}\n");
    std::fs::write(&path, config).unwrap();
    let mut running = Running::start(command(agent()).args(["run", "--config"]).arg(path));
    Lines::of(running.stderr()).wait_for("warning", 20, |line| line.contains("WARN plaintext = true"));
}

#[test]
fn an_unreachable_neighbour_is_told_once_and_the_agent_serves() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (running, log, endpoint) = running_agent(folder.path(), &format!("neighbors = [\"{closed}\"]\n"));
    let line = log.wait_for("warning", 20, |line| line.contains("WARN"));
    assert!(
        line.contains(&closed.to_string()) && line.contains("refused") && line.contains("dialling on"),
        "{line}"
    );
    assert!(hosts(&endpoint).contains("\"srv\""));
    let metric = ["get", "srv", "--metric", "agent.unreachable_neighbours", "--json"];
    let unreachable = command(grapevine()).args(["--attach", &endpoint]).args(metric).output().unwrap();
    let unreachable = String::from_utf8(unreachable.stdout).unwrap();
    assert!(unreachable.contains("\"value\":1.0"), "{unreachable}");
    assert_eq!(running.terminate(), Some(0));
    let again = log.rest().into_iter().filter(|line| line.contains("WARN")).count();
    assert_eq!(again, 0, "said once, not at each try");
}

#[test]
fn a_forged_frame_is_told_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (_running, log, endpoint) = running_agent(folder.path(), "");
    let key = OriginKey::from_seed(&[3; 32]);
    let identity = Identity {
        public_key: key.public(),
        host: "forged".parse().unwrap(),
        interval_ms: 1000,
        role: String::new(),
        groups: Vec::new(),
    };
    let origin = key.origin();
    let hello = Control::Hello(Hello::new(origin, 1, identity.host.clone()));
    let genuine = Composer::new(key, identity, 32, 1).frame(std::iter::empty(), Moment(0)).unwrap();
    let forged: Bytes =
        genuine.bytes().iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 30)).collect();
    assert!(Frame::parse(forged.clone()).is_ok());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let line = runtime.block_on(async {
        let (net, mut events) = Net::new(NetConfig::default());
        let _dial = net.dial(endpoint.parse().unwrap(), DialAs::Dealer);
        let link = loop {
            if let Event::Up { link, .. } = events.recv().await.unwrap() {
                break link;
            }
        };
        for message in [hello.encode(), forged] {
            net.send(link, Slot::Control, Message::of([message])).unwrap();
        }
        let line =
            tokio::task::spawn_blocking(move || log.wait_for("refusal", 20, |line| line.contains("WARN")));
        let line = tokio::time::timeout(Duration::from_secs(20), line).await.unwrap().unwrap();
        net.shutdown(Duration::from_secs(1)).await;
        line
    });
    assert!(line.contains("frame refused") && line.contains("did not seal it"), "{line}");
    let hosts = hosts(&endpoint);
    assert!(!hosts.contains("forged") && hosts.contains("\"srv\""), "{hosts}");
}

#[test]
fn a_state_directory_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let state = file.join("state");
    let (code, line) =
        failing_agent(folder.path(), &format!("[metrics_agent]\nport = 0\nstate_dir = {state:?}\n"));
    assert_eq!(code, Some(1));
    assert!(line.contains("cannot create") && line.contains(state.to_str().unwrap()), "{line}");
}

#[test]
fn a_full_disk_is_named_and_leaves_no_half_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("agent.toml");
    let state = folder.path().join("full");
    std::fs::create_dir(&state).unwrap();
    std::fs::write(&config, format!("[metrics_agent]\nport = 0\nstate_dir = {state:?}\n")).unwrap();
    // Three inodes: the directory, the lock, and the temporary file, for whose bytes there is no room.
    let script = "mount -t tmpfs -o size=4k,nr_inodes=4 tmpfs \"$1\" || exit 99; head -c 4096 /dev/zero >\"$1/filler\"; \
                  \"$2\" run --config \"$3\"; code=$?; ls -A \"$1\"; exit $code";
    let output = command("unshare")
        .args(["--mount", "sh", "-c", script, "sh"])
        .args([&state, &agent(), &config])
        .output()
        .unwrap();
    if matches!(output.status.code(), Some(99) | None)
        || String::from_utf8_lossy(&output.stderr).starts_with("unshare")
    {
        eprintln!("skipped: no mount namespace: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let (code, line) = complaint(&output);
    assert_eq!(code, Some(1));
    assert!(line.contains("cannot write") && line.contains("No space left on device"), "{line}");
    let left = String::from_utf8(output.stdout).unwrap();
    assert_eq!(left.split_whitespace().collect::<Vec<_>>(), ["filler", "lock"]);
}

#[test]
fn nobody_there_and_nonsense_are_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let nobody = command(grapevine()).args(["--attach", &closed, "hosts"]).output().unwrap();
    let (code, line) = complaint(&nobody);
    assert_eq!(code, Some(1));
    assert!(line.contains(&closed) && line.contains("grapevine up"), "{line}");
    let nonsense = command(grapevine()).args(["--attach", "no where", "hosts"]).output().unwrap();
    assert_eq!(nonsense.status.code(), Some(2));
}
