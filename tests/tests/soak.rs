//! An agent among hosts, links, readers and services that come and go: whatever it opens it closes again.
//!
//! Two minutes by default; `GRAPEVINE_SOAK_SECONDS=7200 cargo test -p grapevine-tests --test soak -- --nocapture` is the
//! long one.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may panic"
)]

use std::collections::VecDeque;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{self, Running, command, repository};
use tempfile::TempDir;

#[test]
fn an_agent_does_not_grow_while_everything_around_it_comes_and_goes() {
    let time = Duration::from_secs(seconds());
    let survivor = Survivor::start(time);
    let mut around = Around::new(&survivor);
    let (began, mut samples) = (Instant::now(), Vec::new());
    while began.elapsed() < time {
        around.turn();
        samples.push(Sample::of(survivor.id));
    }
    println!("{} turns of hosts and readers", samples.len());
    survivor.end();
    // What a first host, reader or service makes it keep is no growth: the first third is not looked at.
    let third = samples.len() / 3;
    let (middle, last) = (Sample::median(&samples[third..2 * third]), Sample::median(&samples[2 * third..]));
    println!("middle third: {middle:?}\nlast third:   {last:?}");
    assert!(last.descriptors <= middle.descriptors + 2, "descriptors");
    assert!(last.threads <= middle.threads + 1, "threads");
    let remembered = RECORD_BYTES_PER_S * time.as_secs().min(RECORD_S) / 1024;
    assert!(last.memory_kib <= middle.memory_kib + remembered + NOISE_KIB, "memory");
}

fn seconds() -> u64 {
    std::env::var("GRAPEVINE_SOAK_SECONDS").map_or(120, |text| text.parse().expect("a number of seconds"))
}

/// Hosts that come and go beside the one that stays.
const HOSTS: usize = 5;

/// The record of the last ten minutes of all neighbours grows until they have passed: 200 B a host and second, and what
/// it takes to keep them.
const RECORD_BYTES_PER_S: u64 = (HOSTS as u64 + 1) * 300;
const RECORD_S: u64 = 600;

/// What the heap of a busy process varies by.
const NOISE_KIB: u64 = 256;

/// The agent that is watched, with services around it where there is a systemd for them.
struct Survivor {
    folder: TempDir,
    endpoint: String,
    id: u32,
    running: Running,
    has_services: bool,
}

impl Survivor {
    fn start(time: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = command(programs::agent()).args(["keygen", "--out"]).arg(folder.path()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let config = configure(folder.path(), "survivor", "");
        let mut boot = command(repository().join("tests/boot-systemd.sh"));
        boot.env("LIMIT_S", (time.as_secs() + 120).to_string());
        boot.arg(repository().join("tests/soak.sh")).arg(folder.path());
        boot.arg(programs::agent()).args(["run", "--config"]).arg(&config);
        let mut running = Running::start(&mut boot);
        let complaints = Lines::of(running.stderr());
        let log = folder.path().join("log");
        let refusal = || complaints.so_far().into_iter().find(|line| line.starts_with("boot-systemd:"));
        let (endpoint, has_services) = match endpoint_in(&log, refusal) {
            Ok(endpoint) => (endpoint, true),
            Err(why) => {
                println!("skipped services that come and go: {why}");
                let mut agent = command("sh");
                agent.args(["-c", r#"exec "$0" run --config "$1" 2>"$2""#]).arg(programs::agent());
                running = Running::start(agent.arg(&config).arg(&log));
                (endpoint_in(&log, || None).unwrap(), false)
            }
        };
        Self { id: process_of(&config), folder, endpoint, running, has_services }
    }

    /// Ends it, and tells what was around it.
    fn end(mut self) {
        fs::write(self.folder.path().join("over"), "").unwrap();
        if self.has_services {
            let output = Lines::of(self.running.stdout());
            assert_eq!(self.running.wait(), Some(0), "{:?}", output.so_far());
            println!("{}", output.rest().join("\n"));
        }
    }
}

/// Where the agent says in its log that it listens; or why there is none.
fn endpoint_in(log: &Path, refusal: impl Fn() -> Option<String>) -> Result<String, String> {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        let text = fs::read_to_string(log).unwrap_or_default();
        if let Some(found) = text.split("endpoint=").nth(1).filter(|rest| rest.contains(' ')) {
            return Ok(found.split(' ').next().unwrap().to_owned());
        }
        if let Some(why) = refusal() {
            return Err(why);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the agent does not say where it listens: {:?}", fs::read_to_string(log));
}
/// Writes the configuration of an agent on a free port of this machine.
fn configure(folder: &Path, host: &str, more: &str) -> PathBuf {
    let path = folder.join(format!("{host}.toml"));
    let (state, key) = (folder.join(host), folder.join("cluster.key"));
    let text = format!(
        "[metrics_agent]\nport = 0\nhost_name = {host:?}\nstate_dir = {state:?}\nkey_file = {key:?}\n{more}"
    );
    fs::write(&path, text).unwrap();
    path
}

/// The agent's process number as seen from here; under a systemd of its own it has another one there.
fn process_of(config: &Path) -> u32 {
    let config = config.to_str().unwrap().as_bytes();
    let is_it = |id: &u32| {
        let line = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let mut words = line.split(|byte| *byte == 0);
        words.next().is_some_and(|program| program.ends_with(b"grapevine-agent"))
            && words.any(|word| word == config)
    };
    let processes =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.into_iter().find(is_it).expect("the agent runs")
}

/// All that comes and goes but services.
struct Around {
    folder: PathBuf,
    endpoint: String,
    turns: usize,
    hosts: VecDeque<(Running, Lines)>,
}

impl Around {
    fn new(survivor: &Survivor) -> Self {
        let folder = survivor.folder.path().to_owned();
        Self { folder, endpoint: survivor.endpoint.clone(), turns: 0, hosts: VecDeque::new() }
    }

    /// A host comes, another one goes: every other one takes leave. A reader sees the new one's frames through the agent
    /// that stays. Somebody connects and says nothing, and somebody with a wrong key.
    fn turn(&mut self) {
        let name = format!("host-{}", self.turns % HOSTS);
        let neighbour = format!("neighbors = [{:?}]\n", self.endpoint);
        let config = configure(&self.folder, &name, &neighbour);
        if self.hosts.len() == HOSTS - 1 {
            let (host, _) = self.hosts.pop_front().unwrap();
            end(host, self.turns.is_multiple_of(2));
        }
        let mut host = Running::start(command(programs::agent()).args(["run", "--config"]).arg(config));
        let log = Lines::of(host.stderr());
        drop(host.stdout());
        self.hosts.push_back((host, log));
        drop(TcpStream::connect(&self.endpoint).unwrap());
        let stranger = self.tail(&name, None);
        let mut reader = self.tail(&name, Some("viewer.key"));
        let seen = Lines::of(reader.stdout());
        seen.wait_for("frame of the host that came", 60, |line| line.contains(&name));
        stranger.kill();
        end(reader, self.turns.is_multiple_of(2));
        self.turns += 1;
    }

    fn tail(&self, host: &str, key: Option<&str>) -> Running {
        let mut tail = command(programs::grapevine());
        tail.args(["--attach", &self.endpoint, "tail", "--json", "--host", host]);
        if let Some(key) = key {
            tail.arg("--key").arg(self.folder.join(key));
        }
        Running::start(&mut tail)
    }
}

fn end(running: Running, at_once: bool) {
    if at_once {
        running.kill();
    } else {
        assert_eq!(running.terminate(), Some(0));
    }
}

/// What the agent takes at one moment.
#[derive(Clone, Copy, Debug)]
struct Sample {
    /// Memory that is not a file's (proc_pid_status(5), `RssAnon`).
    memory_kib: u64,
    threads: u64,
    descriptors: u64,
}

impl Sample {
    fn of(id: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{id}/status")).expect("the agent lives");
        let number = |name| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
        };
        let descriptors = fs::read_dir(format!("/proc/{id}/fd")).unwrap().count() as u64;
        Self { memory_kib: number("RssAnon"), threads: number("Threads"), descriptors }
    }

    fn median(samples: &[Self]) -> Self {
        let middle = |of: fn(&Self) -> u64| {
            let mut all: Vec<u64> = samples.iter().map(of).collect();
            all.sort_unstable();
            all[all.len() / 2]
        };
        Self {
            memory_kib: middle(|sample| sample.memory_kib),
            threads: middle(|sample| sample.threads),
            descriptors: middle(|sample| sample.descriptors),
        }
    }
}
