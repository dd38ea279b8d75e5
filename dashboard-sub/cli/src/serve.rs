//! `grapevine serve`: the network over HTTP.

use std::io::{self, IsTerminal, Write};

use anyhow::Context;
use grapevine_sub::{Options, Subscription};
use grapevine_web::{ServeOptions, Server};
use sd_notify::NotifyState;

use crate::args::{Attach, Serve};
use crate::{config, output, signal};

/// Serves until the user or the system stops it.
pub(crate) async fn run(attach: &Attach, serve: &Serve) -> anyhow::Result<()> {
    let mut config = config::load(serve.config.as_deref())?;
    config.serve.listen = serve.listen.unwrap_or(config.serve.listen);
    let options = config.serve.options(config.thresholds.clone())?;
    log_to_stderr();
    let subscription = subscribe(attach, &config.serve)?;
    let server = Server::bind(options).await?;
    let mut out = output::open();
    writeln!(out, "listening {}", server.url())?;
    out.flush()?;
    notify(&[NotifyState::Ready]);
    let stop = async {
        // Where signals cannot be heard the system ends the program without asking.
        if signal::stop().await.is_err() {
            std::future::pending::<()>().await;
        }
        notify(&[NotifyState::Stopping]);
    };
    server.run(subscription, stop).await;
    Ok(())
}

/// The same for `grapevine up`: on this machine only, while the program runs. Tells where, or why not.
pub(crate) async fn beside(subscription: Subscription, port: u16) -> anyhow::Result<String> {
    let config = config::load(None)?;
    let thresholds = config.thresholds;
    let listen = ([127, 0, 0, 1], port).into();
    match Server::bind(ServeOptions { listen, thresholds, ..ServeOptions::default() }).await {
        Ok(server) => {
            let url = server.url();
            tokio::spawn(server.run(subscription, std::future::pending()));
            Ok(format!("in a browser: {url}"))
        }
        Err(error) => Ok(format!("not in browsers: {error}")),
    }
}

fn subscribe(attach: &Attach, serve: &config::Serve) -> anyhow::Result<Subscription> {
    let endpoints = match attach.endpoints.is_empty() && !serve.attach.is_empty() {
        true => serve.attach.iter().map(|agent| agent.0.clone()).collect(),
        false => attach.endpoints(),
    };
    let with_key = Attach { endpoints: Vec::new(), key: attach.key.clone().or_else(|| serve.key.clone()) };
    let options = Options { history: true, ..with_key.options()? };
    Subscription::attach(endpoints, options).context("cannot attach")
}

/// The journal adds times of its own.
fn log_to_stderr() {
    let log = tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    let log = log.with_max_level(tracing::Level::INFO).with_target(false);
    let is_set = if std::env::var_os("JOURNAL_STREAM").is_some() {
        log.without_time().try_init()
    } else {
        log.try_init()
    };
    // One that is there already is as good.
    drop(is_set);
}

fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "cannot tell systemd");
    }
}
