//! What the user can say.

use std::path::PathBuf;

use clap::{Args as Group, Parser, Subcommand};
use glob::Pattern;
use grapevine_demo::Scenario;
use grapevine_sub::Endpoint;
use grapevine_tui::Palette;

use crate::config::Listen;

/// Watch and query a Grapevine network: attach to any of its agents and see all of its hosts.
#[derive(Debug, Parser)]
#[command(name = "grapevine", version, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) attach: Attach,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where an agent is.
#[derive(Debug, Group)]
pub(crate) struct Attach {
    /// Agents to attach to, in order of preference: HOST, HOST:PORT or unix:PATH. The first that answers is used, the
    /// next when it falls silent [default: unix:/run/grapevine/tap.sock where it exists, then 127.0.0.1:6130]
    #[arg(
        long = "attach",
        env = "GRAPEVINE_ATTACH",
        hide_env_values = true,
        global = true,
        value_name = "ENDPOINT",
        value_delimiter = ','
    )]
    pub(crate) endpoints: Vec<Endpoint>,
    /// Key for agents that have keys: viewer.key, or cluster.key [default: ~/.config/grapevine/viewer.key or
    /// /etc/grapevine/viewer.key where one exists]
    #[arg(long = "key", env = "GRAPEVINE_KEY_FILE", global = true, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Follow readings: all of them first, then a line for each that changes
    Tail(Tail),
    /// List the hosts of the network
    Hosts(Hosts),
    /// Show all readings of one host
    Get(Get),
    /// Show the network live, on the whole terminal
    Top(Top),
    /// Serve the network over HTTP: to browsers, scripts and Prometheus
    Serve(Serve),
    /// Start an agent on this machine, unless one runs, and show the network live
    Up(Up),
    /// Say what keeps you from seeing the network, what is wrong with it, and what to do: 0 if nothing is, 1 if something,
    /// 2 if the configuration cannot be used
    Doctor(Doctor),
    /// Show a fleet that does not exist, or record it, for demonstrations and tests; each of its hosts says so
    Demo(Demo),
}

#[derive(Debug, Group)]
pub(crate) struct Tail {
    /// Only hosts whose name matches, such as 'srv-*'
    #[arg(long, value_name = "GLOB")]
    pub(crate) host: Option<Pattern>,
    /// Only metrics whose name matches, such as 'disk.*'
    #[arg(long, value_name = "GLOB")]
    pub(crate) metric: Option<Pattern>,
    /// A JSON object per line: host, metric, labels, value, absent, unit, age_ms, hops, epoch, sequence. `absent` is
    /// the reason where there is no value, or only an earlier one
    #[arg(long)]
    pub(crate) json: bool,
    /// End after so many lines
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
    /// Also show the past: what the agent kept of its host's and its neighbours' last 10 minutes
    #[arg(long)]
    pub(crate) past: bool,
    /// Also record all messages to a new file
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Follow a recording instead of an agent, as fast as it can be read
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
}

#[derive(Debug, Group)]
pub(crate) struct Hosts {
    /// One JSON array of objects: host, origin, state, age_ms, hops, epoch, sequence, readings, role, groups, conflict
    #[arg(long)]
    pub(crate) json: bool,
    /// Listen for so long instead of until no further host is heard of
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Group)]
pub(crate) struct Get {
    /// The host's name, as `grapevine hosts` lists it
    #[arg(value_name = "HOST")]
    pub(crate) host: String,
    /// One JSON array of objects, with the keys of `grapevine tail --json`
    #[arg(long)]
    pub(crate) json: bool,
    /// Only metrics whose name matches, such as 'disk.*'
    #[arg(long, value_name = "GLOB")]
    pub(crate) metric: Option<Pattern>,
    /// Listen for so long instead of until no further host is heard of
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Group)]
pub(crate) struct Top {
    /// Configuration file [default: ~/.config/grapevine/dashboard.toml, or else /etc/grapevine/dashboard.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Only this host, in full
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Option<String>,
    /// Show a recording (`grapevine tail --record`) in its own pace instead of a network
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
    /// Colours: dark, light, 16 or none [default: by the terminal]
    #[arg(long, value_name = "THEME")]
    pub(crate) theme: Option<Palette>,
    /// Draw with ASCII only [default: by the locale]
    #[arg(long)]
    pub(crate) ascii: bool,
    /// Let the mouse choose rows and columns; the terminal's own selection then needs Shift
    #[arg(long)]
    pub(crate) mouse: bool,
    /// Write down what the program does
    #[arg(long, value_name = "FILE")]
    pub(crate) verbose: Option<PathBuf>,
}

#[derive(Debug, Group)]
pub(crate) struct Serve {
    /// Where to listen: an address with or without a port [default: 127.0.0.1:8130]. Beyond loopback it takes a token, from
    /// `token_file` of the configuration or from the variable GRAPEVINE_SERVE_TOKEN
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<Listen>,
    /// Configuration file, with a table `serve` [default: ~/.config/grapevine/dashboard.toml, or else
    /// /etc/grapevine/dashboard.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Group)]
pub(crate) struct Up {
    /// Port of the dashboard for browsers, on this machine only
    #[arg(long, value_name = "N", default_value_t = grapevine_web::ServeOptions::PORT)]
    pub(crate) web_port: u16,
    /// Configuration file of the agent to start
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Port of the agent to start
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
}

#[derive(Debug, Group)]
pub(crate) struct Doctor {
    /// Configuration file [default: ~/.config/grapevine/dashboard.toml, or else /etc/grapevine/dashboard.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// One JSON array of objects: check, state (ok, note or wrong), found, remedy
    #[arg(long)]
    pub(crate) json: bool,
    /// Listen for so long instead of until no further host is heard of
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
}

#[derive(Debug, Group)]
pub(crate) struct Demo {
    /// How many hosts
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub(crate) hosts: u16,
    /// What decides all figures: the same seed gives the same fleet
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// What befalls the hosts: mixed, healthy, degraded, dead, gb10, no-gpu or conflict
    #[arg(long, value_name = "NAME", default_value_t = Scenario::Mixed)]
    pub(crate) scenario: Scenario,
    /// Record to a new file instead of showing the fleet; `--replay` of `top` and `tail` reads it
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Seconds to record, after the ten minutes before, which agents keep
    #[arg(long, value_name = "N", default_value_t = 60, requires = "record", value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub(crate) seconds: u64,
    /// The hosts' clock at the beginning, in seconds since 1970 [default: now]
    #[arg(long, value_name = "SECONDS", hide = true)]
    pub(crate) wall_s: Option<u32>,
}
