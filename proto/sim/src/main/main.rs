//! `grapevine-sim`: runs scenarios from the command line.

mod table;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use grapevine_sim::{Log, Outcome, Size, all, named, replay, run};

/// Simulates Grapevine networks: the real engine on a modelled network, decided by one seed.
#[derive(Debug, Parser)]
#[command(name = "grapevine-sim")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Names the scenarios.
    List,
    /// Runs a scenario once.
    Run(RunArguments),
    /// Runs scenarios with many seeds, with trees and with floods, and prints a table in Markdown.
    Table(table::TableArguments),
    /// Runs again what went wrong, step by step.
    Replay {
        /// What `run` saved.
        log: PathBuf,
        /// Print from this event on; the last hundred if none is given.
        #[arg(long)]
        from: Option<u64>,
        /// Print up to this event; the one that went wrong if none is given.
        #[arg(long)]
        until: Option<u64>,
    },
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// Which scenario: see `list`.
    name: String,
    /// Number of hosts.
    #[arg(long, default_value_t = 1000)]
    n: usize,
    /// Mean number of links that come from seeds.
    #[arg(long, default_value_t = 6)]
    degree: usize,
    /// Decides everything.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Hosts that publish; the others only relay. All, or 100 of more than 2,000.
    #[arg(long)]
    speakers: Option<usize>,
    /// Pairs of hosts and origins whose decoded state is compared at every frame.
    #[arg(long)]
    watched_pairs: Option<usize>,
    /// Shortest and longest time that bytes take between two hosts, one way, in microseconds.
    #[arg(long, value_name = "LOW..HIGH", default_value = "1000..5000", value_parser = delays)]
    delay_us: (u64, u64),
    /// Longest time that what came waits for the process that reads it, in microseconds.
    #[arg(long, default_value_t = 0)]
    wake_us: u64,
    /// Send every frame to all neighbours: what trees are measured against.
    #[arg(long)]
    flooding: bool,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match carry_out(&Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            // There is nowhere left to say that stderr is closed.
            drop(writeln!(io::stderr(), "grapevine-sim: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn carry_out(command: &Command) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match command {
        Command::List => {
            for scenario in all() {
                writeln!(out, "{:<26} {}", scenario.name, scenario.about)?;
            }
        }
        Command::Run(arguments) => run_once(arguments, &mut out)?,
        Command::Table(arguments) => table::print(arguments, &mut out)?,
        Command::Replay { log, from, until } => {
            let text = fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?;
            let log: Log = serde_json::from_str(&text).context("this is no log of `grapevine-sim run`")?;
            let until = until.unwrap_or(log.event);
            replay(&log, from.unwrap_or(until.saturating_sub(99)), until, &mut out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run_once(arguments: &RunArguments, out: &mut impl Write) -> anyhow::Result<()> {
    let scenario = named(&arguments.name)
        .with_context(|| format!("no scenario is called {:?}: see `grapevine-sim list`", arguments.name))?;
    let size = Size::of(arguments.n, arguments.seed);
    let speakers = arguments.speakers.unwrap_or(size.speakers);
    let watched_pairs = arguments.watched_pairs.unwrap_or(size.watched_pairs);
    let is_flooding = arguments.flooding;
    let RunArguments { degree, delay_us, wake_us, .. } = *arguments;
    let size = Size { degree, speakers, watched_pairs, is_flooding, delay_us, wake_us, ..size };
    let Outcome { report, violation, log, events, digest } = run(scenario, size);
    if arguments.json {
        writeln!(out, "{}", serde_json::to_string(&report)?)?;
    } else {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
        writeln!(out, "{events} events, digest {digest:016x}")?;
    }
    if let (Some(violation), Some(log)) = (violation, log) {
        let path = PathBuf::from(format!("{}-{}-{}.json", log.scenario, size.n, size.seed));
        save(&log, &path)?;
        anyhow::bail!("{violation}: see it again with `grapevine-sim replay {}`", path.display());
    }
    Ok(())
}

fn delays(text: &str) -> Result<(u64, u64), String> {
    let parsed = text.split_once("..").and_then(|(low, high)| Some((low.parse().ok()?, high.parse().ok()?)));
    parsed.filter(|(low, high)| low <= high).ok_or_else(|| "use LOW..HIGH, as in 1000..5000".to_owned())
}

pub(crate) fn save(log: &Log, path: &Path) -> anyhow::Result<()> {
    fs::write(path, serde_json::to_string_pretty(log)?)
        .with_context(|| format!("cannot write {}", path.display()))
}
