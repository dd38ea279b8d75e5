//! Agents that name one neighbour each find the others, and lose nobody when some die.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests may panic and tell what they measured"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use grapevine_tests::lab::Lab;
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{self, Running};
use serde_json::Value;

const HOSTS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Agents on a LAN, each of whom but the first names only the one before it.
struct Lan {
    lab: Lab,
    agents: BTreeMap<&'static str, (Running, Lines)>,
}

impl Lan {
    fn start() -> Option<Self> {
        let mut lan = Self { lab: Lab::lan(&HOSTS)?, agents: BTreeMap::new() };
        // Built before the clock starts.
        programs::agent();
        lan.run(&HOSTS);
        Some(lan)
    }

    /// Starts the agents that do not run and waits until all have found each other.
    fn run(&mut self, hosts: &[&'static str]) {
        let began = Instant::now();
        for host in hosts {
            let at = HOSTS.iter().position(|other| other == host).unwrap();
            let seed = at.checked_sub(1).map(|before| HOSTS[before]);
            let mut agent = self.lab.agent(host, seed.as_slice(), "");
            let log = Lines::of(agent.stderr());
            self.agents.insert(host, (agent, log));
        }
        for host in HOSTS {
            self.lab.hosts_until(host, "five fresh hosts with three neighbours each", 120, |hosts| {
                hosts.len() == HOSTS.len()
                    && hosts.values().all(|row| row["state"] == "fresh" && links(row) >= 3)
            });
        }
        eprintln!("{hosts:?}: all see all after {:?}", began.elapsed());
    }

    /// Kills some agents at once. Says when all others knew, and when they had news of each other.
    fn kill(&mut self, killed: &[&'static str]) {
        let before = self.lab.hosts_until(HOSTS[0], "hosts", 20, |hosts| hosts.len() == HOSTS.len());
        let gone: Vec<Running> = killed.iter().map(|host| self.agents.remove(host).unwrap().0).collect();
        let began = Instant::now();
        gone.into_iter().for_each(Running::kill);
        for (_, log) in self.agents.values() {
            let mut left: Vec<String> = killed.iter().map(|host| format!("host=\"{host}\"")).collect();
            log.wait_for("word of their death", 20, |line| {
                left.retain(|host| !(line.contains("host is dead") && line.contains(host)));
                left.is_empty()
            });
        }
        let known = began.elapsed();
        for host in self.agents.keys() {
            self.lab.hosts_until(host, "the dead, and news of the others", 20, |hosts| {
                hosts.iter().all(|(name, row)| {
                    let is_killed = killed.contains(&name.as_str());
                    let is_news = position(row) > position(&before[name]);
                    if is_killed { row["state"] == "dead" } else { row["state"] == "fresh" && is_news }
                })
            });
        }
        eprintln!(
            "{killed:?} killed: all knew after {known:?}, dashboards told it and news of all after {:?}",
            began.elapsed()
        );
    }
}

fn links(row: &Value) -> usize {
    row["neighbours"].as_array().map_or(0, Vec::len)
}

fn position(row: &Value) -> (u64, u64) {
    (row["epoch"].as_u64().unwrap(), row["sequence"].as_u64().unwrap())
}

#[test]
fn any_two_of_five_may_die() {
    let Some(mut lan) = Lan::start() else { return };
    for killed in [["a", "b"], ["b", "d"], ["a", "e"], ["c", "d"]] {
        lan.kill(&killed);
        lan.run(&killed);
    }
}

#[test]
fn an_agent_that_stands_still_for_10_s_is_not_dead() {
    let Some(lan) = Lan::start() else { return };
    let (still, _) = &lan.agents["c"];
    still.pause();
    // Time has to pass for nothing to happen.
    let mut time = Duration::from_secs(10);
    for (_, log) in lan.agents.values() {
        log.stays_without("nobody died", time, |line| line.contains("host is dead"));
        time = Duration::ZERO;
    }
    let hosts = lan.lab.hosts_until("a", "c's silence", 20, |hosts| hosts["c"]["state"] != "fresh");
    assert_ne!(hosts["c"]["state"], "dead");
    still.resume();
    lan.lab.hosts_until("a", "c's return", 20, |hosts| {
        hosts["c"]["state"] == "fresh" && position(&hosts["c"]).0 == 1
    });
    for (_, log) in lan.agents.values() {
        log.stays_without("nobody died", Duration::ZERO, |line| line.contains("host is dead"));
    }
}

#[test]
fn agents_on_a_lan_find_each_other_without_being_told() {
    let Some(lab) = Lab::lan(&["a", "b", "c"]) else { return };
    programs::agent();
    let began = Instant::now();
    let _agents = [
        lab.agent("a", &[], "discovery = true"),
        lab.agent("b", &[], "discovery = true"),
        lab.agent("c", &[], ""),
    ];
    for host in ["a", "b"] {
        let hosts = lab.hosts_until(host, "the other one", 60, |hosts| hosts.len() == 2);
        assert!(!hosts.contains_key("c"), "it does not take part: {hosts:?}");
    }
    eprintln!("two agents found each other on the LAN {:?} after they were started", began.elapsed());
}
