//! The dashboard on a live mesh: three real agents, seen through one of them.

#[path = "../../dashboard-sub/tui/tests/pty/mod.rs"]
mod pty;

use std::process::Command;

use grapevine_tests::lab::Lab;
use grapevine_tests::programs::Running;
use pty::Pty;

const TRIANGLE: [(&str, &str); 3] = [("a", "b"), ("b", "c"), ("a", "c")];

/// Three running agents, each a neighbour of the others.
fn triangle() -> Option<(Lab, [Running; 3])> {
    let lab = Lab::new(&["a", "b", "c"], &TRIANGLE)?;
    let agents = [("a", ["b", "c"]), ("b", ["a", "c"]), ("c", ["a", "b"])];
    let agents = agents.map(|(host, neighbours)| lab.agent(host, &neighbours, ""));
    Some((lab, agents))
}

fn top(lab: &Lab) -> Command {
    let mut top = lab.grapevine("c", &["top"]);
    top.env("HOME", "/nonexistent");
    top
}

#[tokio::test]
async fn all_hosts_are_shown_and_one_that_dies_turns_stale_in_place() {
    let Some((lab, [a, _b, c])) = triangle() else { return };
    let mut pty = Pty::start(&top(&lab), (120, 30));
    pty.shows(" grapevine").await;
    pty.shows(" 3 hosts").await;
    // Figures of the processor take two passes.
    let lines =
        pty.wait_for("figures of all hosts", |screen| screen.contents().matches('%').count() >= 6).await;
    let names: Vec<&str> = lines[3..6].iter().filter_map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(names.len(), 3, "{lines:#?}");
    // Only who was linked with can be lost.
    lab.hosts_until("c", "links of all", 20, |hosts| {
        hosts.len() == 3
            && hosts.values().all(|host| host["neighbours"].as_array().is_some_and(|links| links.len() == 2))
    });
    a.kill();
    let is_dead = |line: &str| line.contains('◌') && line.contains(" a ") && line.contains("dead");
    let dead = pty.wait_for("dead host", |screen| screen.contents().lines().any(is_dead)).await;
    let line = dead.iter().find(|line| is_dead(line)).unwrap();
    assert!(line.contains('%'), "its last figures stay: {line}");
    c.kill();
    pty.shows("trying again").await;
    pty.press("q");
    assert_eq!(pty.ended().await.code(), Some(0));
    pty.assert_given_back().await;
}
