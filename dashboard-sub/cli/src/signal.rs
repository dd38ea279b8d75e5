//! Being asked to stop.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Returns when the user interrupts the program (Ctrl-C), the system stops it, or its terminal goes away.
pub(crate) async fn stop() -> io::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}
