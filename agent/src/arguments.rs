//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Collects this host's readings and gossips them to its neighbours.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the agent until it is told to stop (SIGTERM or SIGINT).
    Run(Run),
    /// Collect once and print the readings.
    Collect(Collect),
    /// Check a configuration file and say what is wrong with it.
    CheckConfig(CheckConfig),
    /// Say what keeps this host's agent from working, and what to do: 0 if nothing does, 1 if something, 2 if its
    /// configuration cannot be used.
    Doctor(Doctor),
    /// Print the catalogue of all metrics.
    Catalog(Catalog),
    /// Read all drives with smartctl, for an agent that may not: as root, from grapevine-smart.timer.
    Smart(Smart),
    /// Make the keys of a new cluster: cluster.key for agents, viewer.key for dashboards.
    Keygen(Keygen),
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Configuration file, over GRAPEVINE_* in the environment over ~/.config/grapevine/agent.toml, or
    /// /etc/grapevine/agent.toml where that is missing.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// TCP port to listen on, over the configuration.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Print `listening ENDPOINT` once ready, and stop when standard input closes.
    #[arg(long)]
    pub(crate) attached: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Collect {
    /// Configuration file; says which collectors run.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print a JSON array.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckConfig {
    /// The file to check.
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Configuration file, as for `run`.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print a JSON array of objects: check, state (ok, note or wrong), found, remedy.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Keygen {
    /// Where to write the two files; they are never overwritten.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Smart {
    /// Where to write a file of smartctl's JSON for each drive; nobody else may write there.
    #[arg(long, value_name = "DIR", default_value = "/run/grapevine-smart")]
    pub(crate) out: PathBuf,
    /// The program smartctl: its name, or its path.
    #[arg(long, value_name = "PROGRAM", default_value = "smartctl")]
    pub(crate) smartctl: String,
}

#[derive(Debug, Args)]
pub(crate) struct Catalog {
    /// Print a JSON array.
    #[arg(long)]
    pub(crate) json: bool,
}
