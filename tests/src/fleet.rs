//! Many agents on one host, each with a port, a folder and a tap of its own: what they count, and what comes where.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use grapevine_proto::{Frame, Position};
use grapevine_zmtp::{Dial, DialAs, DialId, Endpoint, Event, LinkId, Message, Net, NetConfig};

use crate::lab::Lab;
use crate::lines::Lines;
use crate::programs::{self, Running, command};

/// Agents of one cluster, with keys, on the loopback device of a network namespace of their own.
#[derive(Debug)]
pub struct Fleet {
    lab: Lab,
    agents: BTreeMap<usize, (Running, Lines)>,
}

/// What an agent has counted since its start, as its log says with `RUST_LOG=debug`.
#[derive(Clone, Copy, Debug)]
pub struct Traffic {
    /// Milliseconds since its start.
    pub uptime_ms: u64,
    /// Neighbours that have a link.
    pub neighbours: u64,
    /// Frames that neighbours sent it.
    pub frames_received: u64,
    /// Of these, those that it had already.
    pub duplicates: u64,
    /// Messages that came, control messages included.
    pub messages_received: u64,
    /// Bytes that came, all that ZMTP and CURVE add included.
    pub bytes_received: u64,
    /// Messages that full queues dropped.
    pub queue_drops: u64,
}

/// A frame that an agent delivered to its subscribers.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The number of the agent.
    pub at: usize,
    /// The number of the agent that published it, and which of its frames it is.
    pub of: usize,
    /// Which of its frames.
    pub position: Position,
    /// Links that it had crossed.
    pub hops: u8,
    /// How long it was.
    pub bytes: usize,
    /// When the subscriber had it.
    pub when: Instant,
}

impl Fleet {
    /// No agents yet. None, with the reason printed, where network namespaces are not allowed.
    pub fn new() -> Option<Self> {
        let lab = Lab::new(&[HOST], &[])?;
        let made = command(programs::agent()).args(["keygen", "--out"]).arg(lab.path("")).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Some(Self { lab, agents: BTreeMap::new() })
    }

    /// Starts an agent that names those with the numbers `seeds`.
    pub fn start(&mut self, number: usize, seeds: &[usize]) {
        let seeds: Vec<String> = seeds.iter().map(|seed| format!("127.0.0.1:{}", port(*seed))).collect();
        let folder = self.lab.path(&format!("host-{number}"));
        let mut config = format!("[metrics_agent]\nport = {}\nhost_name = \"host-{number}\"\n", port(number));
        writeln!(config, "neighbors = {seeds:?}\nkey_file = {:?}", self.lab.path("cluster.key")).unwrap();
        writeln!(config, "state_dir = {folder:?}\ntap = {:?}", self.tap(number)).unwrap();
        let path = self.lab.path(&format!("host-{number}.toml"));
        std::fs::write(&path, config).unwrap();
        let mut start = self.lab.on(HOST);
        start.arg(programs::agent()).args(["run", "--config"]).arg(path).env("RUST_LOG", "debug");
        let mut agent = Running::start(&mut start);
        let lines = Lines::of(agent.stderr());
        self.agents.insert(number, (agent, lines));
    }

    /// What each agent had counted by its last frame.
    pub fn traffic(&self) -> Vec<Traffic> {
        let last = |lines: &Lines| {
            let lines = lines.so_far();
            let told = lines.iter().rev().find(|line| line.contains("bytes_received="));
            Traffic::of(told.unwrap_or_else(|| panic!("the agent tells nothing: {:?}", lines.last())))
        };
        self.agents.values().map(|(_, lines)| last(lines)).collect()
    }

    /// Packets and bytes that the loopback device has carried, Ethernet's headers included (proc_net_dev(5)).
    pub fn carried(&self) -> (u64, u64) {
        let output = self.lab.on(HOST).args(["cat", "/proc/net/dev"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find_map(|line| line.trim().strip_prefix("lo:")).unwrap();
        let counts: Vec<u64> = line.split_whitespace().map(|count| count.parse().unwrap()).collect();
        (counts[1], counts[0])
    }

    /// Processor time that all agents have used (proc_pid_stat(5), in ticks of 10 ms).
    pub fn cpu_time(&self) -> Duration {
        let ticks_of = |agent: &Running| -> u64 {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", agent.id())).unwrap();
            let after_name = stat.rsplit(')').next().unwrap();
            after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
        };
        Duration::from_millis(self.agents.values().map(|(agent, _)| 10 * ticks_of(agent)).sum())
    }

    /// Subscribes to all agents and takes down what they deliver until then.
    pub fn arrivals(&self, until: Instant) -> Vec<Arrival> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut arrivals = Vec::new();
            drop(tokio::time::timeout_at(until.into(), self.follow(&mut arrivals)).await);
            arrivals
        })
    }

    async fn follow(&self, arrivals: &mut Vec<Arrival>) {
        let (net, mut events) = Net::new(NetConfig::default());
        let dial = |number: &usize| {
            let dial_as = DialAs::Sub { prefixes: vec!["".into()] };
            (*number, net.dial(Endpoint::Unix(self.tap(*number)), dial_as))
        };
        let dials: Vec<(usize, Dial)> = self.agents.keys().map(dial).collect();
        let dialled: BTreeMap<DialId, usize> =
            dials.iter().map(|(number, dial)| (dial.id(), *number)).collect();
        let mut links: BTreeMap<LinkId, usize> = BTreeMap::new();
        while let Some(event) = events.recv().await {
            match event {
                Event::Up { link, peer } => drop(links.insert(link, dialled[&peer.dial.unwrap()])),
                Event::Message { link, message } => arrivals.push(arrival(links[&link], message)),
                Event::Down { reason, .. } => panic!("a tap was lost: {reason}"),
                _ => {}
            }
        }
    }

    fn tap(&self, number: usize) -> PathBuf {
        self.lab.path(&format!("{number}.sock"))
    }
}

impl Traffic {
    fn of(line: &str) -> Self {
        let field = |name: &str| {
            let value = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            value.unwrap_or_else(|| panic!("no {name} in {line}")).parse().unwrap()
        };
        Self {
            uptime_ms: field("uptime_ms"),
            neighbours: field("neighbours"),
            frames_received: field("frames_received"),
            duplicates: field("duplicates"),
            messages_received: field("messages_received"),
            bytes_received: field("bytes_received"),
            queue_drops: field("queue_drops"),
        }
    }
}

fn arrival(at: usize, message: Message) -> Arrival {
    let when = Instant::now();
    let topic = message.parts().first().unwrap();
    let of = std::str::from_utf8(topic).unwrap().strip_prefix("host-").unwrap().parse().unwrap();
    let frame = Frame::parse(message.into_last().unwrap()).unwrap();
    Arrival { at, of, position: frame.position(), hops: frame.hop_count(), bytes: frame.bytes().len(), when }
}

fn port(number: usize) -> u16 {
    PORT + u16::try_from(number).unwrap()
}

/// The one host of the lab.
const HOST: &str = "fleet";

/// The port of agent 0.
const PORT: u16 = 6200;
