//! `grapevine-agent`: the daemon that every host runs.

mod arguments;
mod catalog;
mod clock;
mod collect;
mod collecting;
mod config;
mod discovery;
mod doctor;
mod keys;
mod logs;
mod mesh;
mod pings;
mod run;
mod smart;
mod state;
mod vitals;

use std::io::{self, Write};
use std::process::ExitCode;

use arguments::Command;
use clap::Parser;
use grapevine_config::ConfigError;
use keys::KeyError;

fn main() -> ExitCode {
    let command = arguments::Arguments::parse().command;
    match carry_out(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error),
    }
}

fn carry_out(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Collect(arguments) => collect::run(&arguments, &mut io::stdout().lock()),
        Command::CheckConfig(arguments) => {
            let config = config::load(Some(&arguments.file))?;
            if let Some(path) = config.metrics_agent.keys() {
                keys::read(&path)?;
            }
            writeln!(io::stdout(), "{}: ok", arguments.file.display())?;
            Ok(())
        }
        Command::Doctor(arguments) => doctor::run(&arguments, &mut io::stdout().lock()),
        Command::Smart(arguments) => smart::run(&arguments, &mut io::stdout().lock()),
        Command::Keygen(arguments) => keys::generate(&arguments.out, &mut io::stdout().lock()),
        Command::Catalog(arguments) => catalog::run(arguments.json, &mut io::stdout().lock()),
    }
}

/// Tells the operator what went wrong, on one line, and gives the exit code: 2 for the configuration, else 1.
fn complain(error: &anyhow::Error) -> ExitCode {
    let is_broken_pipe =
        error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
    if is_broken_pipe {
        // The reader has seen enough.
        return ExitCode::SUCCESS;
    }
    // Where standard error is closed there is nobody to tell.
    drop(writeln!(io::stderr(), "grapevine-agent: {error:#}"));
    if error.is::<ConfigError>() || error.is::<KeyError>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}
