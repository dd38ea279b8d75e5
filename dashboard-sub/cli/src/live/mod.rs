//! The live view of `grapevine up`: a screen that is drawn anew in place.
//!
//! `terminal` owns the terminal, `summary` picks a host's figures, `overview` lays out all hosts, `detail` one, and
//! `screen` puts them together. Only this file waits for anything.

mod detail;
mod overview;
mod screen;
mod summary;
mod terminal;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use grapevine_sub::Subscription;
use tokio::time::{MissedTickBehavior, interval};

use crate::tone::is_colour_wanted;
use screen::Screen;
use terminal::{Key, Terminal};

/// Shows the network until the user quits or `stop` resolves.
pub(crate) async fn run(
    subscription: &Subscription,
    stop: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let mut terminal = Terminal::open()?;
    let colour = is_colour_wanted();
    let mut stop = std::pin::pin!(stop);
    let mut frames = interval(FRAME_TIME);
    frames.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            stopped = &mut stop => return stopped,
            key = terminal.key() => match key {
                Key::Quit => return Ok(()),
                Key::Other => {}
            },
            _ = frames.tick() => {
                let (view, connection) = (subscription.view(), subscription.connection());
                let wall_s = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
                let screen = Screen { view: &view, connection: &connection, now: Instant::now(), wall_s };
                let (width, height) = terminal.size();
                terminal.draw(&screen.render(width, height, colour))?;
            }
        }
    }
}

/// Hosts send once a second; twice as often shows each change soon and costs little.
const FRAME_TIME: Duration = Duration::from_millis(500);

#[cfg(test)]
#[path = "../../../tests/origin/mod.rs"]
mod origin;
#[cfg(test)]
mod tests;
