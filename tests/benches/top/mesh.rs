//! How soon the dashboard shows what happens in a mesh of three real agents.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use grapevine_sub::{Change, HostChange, Options, Subscription};
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{self, Running, command};

use super::pty::Pty;

const SIZE: (u16, u16) = (120, 30);
const STARTS: usize = 20;
const CHANGES: usize = 30;

pub(super) async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let (_agents, endpoint) = agents(folder.path());
    let log = folder.path().join("log");
    let mut first = Vec::new();
    let mut full = Vec::new();
    wait_for_figures(&endpoint).await;
    for _ in 0..STARTS {
        let began = Instant::now();
        let mut pty = Pty::start(&super::top(&endpoint, &log), SIZE);
        pty.shows(" grapevine").await;
        first.push(began.elapsed());
        pty.wait_for("all figures", |screen| screen.contents().matches('%').count() >= 6).await;
        full.push(began.elapsed());
        pty.press("q");
        pty.ended().await;
    }
    report("start to the first picture", 100, first);
    report("start to all hosts with their figures", 300, full);
    report("frame of a change to the screen", 150, changes(&endpoint, &log).await);
}

/// Three agents on loopback, each of which knows the first, and where the last listens.
fn agents(folder: &Path) -> (Vec<Running>, String) {
    let mut agents = Vec::new();
    let mut endpoint = String::new();
    let mut seeds = Vec::new();
    for name in ["a", "b", "c"] {
        let mut config = format!("[metrics_agent]\nport = 0\nhost_name = {name:?}\nneighbors = {seeds:?}\n");
        writeln!(config, "state_dir = {:?}", folder.join(name)).unwrap();
        let path = folder.join(format!("{name}.toml"));
        std::fs::write(&path, config).unwrap();
        let mut agent = Running::start(command(programs::agent()).args(["run", "--config"]).arg(path));
        let line = Lines::of(agent.stderr()).wait_for("start", 10, |line| line.contains("agent runs"));
        let mut words = line.split_whitespace();
        let told = words.find_map(|word| word.strip_prefix("endpoint="));
        told.unwrap().clone_into(&mut endpoint);
        seeds.push(endpoint.clone());
        agents.push(agent);
    }
    (agents, endpoint)
}

/// Waits until all hosts have told how busy they are.
async fn wait_for_figures(endpoint: &str) {
    let subscription = Subscription::attach([endpoint.parse().unwrap()], Options::default()).unwrap();
    let has_figures = || {
        let view = subscription.view();
        view.hosts().len() == 3 && view.hosts().iter().all(|host| host.number("cpu.use").is_some())
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    while !has_figures() {
        assert!(Instant::now() < deadline, "no figures");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// From when an origin sealed another use of its processor until the screen has it.
async fn changes(endpoint: &str, log: &Path) -> Vec<Duration> {
    let subscription = Subscription::attach([endpoint.parse().unwrap()], Options::default()).unwrap();
    let mut changes = subscription.changes();
    let mut pty = Pty::start(&super::top(endpoint, log), SIZE);
    pty.wait_for("all figures", |screen| screen.contents().matches('%').count() >= 6).await;
    let mut times = Vec::new();
    while times.len() < CHANGES {
        let Some(Change::Host { host, what: HostChange::Readings(_) }) = changes.next().await else {
            continue;
        };
        let sealed = Instant::now() - Duration::from_millis(host.age_ms(Instant::now()));
        let Some(use_percent) = host.number("cpu.use") else { continue };
        let text = format!(" {use_percent:.0}%");
        let is_in_row =
            |line: &str| line.split_whitespace().nth(1) == Some(host.name().as_str()) && line.contains(&text);
        if pty.lines().iter().any(|line| is_in_row(line)) {
            continue;
        }
        pty.wait_for("change", |screen| screen.contents().lines().any(is_in_row)).await;
        times.push(sealed.elapsed());
    }
    times
}

fn report(what: &str, most_ms: u32, mut times: Vec<Duration>) {
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!(
        "{what}: median {:.0} ms, worst {:.0} ms of {} (promised: {most_ms} ms)",
        ms(median),
        ms(worst),
        times.len()
    );
}
