//! Configuration: TOML with the names that operators of the predecessor know. Unknown keys are errors.

mod collectors;
mod source;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use grapevine_proto::{HostName, limits};
use grapevine_zmtp::Endpoint;
use serde::Deserialize;

pub(crate) use collectors::Collectors;
pub(crate) use source::{ConfigError, load};

/// All that an operator can say about an agent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Table `metrics_agent`.
    pub(crate) metrics_agent: MetricsAgent,
    /// Table `collectors`.
    pub(crate) collectors: Collectors,
}

/// Table `metrics_agent`: who this agent is and whom it talks to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct MetricsAgent {
    /// Whether the agent runs at all.
    pub(crate) enabled: bool,
    /// The address to listen on.
    pub(crate) bind: IpAddr,
    /// The TCP port to listen on.
    pub(crate) port: u16,
    /// Whether links beyond this machine may go unencrypted.
    pub(crate) plaintext: bool,
    /// Agents to keep a link to.
    #[serde(deserialize_with = "source::list")]
    pub(crate) neighbors: Vec<Neighbor>,
    /// The host's name in the network; the kernel's where none is given.
    pub(crate) host_name: Option<HostName>,
    /// What the host is for.
    pub(crate) role: String,
    /// Groups that the host belongs to.
    #[serde(deserialize_with = "source::list")]
    pub(crate) groups: Vec<String>,
    /// Where the host's key and epoch are kept.
    pub(crate) state_dir: Option<PathBuf>,
    /// Unix socket for dashboards on this host.
    pub(crate) tap: Option<PathBuf>,
    /// Time between frames in milliseconds.
    pub(crate) interval_ms: u32,
    /// The most links that this host's frames cross.
    pub(crate) hop_limit: u8,
}

impl Default for MetricsAgent {
    fn default() -> Self {
        Self {
            enabled: true,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: grapevine_zmtp::DEFAULT_PORT,
            plaintext: false,
            neighbors: Vec::new(),
            host_name: None,
            role: "agent".to_owned(),
            groups: Vec::new(),
            state_dir: None,
            tap: None,
            interval_ms: 1000,
            hop_limit: limits::HOP_LIMIT,
        }
    }
}

/// An agent to keep a link to, as `host:port`.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Neighbor(pub(crate) Endpoint);

impl TryFrom<String> for Neighbor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error: grapevine_zmtp::EndpointError| error.to_string())
    }
}

impl Config {
    /// What the types cannot say: bounds, and no open door by accident.
    fn check(&self) -> Result<(), String> {
        let agent = &self.metrics_agent;
        if !(INTERVAL_MS_MIN..=INTERVAL_MS_MAX).contains(&agent.interval_ms) {
            return Err(format!(
                "metrics_agent.interval_ms = {}: use {INTERVAL_MS_MIN} to {INTERVAL_MS_MAX}",
                agent.interval_ms
            ));
        }
        if agent.hop_limit == 0 {
            return Err(
                "metrics_agent.hop_limit = 0 would keep this host's readings to itself: use 1 to 255"
                    .to_owned(),
            );
        }
        if agent.groups.len() > limits::GROUPS_MAX {
            return Err(format!("metrics_agent.groups: at most {} groups", limits::GROUPS_MAX));
        }
        if let Some(long) =
            agent.groups.iter().chain([&agent.role]).find(|name| name.len() > limits::HOST_NAME_BYTES_MAX)
        {
            return Err(format!(
                "metrics_agent: {long:?} is longer than {} bytes",
                limits::HOST_NAME_BYTES_MAX
            ));
        }
        self.collectors.check()?;
        agent.check_plaintext()
    }
}

impl MetricsAgent {
    fn check_plaintext(&self) -> Result<(), String> {
        if self.plaintext {
            return Ok(());
        }
        if !self.bind.is_loopback() {
            return Err(format!(
                "metrics_agent.bind = \"{}\" would open port {} to the network without encryption: bind 127.0.0.1, \
                 or set plaintext = true if the network below encrypts",
                self.bind, self.port
            ));
        }
        match self.neighbors.iter().find(|neighbor| !is_local(&neighbor.0)) {
            Some(Neighbor(far)) => Err(format!(
                "metrics_agent.neighbors: {far} is not on this machine and the link would be unencrypted: set \
                 plaintext = true if the network below encrypts"
            )),
            None => Ok(()),
        }
    }
}

fn is_local(endpoint: &Endpoint) -> bool {
    match endpoint {
        Endpoint::Unix(_) => true,
        Endpoint::Tcp { host, .. } => {
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    }
}

const INTERVAL_MS_MIN: u32 = 100;
const INTERVAL_MS_MAX: u32 = 60_000;
