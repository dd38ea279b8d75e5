//! A victim on a stage: an agent under attack, an honest neighbour whose frames must keep coming, and somebody who
//! watches whether they do.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use grapevine_proto::limits::ENGINE_BYTES_MAX;
use grapevine_zmtp::limits::{CONNECTIONS_MAX, UNIX_CONNECTIONS_MAX};
use grapevine_zmtp::{ClusterKeys, ViewerKey};
use serde_json::Value;
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

use crate::lines::Lines;
use crate::programs::{self, Running, command};

/// Memory that an agent may take whatever is done to it, in bytes: what it takes in peace (8 MiB of program, stacks
/// and heap), what its engine may hold, and what its connections may. SECURITY.md states the sum.
pub const VICTIM_BYTES_MAX: usize =
    8 * 1024 * 1024 + ENGINE_BYTES_MAX + (CONNECTIONS_MAX + UNIX_CONNECTIONS_MAX) * CONNECTION_BYTES_MAX;

/// What a hostile peer makes a connection hold; `grapevine_zmtp::limits::CONNECTIONS_MAX` says how.
const CONNECTION_BYTES_MAX: usize = 384 * 1024;

/// An agent under attack, with keys or without.
#[derive(Debug)]
pub struct Stage {
    folder: TempDir,
    victim: Running,
    _honest: Running,
    _watcher: Running,
    /// Whether the victim demands keys.
    pub has_keys: bool,
    /// What the victim logs.
    pub log: Lines,
    watched: Lines,
    /// Where the victim listens.
    pub endpoint: SocketAddr,
}

impl Stage {
    /// Starts all three; `has_keys` says whether the victim demands them.
    pub fn new(has_keys: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = command(programs::agent()).args(["keygen", "--out"]).arg(folder.path()).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let (mut victim, log, endpoint) = agent(folder.path(), "victim", "", has_keys);
        let neighbour = format!("neighbors = [\"{endpoint}\"]\n");
        let (honest, _, _) = agent(folder.path(), "honest", &neighbour, has_keys);
        let mut tail = command(programs::grapevine());
        tail.args(["--attach", &endpoint.to_string(), "tail", "--json", "--host", "honest"]);
        if has_keys {
            tail.arg("--key").arg(folder.path().join("viewer.key"));
        }
        let mut watcher = Running::start(&mut tail);
        let watched = Lines::of(watcher.stdout());
        watched.wait_for_json("an honest frame", 20, |_| true);
        drop(victim.stdout());
        Self { folder, victim, _honest: honest, _watcher: watcher, has_keys, log, watched, endpoint }
    }

    /// The cluster's keys.
    pub fn cluster_keys(&self) -> ClusterKeys {
        ClusterKeys::parse(&self.read("cluster.key")).unwrap()
    }

    /// A viewer's key.
    pub fn viewer_key(&self) -> ViewerKey {
        ViewerKey::parse(&self.read("viewer.key")).unwrap()
    }

    /// Connects to the victim from the next of the attackers' addresses.
    pub fn connect(&self) -> io::Result<TcpStream> {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        let attacker = Ipv4Addr::new(127, 66, 1, NEXT.fetch_add(1, Ordering::Relaxed));
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((attacker, 0)).into())?;
        socket.connect_timeout(&self.endpoint.into(), Duration::from_secs(5))?;
        let stream = TcpStream::from(socket);
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        Ok(stream)
    }

    /// Checks that the victim has taken no harm: it lives, was never above its bound of memory, and news of the honest
    /// neighbour keep coming.
    pub fn survived(&self) {
        let bytes = self.resident_bytes_max();
        assert!(bytes <= VICTIM_BYTES_MAX, "{bytes} bytes resident, {VICTIM_BYTES_MAX} are the most");
        // What came before is no news.
        drop(self.watched.so_far());
        let mut newest = None;
        for _ in 0..3 {
            let row = self.watched.wait_for_json("honest news", 20, |row| position(row) > newest);
            newest = position(&row);
        }
    }

    /// The most memory that the victim ever had resident, in bytes (proc(5), `VmHWM`).
    pub fn resident_bytes_max(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.victim.id()))
            .unwrap_or_else(|error| panic!("the victim is dead: {error}"));
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
    }

    /// Processor time that the victim's threads have taken so far (Linux, `scheduler/sched-stats.rst`).
    pub fn processor_time(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.victim_id())).unwrap();
        let stats =
            tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok());
        stats.filter_map(|stat| Some(Duration::from_nanos(stat.split(' ').next()?.parse().ok()?))).sum()
    }

    /// The victim's process number.
    pub fn victim_id(&self) -> u32 {
        self.victim.id()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

/// How the addresses of the attackers begin: they come as 256 hosts, as all of 127.0.0.0/8 is this machine.
pub const ATTACKERS: &str = "127.66.1.";

fn position(row: &Value) -> Option<(u64, u64)> {
    Some((row["epoch"].as_u64()?, row["sequence"].as_u64()?))
}

/// Starts an agent on a free port of this machine; its log and address.
fn agent(folder: &Path, host: &str, more: &str, has_keys: bool) -> (Running, Lines, SocketAddr) {
    let path = folder.join(format!("{host}.toml"));
    let key = if has_keys { format!("key_file = {:?}\n", folder.join("cluster.key")) } else { String::new() };
    let state = folder.join(host);
    let mut config = std::fs::File::create(&path).unwrap();
    write!(config, "[metrics_agent]\nport = 0\nhost_name = \"{host}\"\nstate_dir = {state:?}\n{key}{more}")
        .unwrap();
    let mut running = Running::start(command(programs::agent()).args(["run", "--config"]).arg(&path));
    let log = Lines::of(running.stderr());
    let line = log.wait_for("endpoint", 20, |line| line.contains("endpoint="));
    let endpoint = line.split("endpoint=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let endpoint = endpoint.parse().unwrap();
    (running, log, endpoint)
}

/// Waits for a socket to be closed by the other side; false if it is not within 30 s.
pub fn is_closed(stream: &mut TcpStream) -> bool {
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut bytes = [0; 4096];
    while Instant::now() < deadline {
        match io::Read::read(stream, &mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                return !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
            }
        }
    }
    false
}
