//! `grapevine up` with programs that stand in for the agent's: only what it is promised of them matters.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../tests/agent/mod.rs"]
mod agent;
#[path = "../../tests/origin/mod.rs"]
mod origin;
mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::PoisonError;
use std::time::Duration;

use agent::Agent;
use grapevine_zmtp::Endpoint;
use origin::Origin;
use program::{STARTING, program, run, start};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// A directory with the program and an agent's program beside it that is this shell script.
fn install(script: &str) -> TempDir {
    let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    let directory = tempfile::tempdir().unwrap();
    let copy = directory.path().join("grapevine");
    fs::copy(env!("CARGO_BIN_EXE_grapevine"), copy).unwrap();
    let agent = directory.path().join("grapevine-agent");
    fs::write(&agent, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&agent, PermissionsExt::from_mode(0o755)).unwrap();
    directory
}

/// `up` at a port where no agent is.
async fn up(directory: &Path, args: &[&str]) -> Command {
    let probe = Agent::start().await;
    let Endpoint::Tcp { port, .. } = probe.endpoint else { unreachable!("agents of tests listen on TCP") };
    probe.die().await;
    let port = port.to_string();
    program(&directory.join("grapevine"), ["up", "--web-port", "0", "--port", &port].iter().chain(args))
}

#[tokio::test]
async fn it_shows_what_the_agent_it_started_knows_and_stops_it_at_the_end() {
    let agent = Agent::start().await;
    agent.say("srv-01", Origin::new("srv-01", 1).frame(10.0));
    let directory = install(&format!(
        "echo \"$@\" > \"$0.args\"; echo listening {}; cat > /dev/null; echo done > \"$0.done\"",
        agent.endpoint
    ));
    let mut up = start(up(directory.path(), &["--config", "my.toml"]).await);
    let mut lines = BufReader::new(up.stdout.take().unwrap()).lines();
    let first = lines.next_line().await.unwrap().unwrap();
    assert!(first.starts_with("srv-01  host.kernel"), "{first}");
    let args = fs::read_to_string(directory.path().join("grapevine-agent.args")).unwrap();
    assert!(args.starts_with("run --attached --config my.toml --port "), "{args}");

    let pid = rustix::process::Pid::from_raw(up.id().unwrap().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(up.wait().await.unwrap().code(), Some(0));
    assert!(directory.path().join("grapevine-agent.done").exists(), "the agent ended in good order");
}

#[tokio::test]
async fn an_agent_that_cannot_start_is_explained_with_its_last_words() {
    let directory = install("echo first >&2; echo port is in use >&2; exit 3");
    let ended = run(up(directory.path(), &[]).await).await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
    let expected = "grapevine: the agent ended (exit status: 3); its last words: first | port is in use\n";
    assert_eq!(ended.err, expected);
}

#[tokio::test]
async fn an_agent_that_dies_later_ends_the_view() {
    let agent = Agent::start().await;
    agent.say("srv-01", Origin::new("srv-01", 1).frame(10.0));
    let directory = install(&format!(
        "echo listening {}; while [ ! -e \"$0.die\" ]; do sleep 0.05; done; echo out of luck >&2; exit 1",
        agent.endpoint
    ));
    let mut up = start(up(directory.path(), &[]).await);
    let mut lines = BufReader::new(up.stdout.take().unwrap()).lines();
    lines.next_line().await.unwrap().unwrap();
    fs::write(directory.path().join("grapevine-agent.die"), "").unwrap();
    let status = tokio::time::timeout(Duration::from_secs(10), up.wait()).await.unwrap().unwrap();
    assert_eq!(status.code(), Some(1));
    let mut errors = BufReader::new(up.stderr.take().unwrap()).lines();
    let mut last = String::new();
    while let Some(line) = errors.next_line().await.unwrap() {
        last = line;
    }
    assert_eq!(last, "grapevine: the agent ended (exit status: 1); its last words: out of luck");
}

#[tokio::test]
async fn an_agent_that_runs_already_is_shown() {
    let mut agent = Agent::start().await;
    agent.say("srv-01", Origin::new("srv-01", 1).frame(10.0));
    let Endpoint::Tcp { port, .. } = agent.endpoint else { unreachable!("agents of tests listen on TCP") };
    let directory = install("echo a second agent >&2; exit 1");
    let path = directory.path().join("grapevine");
    let mut up = start(program(&path, ["up", "--web-port", "0", "--port", &port.to_string()]));
    let mut lines = BufReader::new(up.stdout.take().unwrap()).lines();
    assert!(lines.next_line().await.unwrap().unwrap().starts_with("srv-01"));
    let mut errors = BufReader::new(up.stderr.take().unwrap()).lines();
    let told = errors.next_line().await.unwrap().unwrap();
    assert_eq!(told, format!("grapevine: an agent answers at {} already", agent.endpoint));
    up.kill().await.unwrap();
    agent.subscribers(0).await;
}

#[tokio::test]
async fn a_program_of_another_version_is_told() {
    let directory = install("echo hello; cat > /dev/null");
    let ended = run(up(directory.path(), &[]).await).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("the agent said \"hello\" instead of where it listens"), "{}", ended.err);
}

#[tokio::test]
async fn browsers_on_this_machine_see_it_too_unless_the_port_is_taken() {
    let agent = Agent::start().await;
    agent.say("srv-01", Origin::new("srv-01", 1).frame(10.0));
    let Endpoint::Tcp { port, .. } = agent.endpoint else { unreachable!("agents of tests listen on TCP") };
    let directory = install("exit 1");
    let path = directory.path().join("grapevine");
    let web = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let args = ["up", "--web-port", &web.to_string(), "--port", &port.to_string()];
    let second_line = async |up: &mut tokio::process::Child| {
        let mut errors = BufReader::new(up.stderr.take().unwrap()).lines();
        errors.next_line().await.unwrap().unwrap();
        errors.next_line().await.unwrap().unwrap()
    };
    let mut up = start(program(&path, args));
    assert_eq!(second_line(&mut up).await, format!("grapevine: in a browser: http://127.0.0.1:{web}"));
    tokio::net::TcpStream::connect(("127.0.0.1", web)).await.unwrap();
    let mut other = start(program(&path, args));
    let expected = format!("grapevine: not in browsers: 127.0.0.1:{web} is in use by another program");
    assert_eq!(second_line(&mut other).await, expected);
    up.kill().await.unwrap();
    other.kill().await.unwrap();
}
