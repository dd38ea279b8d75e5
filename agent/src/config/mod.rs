//! Configuration: TOML with the names that operators of the predecessor know. Unknown keys are errors.

mod backup;
mod collectors;
mod container;
mod service;
mod smart;
#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

use grapevine_config::{ConfigError, Sources, list};
use grapevine_proto::{BadOriginId, HostName, OriginId, limits};
use grapevine_zmtp::Endpoint;
use serde::Deserialize;

use crate::keys;

pub(crate) use collectors::Collectors;

const SOURCES: Sources = Sources {
    file_name: "agent.toml",
    sections: &[("GRAPEVINE_METRICS_AGENT_", "metrics_agent"), ("GRAPEVINE_COLLECTORS_", "collectors")],
    others: &[],
};

/// The configuration as all sources together give it.
///
/// # Errors
/// A [`ConfigError`] that names the source, the line and the remedy.
pub(crate) fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    SOURCES.load(file).and_then(checked)
}

fn checked(config: Config) -> Result<Config, ConfigError> {
    config.check().map_err(ConfigError::Invalid)?;
    Ok(config)
}

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
    /// The cluster's keys: what makes the agent one of the cluster, and encrypts its links over TCP.
    pub(crate) key_file: Option<PathBuf>,
    /// Agents to keep a link to.
    #[serde(deserialize_with = "list")]
    pub(crate) neighbors: Vec<Neighbor>,
    /// How many neighbours the agent finds for itself beyond those that dial it; 0 for none but those above.
    pub(crate) links: u8,
    /// Whether to look for agents on the LAN, and to be found there.
    pub(crate) discovery: bool,
    /// The only hosts whose frames are taken, besides this one; all if empty.
    #[serde(deserialize_with = "list")]
    pub(crate) allow_origins: Vec<Allowed>,
    /// The host's name in the network; the kernel's where none is given.
    pub(crate) host_name: Option<HostName>,
    /// What the host is for.
    pub(crate) role: String,
    /// Groups that the host belongs to.
    #[serde(deserialize_with = "list")]
    pub(crate) groups: Vec<String>,
    /// Where the host's key and epoch are kept.
    pub(crate) state_dir: Option<PathBuf>,
    /// Unix socket for dashboards on this host.
    pub(crate) tap: Option<PathBuf>,
    /// Time between frames in milliseconds.
    pub(crate) interval_ms: u32,
    /// The most links that this host's frames cross.
    pub(crate) hop_limit: u8,
    /// Whether this host's frames take two paths.
    pub(crate) critical: bool,
}

impl Default for MetricsAgent {
    fn default() -> Self {
        Self {
            enabled: true,
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: grapevine_zmtp::DEFAULT_PORT,
            plaintext: false,
            key_file: None,
            neighbors: Vec::new(),
            links: LINKS,
            discovery: false,
            allow_origins: Vec::new(),
            host_name: None,
            role: "agent".to_owned(),
            groups: Vec::new(),
            state_dir: None,
            tap: None,
            interval_ms: 1000,
            hop_limit: limits::HOP_LIMIT,
            critical: false,
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

/// An origin that is let in, as `grapevine hosts` shows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Allowed(pub(crate) OriginId);

impl TryFrom<String> for Allowed {
    type Error = BadOriginId;

    fn try_from(text: String) -> Result<Self, BadOriginId> {
        text.parse().map(Self)
    }
}

impl Config {
    /// What the types cannot say: bounds, and no open door by accident.
    fn check(&self) -> Result<(), String> {
        let agent = &self.metrics_agent;
        if !(limits::INTERVAL_MS_MIN..=INTERVAL_MS_MAX).contains(&agent.interval_ms) {
            return Err(format!(
                "metrics_agent.interval_ms = {}: use {} to {INTERVAL_MS_MAX}",
                agent.interval_ms,
                limits::INTERVAL_MS_MIN
            ));
        }
        if agent.hop_limit == 0 {
            return Err(
                "metrics_agent.hop_limit = 0 would keep this host's readings to itself: use 1 to 255"
                    .to_owned(),
            );
        }
        if agent.links > LINKS_MAX {
            return Err(format!("metrics_agent.links = {}: use 0 to {LINKS_MAX}, 6 are plenty", agent.links));
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
        if agent.discovery && agent.bind.is_loopback() {
            return Err(format!(
                "metrics_agent.discovery = true, but nobody on the LAN reaches {}: set bind, such as \"0.0.0.0\"",
                agent.bind
            ));
        }
        self.collectors.check()?;
        agent.check_plaintext()
    }
}

impl MetricsAgent {
    /// Where the keys are, if the agent has any.
    pub(crate) fn keys(&self) -> Option<PathBuf> {
        self.key_file.clone().or_else(keys::credential)
    }

    /// Whether its links stay on this machine, as they must without keys on a network that does not encrypt.
    pub(crate) fn stays_here(&self) -> bool {
        !self.plaintext && self.keys().is_none()
    }

    fn check_plaintext(&self) -> Result<(), String> {
        match (self.plaintext, self.keys()) {
            (true, Some(keys)) => {
                return Err(format!(
                    "metrics_agent.plaintext = true and the key file {} contradict each other: keep one",
                    keys.display()
                ));
            }
            (true, None) | (false, Some(_)) => return Ok(()),
            (false, None) => {}
        }
        if !self.bind.is_loopback() {
            return Err(format!(
                "metrics_agent.bind = \"{}\" would open port {} to the network without encryption: set key_file \
                 (grapevine-agent keygen makes one), or bind 127.0.0.1, or set plaintext = true if the network \
                 below encrypts",
                self.bind, self.port
            ));
        }
        match self.neighbors.iter().find(|neighbor| !is_local(&neighbor.0)) {
            Some(Neighbor(far)) => Err(format!(
                "metrics_agent.neighbors: {far} is not on this machine and the link would be unencrypted: set \
                 key_file (grapevine-agent keygen makes one), or plaintext = true if the network below encrypts"
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

const INTERVAL_MS_MAX: u32 = 60_000;

/// How many neighbours an agent finds for itself if nothing is configured.
#[expect(clippy::cast_possible_truncation, reason = "6")]
const LINKS: u8 = limits::DEGREE as u8;

/// Twice as many are taken of those that dial the agent, and half of all links are left to configured neighbours.
#[expect(clippy::cast_possible_truncation, reason = "16")]
const LINKS_MAX: u8 = (limits::LINKS_MAX / (2 * limits::NEIGHBOURS_PER_DEGREE)) as u8;
