//! `grapevine`: watch and query a Grapevine network from a terminal.
//!
//! `main` maps a result to an exit code; each subcommand is a file. In reading order: `args` (what the user can
//! say), `attach` (finding an agent), `key`, `tail`, `hosts`, `get`, `top`, `serve`, `up`, `demo`, `doctor`, then what they print with:
//! `line`, `json`, `table`.

mod args;
mod attach;
mod config;
mod demo;
mod doctor;
mod get;
mod hosts;
mod json;
mod key;
mod line;
mod output;
mod past;
mod serve;
mod signal;
mod table;
mod tail;
mod tone;
mod top;
mod up;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::runtime::Builder;

use args::{Args, Command};
use grapevine_config::ConfigError;
use grapevine_tui::RunError;
use grapevine_tui::units::printable;
use grapevine_web::ServeError;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return explain(&error),
    };
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            if is_users_fault(&error) { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
        }
    }
}

fn run(args: Args) -> anyhow::Result<()> {
    let mut runtime = match &args.command {
        // Many clients at once; the others do one thing after the other.
        Command::Serve(_) => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    let runtime = runtime.enable_all().build()?;
    runtime.block_on(async {
        match args.command {
            Command::Tail(tail) => tail::run(&args.attach, tail).await,
            Command::Hosts(hosts) => hosts::run(&args.attach, &hosts).await,
            Command::Get(get) => get::run(&args.attach, &get).await,
            Command::Top(top) => top::run(&args.attach, &top).await,
            Command::Serve(serve) => serve::run(&args.attach, &serve).await,
            Command::Up(up) => up::run(&args.attach, &up).await,
            Command::Doctor(doctor) => doctor::run(&args.attach, &doctor).await,
            Command::Demo(demo) => demo::run(&demo).await,
        }
    })
}

/// Help goes to stdout; a usage error is one line on stderr.
fn explain(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // Nothing is left to do for a reader who does not want to read the help.
        return error.print().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS);
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        complain("no command: say what to do, such as `grapevine up` (all commands: `grapevine --help`)");
        return ExitCode::from(USAGE);
    }
    let text = error.to_string();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
    let what: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("For more")).collect();
    let what = what.join(" ");
    let what = what.strip_prefix("error: ").unwrap_or(&what);
    complain(&format!("{what} (see `grapevine --help`)"));
    ExitCode::from(USAGE)
}

/// One line on stderr.
fn complain(what: &str) {
    // There is nowhere left to say that stderr is closed.
    drop(writeln!(io::stderr(), "grapevine: {}", printable(what)));
}

/// Whether the program was asked for something that it cannot do anywhere.
fn is_users_fault(error: &anyhow::Error) -> bool {
    error.is::<ConfigError>()
        || matches!(error.downcast_ref(), Some(RunError::NoTerminal))
        || error.downcast_ref().is_some_and(ServeError::is_users_fault)
}

/// Exit status of a command line or configuration that cannot be understood, as clap and most shells have it.
const USAGE: u8 = 2;
