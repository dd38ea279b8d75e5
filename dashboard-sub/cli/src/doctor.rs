//! `grapevine doctor`: what keeps the user from seeing the network, what is wrong with the network itself, and what to do.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use anyhow::bail;
use grapevine_sub::{Connection, Freshness, Host, Subscription, View};
use grapevine_tui::units::printable;
use serde::Serialize;
use tokio::time::timeout;

use crate::args::{Attach, Doctor};
use crate::{attach, config, output};

/// Prints all findings. An error if any of them is wrong.
pub(crate) async fn run(attach: &Attach, doctor: &Doctor) -> anyhow::Result<()> {
    let config = config::load(doctor.config.as_deref())?;
    let mut report = Report::default();
    check_port(config.serve.listen.0, &mut report);
    if let Some(subscription) = check_agent(attach, &mut report).await {
        let view = attach::snapshot(&subscription, doctor.wait).await;
        check_network(&view, &mut report);
    }
    report.print(doctor.json)?;
    match report.0.iter().filter(|finding| finding.state == State::Wrong).count() {
        0 => Ok(()),
        wrong => bail!("{wrong} of {} checks found something wrong", report.0.len()),
    }
}

/// What was found, in the order of the checks.
#[derive(Debug, Default)]
struct Report(Vec<Finding>);

#[derive(Debug, Serialize)]
struct Finding {
    check: String,
    state: State,
    found: String,
    /// What to do, where something is to be done.
    remedy: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// Worth knowing, and perhaps as it should be.
    Note,
    Wrong,
}

impl Report {
    fn add(
        &mut self,
        state: State,
        check: impl Into<String>,
        found: impl Into<String>,
        remedy: Option<&'static str>,
    ) {
        self.0.push(Finding { check: check.into(), state, found: found.into(), remedy });
    }

    fn print(&self, json: bool) -> anyhow::Result<()> {
        let mut out = output::open();
        if json {
            writeln!(out, "{}", serde_json::to_string_pretty(&self.0)?)?;
        } else {
            for Finding { check, state, found, remedy } in &self.0 {
                let state = match state {
                    State::Ok => "ok",
                    State::Note => "note",
                    State::Wrong => "wrong",
                };
                writeln!(out, "{state:<5}  {}: {}", printable(check), printable(found))?;
                if let Some(remedy) = remedy {
                    writeln!(out, "       -> {remedy}")?;
                }
            }
        }
        Ok(out.flush()?)
    }
}

/// Whether `grapevine serve` could listen.
fn check_port(listen: std::net::SocketAddr, report: &mut Report) {
    match TcpListener::bind(listen) {
        Ok(_free) => report.add(State::Ok, "serve", format!("{listen} is free for `grapevine serve`"), None),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let remedy = "if that is not `grapevine serve`, set serve.listen (`ss -ltnp` shows what it is)";
            report.add(State::Note, "serve", format!("something listens on {listen}"), Some(remedy));
        }
        Err(error) => {
            report.add(State::Wrong, "serve", format!("{listen}: {error}"), Some("set serve.listen"));
        }
    }
}

/// Attaches as all other commands do, or tells why not.
async fn check_agent(attach: &Attach, report: &mut Report) -> Option<Subscription> {
    let options = match attach.options() {
        Ok(options) => options,
        Err(error) => {
            report.add(
                State::Wrong,
                "key",
                format!("{error:#}"),
                Some("give a viewer.key of the cluster with --key"),
            );
            return None;
        }
    };
    let has_key = options.key.is_some();
    report.add(
        State::Ok,
        "key",
        if has_key { "one is there" } else { "none: for agents without keys, and taps" },
        None,
    );
    let subscription = match Subscription::attach(attach.endpoints(), options) {
        Ok(subscription) => subscription,
        Err(error) => {
            report.add(State::Wrong, "agent", error.to_string(), None);
            return None;
        }
    };
    if timeout(ATTACH_TIME_MAX, subscription.attached()).await.is_ok() {
        report.add(State::Ok, "agent", subscription.connection().to_string(), None);
        return Some(subscription);
    }
    match subscription.connection() {
        Connection::Unreachable { attempts, .. } => {
            for attempt in attempts {
                let remedy = remedy(&attempt.reason, has_key);
                report.add(State::Wrong, format!("agent {}", attempt.endpoint), attempt.reason, Some(remedy));
            }
        }
        other => report.add(State::Wrong, "agent", other.to_string(), Some(remedy("no answer", has_key))),
    }
    None
}

/// What to do about an agent that cannot be attached to.
fn remedy(reason: &str, has_key: bool) -> &'static str {
    let no_way = "no way leads there: see the address and this machine's routes";
    let remedies = [
        ("connection refused", "no agent listens there: start it, or name another with --attach"),
        ("no such file", "no agent runs here, or not under systemd: start it, or name another with --attach"),
        ("permission denied", "its tap is for its group: adduser YOU grapevine, and log in anew"),
        ("no answer", "the host is down, or a firewall swallows packets: let TCP to its port in"),
        ("route", no_way),
        ("unreachable", no_way),
        ("lookup", "its name is not known: see DNS, or /etc/hosts"),
    ];
    let reason = reason.to_lowercase();
    let known = remedies.iter().find(|(words, _)| reason.contains(words));
    match known {
        Some((_, remedy)) => remedy,
        None if has_key => "the agent has other keys, or is none: take the viewer.key of its cluster",
        None => "the agent has keys, or is none: give the viewer.key of its cluster with --key",
    }
}

/// Looks at all hosts.
fn check_network(view: &View, report: &mut Report) {
    let (hosts, now) = (view.hosts(), Instant::now());
    if hosts.is_empty() {
        report.add(
            State::Wrong,
            "hosts",
            "the agent tells of none",
            Some("see its log: journalctl -u grapevine-agent"),
        );
        return;
    }
    report.add(State::Ok, "hosts", hosts.len().to_string(), None);
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for host in hosts {
        check_host(host, now, hosts.len(), report);
        if let Some(version) = host.text("agent.version") {
            *versions.entry(version).or_default() += 1;
        }
    }
    if versions.len() > 1 {
        let counts: Vec<String> =
            versions.iter().map(|(version, hosts)| format!("{version} on {hosts}")).collect();
        report.add(
            State::Note,
            "versions",
            counts.join(", "),
            Some("upgrade all: docs/upgrade.md says what goes together"),
        );
    }
}

fn check_host(host: &Host, now: Instant, hosts: usize, report: &mut Report) {
    let check = || format!("host {}", host.name());
    if host.in_conflict() {
        let found = format!("two hosts have this name; one of them is {}", host.origin());
        report.add(State::Wrong, check(), found, Some("set metrics_agent.host_name on one of them"));
    }
    match host.freshness(now) {
        Freshness::Fresh | Freshness::Late | Freshness::Left => {}
        old @ (Freshness::Silent | Freshness::Dead) => {
            let found = format!("{}, last heard of {} s ago", old.as_str(), host.age_ms(now) / 1000);
            report.add(
                State::Wrong,
                check(),
                found,
                Some("see that host, and its agent: journalctl -u grapevine-agent"),
            );
            return;
        }
    }
    let number = |metric| host.number(metric).unwrap_or(0.0);
    if number("agent.unreachable_neighbours") > 0.0 {
        let found = format!("cannot reach {} of its neighbours", number("agent.unreachable_neighbours"));
        report.add(State::Wrong, check(), found, Some("`grapevine-agent doctor` there says why"));
    }
    if hosts > 2 && host.number("agent.neighbours").is_some_and(|links| links < 2.0) {
        report.add(
            State::Note,
            check(),
            "has one link: if that ends, it is alone",
            Some("name another neighbour there"),
        );
    }
}

const ATTACH_TIME_MAX: Duration = Duration::from_secs(4);
