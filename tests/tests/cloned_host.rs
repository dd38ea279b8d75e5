//! A host whose machine was cloned: two agents sign with one key. The operator hears of it, and nobody else suffers.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;
use std::time::Duration;

use grapevine_tests::lab::Lab;
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{Running, agent, command};

/// A star around `hub`: an original and its clone, and an honest host.
const STAR: [(&str, &str); 3] = [("original", "hub"), ("clone", "hub"), ("honest", "hub")];

/// Copies the state of the original to where the clone will look for it, as an image of its disk does.
fn clone_state(lab: &Lab) {
    let copied = command("cp").arg("-a").args([lab.path("original"), lab.path("clone")]).status().unwrap();
    assert!(copied.success());
    std::fs::remove_file(lab.path("clone").join("lock")).unwrap();
}

/// Starts the clone, which also has the original's name.
fn start_clone(lab: &Lab) -> (Running, Lines) {
    let config = lab.agent_config("clone", &["hub"], "");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("host_name = \"clone\"", "host_name = \"original\"")).unwrap();
    let mut agent = Running::start(lab.on("clone").arg(agent()).args(["run", "--config"]).arg(config));
    let log = Lines::of(agent.stderr());
    (agent, log)
}

fn start(lab: &Lab, host: &'static str, neighbours: &[&'static str]) -> (Running, Lines) {
    let mut agent = lab.agent(host, neighbours, "");
    let log = Lines::of(agent.stderr());
    (agent, log)
}

#[test]
fn a_cloned_host_is_named_and_the_others_go_on() {
    let Some(lab) = Lab::new(&["hub", "original", "clone", "honest"], &STAR) else { return };
    let (_hub, hub_log) = start(&lab, "hub", &[]);
    let (_honest, _) = start(&lab, "honest", &["hub"]);
    let (_original, original_log) = start(&lab, "original", &["hub"]);
    lab.hosts_until("hub", "original and honest", 20, |hosts| hosts.len() == 3);
    let (_tail, honest_news) = lab.tail("hub", &["--host", "honest"]);
    clone_state(&lab);
    let (_clone, clone_log) = start_clone(&lab);

    let is_warning =
        |line: &str| line.contains("ERROR") && line.contains("another agent signs with this host's key");
    let mut lines_before = 0;
    original_log.wait_for("the original's operator to be told", 90, |line| {
        lines_before += 1;
        is_warning(line)
    });
    // Both go on signing, above each other's epochs and ever more rarely; the honest host is heard as before.
    honest_news.so_far();
    let mut sequences = BTreeSet::new();
    while sequences.len() < 10 {
        let row = honest_news.wait_for_json("honest news", 20, |_| true);
        sequences.insert(row["sequence"].as_u64().unwrap());
    }
    let missed = sequences.last().unwrap() - sequences.first().unwrap() + 1 - 10;
    let hosts = lab.hosts_until("hub", "one host of the two", 5, |hosts| hosts.len() == 3);
    assert!(hosts.contains_key("original"), "{hosts:?}");
    original_log.stays_without("a second warning at once", Duration::from_secs(3), is_warning);
    let lines = [("hub", &hub_log), ("original", &original_log), ("clone", &clone_log)]
        .map(|(host, log)| (host, log.so_far().len()));
    eprintln!("missed={missed} lines_before={lines_before} lines={lines:?}");
    assert!(missed <= 2, "{missed} of the honest host's frames are missing");
    assert!(
        lines_before < 40 && lines.iter().all(|(_, lines)| *lines < 40),
        "links or epochs flap: {lines:?}"
    );
}
