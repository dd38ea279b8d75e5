//! The dashboard in a real browser: `check/browser/fleet.mjs` uses it as people do, over a thousand hosts.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may panic, starts programs, and says what it leaves out"
)]

#[path = "../../../tests/agent/mod.rs"]
mod agent;
#[path = "../../../tests/origin/mod.rs"]
mod origin;

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use grapevine_demo::{Demo, DemoOptions, Scenario};
use grapevine_sub::{Endpoint, Options, Subscription};
use grapevine_web::{ServeOptions, Server, Token, Tokens};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use agent::Agent;
use origin::Origin;

const TOKEN: &str = "browser-5f2b9c1d7e8a4036";

/// Agents of a thousand hosts that do not exist, and of one whose readings the browser asks for.
struct World {
    agent: Option<Agent>,
    told: Vec<(String, Bytes)>,
    probe: Origin,
    endpoint: Endpoint,
}

impl World {
    async fn new() -> Self {
        let scenario = Scenario::Mixed;
        let mut demo = Demo::new(&DemoOptions { hosts: 999, scenario, ..DemoOptions::default() });
        // The first frame of each.
        let mut told: Vec<(String, Bytes)> = Vec::new();
        for message in demo.advance(Duration::from_secs(2)) {
            if !told.iter().any(|(name, _)| *name == *message.name) {
                told.push((message.name.to_string(), message.frame));
            }
        }
        let agent = Agent::start().await;
        let endpoint = agent.endpoint.clone();
        Self { agent: Some(agent), told, probe: Origin::new("probe", 77), endpoint }
    }

    fn agent(&self) -> &Agent {
        self.agent.as_ref().unwrap()
    }

    /// No faster than a link's queue takes it.
    async fn tell_all(&mut self) {
        for some in self.told.chunks(4) {
            for (name, frame) in some {
                self.agent().say(name, frame.clone());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.probe = self.probe.restarted();
        self.say_cpu(50.0);
    }

    fn say_cpu(&mut self, percent: f64) {
        let frame = self.probe.frame(percent);
        self.agent().say("probe", frame);
    }

    /// Does what the browser asks for.
    async fn handle(&mut self, what: &str) {
        match what.split_once(' ').unwrap_or((what, "")) {
            ("cpu", percent) => self.say_cpu(percent.parse().unwrap()),
            ("kill", _) => self.kill().await,
            ("return", _) => self.come_back().await,
            other => panic!("asked for {other:?}"),
        }
    }

    async fn kill(&mut self) {
        let agent = self.agent.take().unwrap();
        self.endpoint = agent.endpoint.clone();
        agent.die().await;
    }

    async fn come_back(&mut self) {
        let mut agent = Agent::start_at(&self.endpoint).await;
        agent.subscribers(1).await;
        self.agent = Some(agent);
        self.tell_all().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_can_use_the_dashboard() {
    let Some(mut browser) = browser() else { return };
    let mut world = World::new().await;
    let attach = Options { history: true, ..Options::default() };
    let subscription = Subscription::attach([world.agent().endpoint.clone()], attach).unwrap();
    let tokens = Tokens { reader: Some(Token::new(TOKEN.to_owned()).unwrap()), admin: None };
    let options = ServeOptions { listen: "127.0.0.1:0".parse().unwrap(), tokens, ..ServeOptions::default() };
    let server = Server::bind(options).await.unwrap();
    let url = server.url();
    let running = tokio::spawn(server.run(subscription, std::future::pending()));
    world.tell_all().await;
    let mut child = browser.args([&url, TOKEN]).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let using = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            println!("{line}");
            if let Some(what) = line.strip_prefix("> ") {
                world.handle(what).await;
                stdin.write_all(b"ok\n").await.unwrap();
            }
        }
        child.wait().await.unwrap()
    };
    let status = tokio::time::timeout(Duration::from_secs(600), using).await.unwrap();
    running.abort();
    assert!(status.success(), "see above");
}

/// Node with the script, where there is what it needs; none, with a word why, where there is not.
fn browser() -> Option<Command> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("check");
    let chromium = std::env::var_os("GRAPEVINE_CHROMIUM")
        .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    let is_node_there = std::process::Command::new("node").arg("--version").output().is_ok();
    let missing = [
        (is_node_there, "no node on the PATH"),
        (chromium.exists(), "no Chromium: set GRAPEVINE_CHROMIUM to one"),
        (folder.join("node_modules/playwright-core").exists(), "run `npm ci` in dashboard-sub/web/check"),
    ];
    for (_, why) in missing.iter().filter(|(is_there, _)| !is_there) {
        println!("skipped: {why}");
    }
    let mut command = Command::new("node");
    command
        .arg(folder.join("browser/fleet.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    missing.iter().all(|(is_there, _)| *is_there).then_some(command)
}
