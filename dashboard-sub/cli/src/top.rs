//! `grapevine top`: the dashboard.

use std::fs::OpenOptions;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use grapevine_sub::{Options, Recording, Subscription};
use grapevine_tui::{Config, Messages, Origin, RunError, Source};

use crate::args::{Attach, Top};
use crate::{config, signal};

/// Shows the dashboard until the user quits.
pub(crate) async fn run(attach: &Attach, top: &Top) -> anyhow::Result<()> {
    let config = config(top)?;
    if let Some(path) = &top.verbose {
        log_to(path)?;
    }
    if !is_terminal() {
        return Err(RunError::NoTerminal.into());
    }
    let source = match &top.replay {
        Some(path) => replay(path)?,
        None => live(attach, &config, top.host.as_deref())?,
    };
    show(source, config, top.host.clone()).await
}

/// Shows these hosts, or only the one that is named, until the user quits.
pub(crate) async fn show(source: Source, config: Config, host: Option<String>) -> anyhow::Result<()> {
    let options = grapevine_tui::Options { config, host };
    match grapevine_tui::run(source, options, signal::stop()).await? {
        Some(stopped) => Ok(stopped?),
        None => Ok(()),
    }
}

/// Whether there is a terminal to show a dashboard on, and to hear its user's keys.
pub(crate) fn is_terminal() -> bool {
    io::stdout().is_terminal() && io::stdin().is_terminal()
}

/// What the user configured; what the command line says goes first.
fn config(top: &Top) -> anyhow::Result<Config> {
    let mut config = config::load(top.config.as_deref())?.into_top();
    config.top.theme = top.theme.or(config.top.theme);
    config.top.ascii |= top.ascii;
    config.top.mouse |= top.mouse;
    Ok(config)
}

fn replay(path: &Path) -> anyhow::Result<Source> {
    let recording = Recording::open(path).with_context(|| format!("cannot replay {}", path.display()))?;
    let began = Duration::from_millis(recording.began_ms());
    let messages: Messages = Box::new(recording);
    Ok(Source::Messages { origin: Origin::Replay, messages, wall_s: Some(began.as_secs_f64()) })
}

fn live(attach: &Attach, config: &Config, host: Option<&str>) -> anyhow::Result<Source> {
    let top = &config.top;
    let configured = || top.attach.iter().map(|agent| agent.0.clone()).collect();
    let endpoints = match attach.endpoints.is_empty() && !top.attach.is_empty() {
        true => configured(),
        false => attach.endpoints(),
    };
    let key = attach.key.clone().or_else(|| top.key.clone());
    let with_key = Attach { endpoints: Vec::new(), key };
    let prefixes = host.map(str::to_owned).into_iter().collect();
    let options = Options { prefixes, history: true, ..with_key.options()? };
    Ok(Source::Live(Subscription::attach(endpoints, options).context("cannot attach")?))
}

/// Lets all that the program does be written down: the screen is not the place for it.
fn log_to(path: &Path) -> anyhow::Result<()> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    let file = file.with_context(|| format!("cannot write to {}", path.display()))?;
    tracing_subscriber::fmt()
        .with_writer(Mutex::new(file))
        .with_ansi(false)
        .with_max_level(tracing::Level::DEBUG)
        .try_init()
        .map_err(|error| anyhow::anyhow!("cannot log: {error}"))
}
