//! Throw-away hosts: network namespaces with wires between them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::lines::Lines;
use crate::programs::{self, Running, command};

/// Some hosts on one machine, each with a network stack of its own. Gone with the test.
#[derive(Debug)]
pub struct Lab {
    number: u32,
    folder: TempDir,
    /// The addresses at which each host reaches its neighbours, by both names.
    wires: BTreeMap<(&'static str, &'static str), String>,
    hosts: Vec<&'static str>,
}

impl Lab {
    /// Hosts of these names with these wires between them. None, with the reason printed, where that is not allowed.
    #[expect(clippy::print_stderr, reason = "a skipped test says why")]
    pub fn new(hosts: &[&'static str], wires: &[(&'static str, &'static str)]) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = tempfile::tempdir().unwrap();
        let mut lab = Self { number, folder, wires: BTreeMap::new(), hosts: Vec::new() };
        for host in hosts {
            let made = ip(&["netns", "add", &lab.namespace(host)]);
            if !made.status.success() {
                eprintln!("skipped: no network namespaces: {}", String::from_utf8_lossy(&made.stderr).trim());
                return None;
            }
            lab.hosts.push(host);
            must(&["-n", &lab.namespace(host), "link", "set", "lo", "up"]);
        }
        for (at, (from, to)) in wires.iter().enumerate() {
            lab.wire(at, from, to);
        }
        Some(lab)
    }

    /// Hosts of these names, at most 200, on one LAN. None, with the reason printed, where that is not allowed.
    pub fn lan(hosts: &[&'static str]) -> Option<Self> {
        let mut lab = Self::new(&[hosts, &[BRIDGE]].concat(), &[])?;
        let bridge_space = lab.namespace(BRIDGE);
        must(&["-n", &bridge_space, "link", "add", BRIDGE, "type", "bridge"]);
        must(&["-n", &bridge_space, "link", "set", BRIDGE, "up"]);
        for (host, last) in hosts.iter().zip(1..=200) {
            let (space, port) = (lab.namespace(host), format!("to-{host}"));
            #[rustfmt::skip]
            must(&["link", "add", "lan", "netns", &space, "type", "veth", "peer", "name", &port, "netns", &bridge_space]);
            must(&["-n", &bridge_space, "link", "set", &port, "master", BRIDGE, "up"]);
            let address = format!("10.61.0.{last}");
            must(&["-n", &space, "address", "add", &format!("{address}/24"), "dev", "lan"]);
            must(&["-n", &space, "link", "set", "lan", "up"]);
            must(&["-n", &space, "route", "add", "default", "dev", "lan"]);
            for other in hosts {
                lab.wires.insert((other, host), address.clone());
            }
        }
        Some(lab)
    }

    /// Starts an agent on `host` with links to its `neighbours`; `more` is added to its configuration.
    pub fn agent(&self, host: &'static str, neighbours: &[&'static str], more: &str) -> Running {
        let config = self.agent_config(host, neighbours, more);
        Running::start(self.on(host).arg(programs::agent()).args(["run", "--config"]).arg(config))
    }

    /// Writes the configuration of the agent on `host`.
    pub fn agent_config(&self, host: &'static str, neighbours: &[&'static str], more: &str) -> PathBuf {
        let plaintext = if more.contains("key_file") { "" } else { "plaintext = true\n" };
        let mut text = format!(
            "[metrics_agent]\nbind = \"0.0.0.0\"\n{plaintext}host_name = \"{host}\"\nstate_dir = {:?}\n",
            self.folder.path().join(host)
        );
        let neighbours: Vec<&str> =
            neighbours.iter().map(|to| self.wires.get(&(host, *to)).unwrap().as_str()).collect();
        writeln!(text, "neighbors = {neighbours:?}\n{more}").unwrap();
        let path = self.folder.path().join(format!("{host}.toml"));
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A `grapevine` command on `host`, attached to the agent there.
    pub fn grapevine(&self, host: &str, arguments: &[&str]) -> Command {
        let mut on_host = self.on(host);
        on_host.arg(programs::grapevine()).args(["--attach", "127.0.0.1:6130"]).args(arguments);
        on_host
    }

    /// Follows on `host` what `grapevine tail --json` says.
    pub fn tail(&self, host: &str, arguments: &[&str]) -> (Running, Lines) {
        let mut running = Running::start(self.grapevine(host, &["tail", "--json"]).args(arguments));
        let lines = Lines::of(running.stdout());
        (running, lines)
    }

    /// What `grapevine hosts --json` says on `host`, asked again until `is_it` holds for it.
    pub fn hosts_until(
        &self,
        host: &str,
        what: &str,
        seconds: u64,
        is_it: impl Fn(&BTreeMap<String, Value>) -> bool,
    ) -> BTreeMap<String, Value> {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        loop {
            let output = self.grapevine(host, &["hosts", "--json"]).output().unwrap();
            let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap_or_default();
            let rows = rows.into_iter().map(|row| (row["host"].as_str().unwrap().to_owned(), row)).collect();
            if is_it(&rows) {
                return rows;
            }
            assert!(Instant::now() < deadline, "no {what} within {seconds} s: {rows:?}");
        }
    }

    /// The address of `to` on its wire to `from`.
    pub fn address(&self, from: &'static str, to: &'static str) -> &str {
        self.wires.get(&(from, to)).unwrap()
    }

    /// Makes `at` forward between its wires to `near` and `far`, and these two reach each other through it.
    pub fn route(&self, near: &'static str, at: &'static str, far: &'static str) {
        for (host, to) in [(near, far), (far, near)] {
            let (target, gateway) = (self.address(at, to), self.address(host, at));
            must(&["-n", &self.namespace(host), "route", "add", target, "via", gateway]);
        }
        self.forward(at, true);
    }

    /// Lets `at` forward packets, or swallow them without a word.
    pub fn forward(&self, at: &str, is_on: bool) {
        let set = format!("echo {} > /proc/sys/net/ipv4/ip_forward", u8::from(is_on));
        let output = self.on(at).args(["sh", "-c", &set]).output().unwrap();
        assert!(output.status.success(), "{set}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Takes the end at `at` of its wire to `to` down.
    pub fn take_down(&self, at: &str, to: &str) {
        must(&["-n", &self.namespace(at), "link", "set", &format!("{at}-{to}"), "down"]);
    }

    /// A path for a test's own files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command in the network of `host`, still without its program.
    pub fn on(&self, host: &str) -> Command {
        let mut ip = command("ip");
        ip.args(["netns", "exec", &self.namespace(host)]);
        ip
    }

    fn wire(&mut self, at: usize, from: &'static str, to: &'static str) {
        let (near, far) = (format!("{from}-{to}"), format!("{to}-{from}"));
        let (near_space, far_space) = (self.namespace(from), self.namespace(to));
        must(&[
            "link",
            "add",
            &near,
            "netns",
            &near_space,
            "type",
            "veth",
            "peer",
            "name",
            &far,
            "netns",
            &far_space,
        ]);
        for (space, device, last, owner, other) in
            [(&near_space, &near, 1, to, from), (&far_space, &far, 2, from, to)]
        {
            let address = format!("10.61.{at}.{last}");
            must(&["-n", space, "address", "add", &format!("{address}/24"), "dev", device]);
            must(&["-n", space, "link", "set", device, "up"]);
            self.wires.insert((owner, other), address);
        }
    }

    /// Names are unique among all labs on the machine.
    fn namespace(&self, host: &str) -> String {
        format!("grapevine-{}-{}-{host}", std::process::id(), self.number)
    }
}

/// The host in the middle of a LAN, and its device.
const BRIDGE: &str = "bridge";

impl Drop for Lab {
    fn drop(&mut self) {
        for host in &self.hosts {
            // Nothing more can be done about a namespace that stays.
            drop(ip(&["netns", "del", &self.namespace(host)]));
        }
    }
}

fn ip(arguments: &[&str]) -> Output {
    let output = command("ip").args(arguments).output();
    output.unwrap_or_else(|error| panic!("ip (package iproute2): {error}"))
}

fn must(arguments: &[&str]) {
    let output = ip(arguments);
    assert!(output.status.success(), "ip {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
