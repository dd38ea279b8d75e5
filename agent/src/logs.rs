//! Logs: to standard error, from where systemd takes them to the journal.

use std::io::{self, IsTerminal};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging as `RUST_LOG` says, from `info` up if it says nothing.
///
/// # Errors
/// If `RUST_LOG` is no list of levels.
pub(crate) fn start() -> anyhow::Result<()> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(levels) if !levels.is_empty() => levels
            .parse::<Targets>()
            .map_err(|error| anyhow::anyhow!("environment variable RUST_LOG: {error}: try RUST_LOG=debug"))?,
        _ => Targets::new().with_default(Level::INFO),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false);
    let logs = tracing_subscriber::registry().with(filter);
    if std::env::var_os("JOURNAL_STREAM").is_some() && !io::stderr().is_terminal() {
        // The journal has its own times.
        logs.with(layer.without_time()).init();
    } else {
        logs.with(layer).init();
    }
    Ok(())
}
