//! `grapevine top` on a terminal, driven by keys.

#[path = "../../tests/agent/mod.rs"]
mod agent;
#[path = "../../tests/origin/mod.rs"]
mod origin;
mod program;
#[path = "../../tui/tests/pty/mod.rs"]
mod pty;

use std::path::Path;
use std::process::Command;

use agent::Agent;
use grapevine_zmtp::Endpoint;
use origin::Origin;
use pty::Pty;
use rustix::process::Signal;

const SIZE: (u16, u16) = (100, 30);

fn top(args: &[&str]) -> Command {
    #[expect(clippy::disallowed_methods, reason = "a test of a program starts it")]
    let mut command = Command::new(env!("CARGO_BIN_EXE_grapevine"));
    command.arg("top").args(args);
    // Whoever runs the tests may have a configuration.
    command.env("HOME", "/nonexistent");
    command
}

/// Three hosts, an agent that knows them, and the dashboard that shows them.
async fn three() -> (Vec<Origin>, Agent, Pty) {
    let agent = Agent::start().await;
    let mut hosts = vec![Origin::new("srv-01", 1), Origin::new("srv-02", 2), Origin::new("ws-01", 3)];
    for (host, cpu_use) in hosts.iter_mut().zip([20.0, 90.0, 1.0]) {
        let name = host.name.clone();
        agent.say(&name, host.frame(cpu_use));
    }
    let mut pty = Pty::start(&top(&["--attach", &agent.endpoint.to_string()]), SIZE);
    pty.shows(" 3 hosts").await;
    pty.shows("attached to").await;
    (hosts, agent, pty)
}

#[tokio::test]
async fn there_is_a_picture_before_there_is_an_agent() {
    let probe = Agent::start().await;
    let nowhere = probe.endpoint.to_string();
    probe.die().await;
    let mut pty = Pty::start(&top(&["--attach", &nowhere]), SIZE);
    let lines = pty.shows("no agent answers").await;
    assert!(lines[0].starts_with(" grapevine  0 hosts"), "{lines:#?}");
    assert!(lines[1].contains(&nowhere) && lines[1].contains("refused"), "{lines:#?}");
    pty.press("q");
    assert_eq!(pty.ended().await.code(), Some(0));
}

#[tokio::test]
async fn keys_of_all_kinds_are_obeyed() {
    let (_hosts, _agent, mut pty) = three().await;
    pty.press("/srv");
    pty.wait_for("filtered table", |screen| !screen.contents().contains("ws-01")).await;
    pty.press(" cpu>5x");
    pty.shows("expected a number").await;
    pty.press("\x1b");
    pty.shows("ws-01").await;
    // The arrow down, as terminals in raw mode send it.
    pty.press("\x1b[B");
    pty.wait_for("cursor on the second row", |screen| screen.contents().contains("▌● srv-02")).await;
    pty.press("\r");
    pty.wait_for("screen of the host", |screen| !screen.contents().contains("HEARD")).await;
    assert!(pty.lines().join("\n").contains("srv-02"));
    // Tab and Shift-Tab.
    pty.press("\t\x1b[Z");
    pty.press("h");
    pty.shows("HEARD").await;
    pty.press("?");
    pty.shows("╭ Keys").await;
    pty.press("q");
    pty.wait_for("closed help", |screen| !screen.contents().contains("╭ Keys")).await;
    // What is pasted is no keys: this would quit.
    pty.press("\x1b[200~q\x1b[201~a");
    pty.shows("nothing is wrong").await;
    pty.press("q");
    assert_eq!(pty.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_change_is_shown_and_a_picture_of_nothing_new_is_not_drawn() {
    let (mut hosts, agent, mut pty) = three().await;
    agent.say("srv-01", hosts[0].frame(55.0));
    pty.shows(" 55%").await;
    pty.press("f");
    pty.shows("FROZEN").await;
    agent.say("srv-01", hosts[0].frame(66.0));
    agent.say("srv-01", hosts[0].frame(77.0));
    pty.press("f");
    pty.shows(" 77%").await;
}

#[tokio::test]
async fn the_terminal_is_given_back_however_it_ends() {
    type End = fn(&mut Pty);
    let ends: [(&str, End); 5] = [
        ("q", |pty| pty.press("q")),
        ("Ctrl-C", |pty| pty.press("\x03")),
        ("SIGINT", |pty| pty.signal(Signal::INT)),
        ("SIGTERM", |pty| pty.signal(Signal::TERM)),
        ("SIGHUP", |pty| pty.signal(Signal::HUP)),
    ];
    let agent = Agent::start().await;
    for (name, end) in ends {
        let mut pty = Pty::start(&top(&["--mouse", "--attach", &agent.endpoint.to_string()]), SIZE);
        let taken =
            |screen: &vt100::Screen| screen.alternate_screen() && screen.contents().contains("attached");
        pty.wait_for("picture", taken).await;
        end(&mut pty);
        assert_eq!(pty.ended().await.code(), Some(0), "{name}");
        pty.assert_given_back().await;
    }
}

#[tokio::test]
async fn it_stands_still_at_ctrl_z_and_comes_back() {
    let agent = Agent::start().await;
    #[expect(clippy::disallowed_methods, reason = "only a shell with job control can do this")]
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "ready> ").env("HOME", "/nonexistent");
    let mut pty = Pty::start(&shell, SIZE);
    pty.shows("ready> ").await;
    let program = env!("CARGO_BIN_EXE_grapevine");
    pty.press(&format!("{program} top --attach {}\n", agent.endpoint));
    pty.wait_for("picture", |screen| screen.alternate_screen() && screen.contents().contains("attached"))
        .await;
    pty.press("\x1a");
    let given_back =
        |screen: &vt100::Screen| !screen.alternate_screen() && screen.contents().contains("Stopped");
    pty.wait_for("prompt of the shell", given_back).await;
    pty.press("fg\n");
    pty.wait_for("picture", |screen| screen.alternate_screen() && screen.contents().contains("attached"))
        .await;
    pty.press("?");
    pty.shows("╭ Keys").await;
    pty.press("\x03");
    pty.wait_for("prompt of the shell", |screen| !screen.alternate_screen() && !screen.hide_cursor()).await;
}

#[tokio::test]
async fn it_follows_the_size_of_the_terminal() {
    let (_hosts, _agent, mut pty) = three().await;
    for size in [(120, 40), (80, 24), (200, 50), (300, 100)] {
        pty.resize(size);
        let is_whole = |screen: &vt100::Screen| {
            let last: String = screen.rows(0, size.0).last().unwrap_or_default();
            last.contains("? help") && screen.contents().contains("ws-01")
        };
        pty.wait_for("picture of this size", is_whole).await;
    }
    pty.resize((60, 10));
    pty.shows("grapevine needs 80 x 24").await;
    pty.resize((80, 24));
    pty.shows("ws-01").await;
}

#[tokio::test]
async fn a_lost_agent_is_told_and_another_one_taken() {
    let (mut hosts, agent, second) =
        (vec![Origin::new("srv-01", 1)], Agent::start().await, Agent::start().await);
    let keyframe = hosts[0].frame(20.0);
    agent.say("srv-01", keyframe.clone());
    second.say("srv-01", keyframe);
    let endpoints = [&agent.endpoint, &second.endpoint].map(Endpoint::to_string);
    let mut pty = Pty::start(&top(&["--attach", &endpoints.join(",")]), SIZE);
    pty.shows(" 20%").await;
    pty.shows(&format!("attached to {}", endpoints[0])).await;
    agent.die().await;
    pty.shows(&format!("attached to {}", endpoints[1])).await;
    second.say("srv-01", hosts[0].frame(30.0));
    pty.shows(" 30%").await;
    let back = second.endpoint.clone();
    second.die().await;
    let lines = pty.shows("trying again").await;
    assert!(lines[1].contains("no agent answers at") && lines[1].contains(" for "), "{lines:#?}");
    assert!(lines.join("\n").contains(" 30%"), "what was known stays: {lines:#?}");
    pty.press("a");
    pty.shows("PANEL").await;
    let third = Agent::start_at(&back).await;
    pty.shows(&format!("attached to {back}")).await;
    drop(third);
}

#[tokio::test]
async fn a_recording_is_labelled_and_its_end_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("demo");
    // 2026-03-02, a Monday, 14:20.
    let monday = ["--wall-s", "1772461200", "--hosts", "3", "--seconds", "2"];
    let record = [["demo"].as_slice(), &monday, &["--record", path.to_str().unwrap()]].concat();
    assert_eq!(program::run(program::grapevine(record)).await.code, Some(0));
    let mut pty = Pty::start(&top(&["--replay", path.to_str().unwrap()]), SIZE);
    pty.shows("REPLAY").await;
    pty.shows("14:20 UTC").await;
    pty.shows("3 hosts").await;
    pty.shows("the recording is over").await;
}

#[tokio::test]
async fn a_fleet_that_does_not_exist_is_labelled_and_obeys_at_once() {
    #[expect(clippy::disallowed_methods, reason = "a test of a program starts it")]
    let mut demo = Command::new(env!("CARGO_BIN_EXE_grapevine"));
    demo.args(["demo", "--hosts", "64"]).env("HOME", "/nonexistent");
    let mut pty = Pty::start(&demo, SIZE);
    pty.shows("DEMO").await;
    pty.press("?");
    pty.shows(" Keys ").await;
    pty.press("?");
    pty.shows(" 64 hosts").await;
    pty.press("q");
    assert_eq!(pty.ended().await.code(), Some(0));
    pty.assert_given_back().await;
}

#[tokio::test]
async fn one_host_is_shown_in_full() {
    let agent = Agent::start().await;
    for (name, key) in [("srv-01", 1), ("srv-02", 2)] {
        agent.say(name, Origin::new(name, key).frame(20.0));
    }
    let args = ["--host", "srv-02", "--attach", &agent.endpoint.to_string()];
    let mut pty = Pty::start(&top(&args), SIZE);
    let lines = pty.wait_for("host", |screen| {
        let text = screen.contents();
        text.contains(" 1 host ") && !text.contains("HEARD")
    });
    let lines = lines.await.join("\n");
    assert!(lines.contains("srv-02") && !lines.contains("srv-01"), "{lines}");
}

#[tokio::test]
async fn what_cannot_be_done_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let wrong = write("wrong.toml", "[top]\n\ncolour = 1\n");
    let threshold = write("threshold.toml", "[thresholds]\ngpu_use = { warning = 101 }\n");
    let no_recording = write("text", "hello");
    let cases: [(&[&str], i32, &str); 7] = [
        (&[], 2, "not a terminal"),
        (&["--config", &wrong], 2, "wrong.toml:3: unknown field `colour`"),
        (&["--config", &threshold], 2, "threshold.toml:2: 101 is no bound here"),
        (&["--config", "/nonexistent/x.toml"], 2, "cannot read configuration /nonexistent/x.toml"),
        (&["--theme", "blue"], 2, "use dark, light, 16 or none"),
        (&["--replay", &no_recording], 2, "not a terminal"),
        (&["--frobnicate"], 2, "--frobnicate"),
    ];
    for (args, code, what) in cases {
        let ended = program::run(program::grapevine([&["top"], args].concat())).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(code), ""), "{args:?}: {}", ended.err);
        assert!(ended.err.contains(what) && ended.err.lines().count() == 1, "{args:?}: {}", ended.err);
    }
    for (path, what) in [(no_recording.as_str(), "not a recording"), ("/nonexistent/x", "No such file")] {
        let mut pty = Pty::start(&top(&["--replay", path]), SIZE);
        assert_eq!(pty.ended().await.code(), Some(1));
        pty.shows(what).await;
        pty.assert_settings_restored();
    }
    assert!(!Path::new("/nonexistent").exists());
}
