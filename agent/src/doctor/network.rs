//! Whether the agent's port and its neighbours are what they should be.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener};

use grapevine_zmtp::{DialAs, Endpoint, Event, Events, Net};

use super::report::Report;
use crate::config::{MetricsAgent, Neighbor};
use crate::run;

/// Looks at the port, and dials each configured neighbour once: as a subscriber of nothing, which disturbs nobody.
pub(super) async fn check(settings: &MetricsAgent, report: &mut Report) -> anyhow::Result<()> {
    let (net, mut events) = Net::new(run::net_config(settings)?);
    check_port(settings, &net, &mut events, report).await;
    for Neighbor(endpoint) in &settings.neighbors {
        let check = format!("neighbour {endpoint}");
        match dial(endpoint, &net, &mut events).await {
            Ok(()) => report.ok(check, "an agent answers"),
            Err(reason) => report.wrong(check, reason.clone(), remedy(&reason)),
        }
    }
    if settings.neighbors.is_empty() && !settings.discovery && !settings.bind.is_loopback() {
        report.note(
            "neighbours",
            "none are named: others must name this host",
            "set neighbors, or discovery = true",
        );
    }
    Ok(())
}

async fn check_port(settings: &MetricsAgent, net: &Net, events: &mut Events, report: &mut Report) {
    let MetricsAgent { bind, port, .. } = *settings;
    match TcpListener::bind((bind, port)) {
        Ok(_free) => {
            report.note(
                "port",
                format!("{bind}:{port} is free: no agent runs"),
                "systemctl start grapevine-agent",
            );
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            let host = if bind.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { bind };
            match dial(&Endpoint::Tcp { host: host.to_string(), port }, net, events).await {
                Ok(()) => report.ok("port", format!("an agent listens on {bind}:{port}")),
                Err(reason) => report.wrong(
                    "port",
                    format!("what listens on {bind}:{port} is no agent of this cluster: {reason}"),
                    "`ss -ltnp` shows what it is; an agent with other keys wants a restart",
                ),
            }
        }
        Err(error) => {
            report.wrong("port", format!("{bind}:{port}: {error}"), "set metrics_agent.bind and port");
        }
    }
}

/// Makes a link for a moment. An error with the reason if there was none.
async fn dial(endpoint: &Endpoint, net: &Net, events: &mut Events) -> Result<(), String> {
    let dial = net.dial_once(endpoint.clone(), DialAs::Sub { prefixes: Vec::new() });
    loop {
        match events.recv().await {
            Some(Event::Up { peer, .. }) if peer.dial == Some(dial.id()) => return Ok(()),
            Some(Event::DialFailed { dial: failed, reason, .. }) if failed == dial.id() => {
                return Err(reason);
            }
            Some(_of_another) => {}
            None => return Err("the sockets are gone".to_owned()),
        }
    }
}

/// What to do about a link that could not be made.
fn remedy(reason: &str) -> &'static str {
    let remedies = [
        ("Connection refused", "no agent listens there: start it, or see its bind and port"),
        ("no answer", "the host is down, or a firewall swallows packets: let TCP to its port in"),
        ("route", NO_WAY),
        ("unreachable", NO_WAY),
        ("lookup", "its name is not known: see DNS, or /etc/hosts"),
        ("Unknown key", OTHER_KEYS),
        ("another key", OTHER_KEYS),
        ("mechanism", "one of the two has keys and the other none: give both the same cluster.key"),
    ];
    let known = remedies.iter().find(|(words, _)| reason.contains(words));
    known.map_or("it is no agent, or of another version: see what listens there", |(_, remedy)| remedy)
}

const NO_WAY: &str = "no way leads there: see the address and this machine's routes";
const OTHER_KEYS: &str = "it has other keys: give both the same cluster.key";
