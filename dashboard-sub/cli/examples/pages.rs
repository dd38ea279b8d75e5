//! Writes what a package has besides the program into a folder: a manual page for each command, and completions for
//! shells. `cargo run -p grapevine-cli --example pages -- FOLDER`

#[path = "../src/args.rs"]
mod args;
#[path = "../src/config/mod.rs"]
#[expect(dead_code, reason = "only what arguments are parsed to")]
mod config;

use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;
use clap_complete::Shell;

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).context("name a folder to write to")?);
    let mut command = args::Args::command().disable_help_subcommand(true);
    for shell in [Shell::Bash, Shell::Fish, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut command, "grapevine", &folder)?;
    }
    clap_mangen::generate_to(command, &folder)?;
    Ok(())
}
