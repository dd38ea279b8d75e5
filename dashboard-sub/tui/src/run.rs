//! The loop that waits: for the user, for news, for the time to draw.

use std::io::{self, IsTerminal};
use std::time::Duration;

use grapevine_sub::Change;
use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use crate::clock::Clock;
use crate::config::Config;
use crate::detection;
use crate::input;
use crate::message::{Effect, Message};
use crate::pace::Pace;
use crate::source::{Reader, Source};
use crate::state::State;
use crate::terminal::Terminal;
use crate::update::update;
use crate::view;

/// How to show it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the user configured.
    pub config: Config,
    /// The host whose screen is opened as soon as it is heard of.
    pub host: Option<String>,
}

/// Shows `source` on the terminal at standard output until the user quits, or `stop` resolves; then what it resolved to.
/// The terminal is given back in either case.
///
/// # Errors
/// A [`RunError`] where there is no terminal, or it is gone.
pub async fn run<R>(
    source: Source,
    options: Options,
    stop: impl Future<Output = R>,
) -> Result<Option<R>, RunError> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() {
        return Err(RunError::NoTerminal);
    }
    let mut dashboard = Dashboard::open(source, &options)?;
    tokio::select! {
        biased;
        stopped = stop => Ok(Some(stopped)),
        ended = dashboard.run() => ended.map(|()| None).map_err(RunError::Terminal),
    }
}

/// All that the loop owns.
struct Dashboard {
    state: State,
    terminal: Terminal,
    keys: mpsc::Receiver<Message>,
    source: Reader,
    /// How many seconds what is shown lies behind the clock on the wall.
    behind_s: f64,
    pace: Pace,
    drawn: Drawn,
    ticks: Interval,
    continued: Signal,
}

/// What pictures cost.
#[derive(Debug, Default)]
struct Drawn {
    pictures: u32,
    total: Duration,
    most: Duration,
}

/// What a turn of the loop waited for.
enum Turn {
    Message(Message),
    Draw,
    Continued,
    TerminalGone,
}

impl Dashboard {
    fn open(source: Source, options: &Options) -> Result<Self, RunError> {
        let top = &options.config.top;
        let clock = Clock::read();
        let behind_s = source.behind_s(clock.wall_s);
        let clock = clock.behind(behind_s);
        let mut state =
            State::new(&options.config, detection::theme(top.theme, top.ascii), source.origin(), clock);
        state.awaited.clone_from(&options.host);
        let source = source.read(clock.now);
        state.connection = source.connection();
        let terminal = Terminal::open(top.mouse).map_err(RunError::Terminal)?;
        state.size = terminal.size().map_err(RunError::Terminal)?;
        let keys = input::read().map_err(RunError::Terminal)?;
        let continued = signal(SignalKind::from_raw(CONTINUED)).map_err(RunError::Terminal)?;
        let mut ticks = interval_at(Instant::now() + TICK, TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut pace = Pace::default();
        pace.now();
        Ok(Self { state, terminal, keys, source, behind_s, pace, drawn: Drawn::default(), ticks, continued })
    }

    async fn run(&mut self) -> io::Result<()> {
        loop {
            match self.turn().await {
                Turn::Draw => self.draw()?,
                Turn::Continued => {
                    self.terminal.resume()?;
                    self.draw()?;
                }
                Turn::TerminalGone => return Err(io::ErrorKind::UnexpectedEof.into()),
                Turn::Message(message) => {
                    log(&message);
                    if !self.obey(message)? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Does what a message leads to; whether the dashboard goes on.
    fn obey(&mut self, message: Message) -> io::Result<bool> {
        match update(&mut self.state, message, Clock::read().behind(self.behind_s)) {
            Effect::None => {}
            Effect::Later => self.pace.later(),
            Effect::Now => self.pace.now(),
            Effect::Anew => {
                self.terminal.forget()?;
                self.pace.now();
            }
            Effect::Suspend => {
                self.terminal.suspend()?;
                self.pace.now();
            }
            Effect::Quit => return Ok(false),
        }
        Ok(true)
    }

    /// Waits for what comes next: what the user does goes before all else, and drawing before news.
    async fn turn(&mut self) -> Turn {
        // A flood of news must starve neither signals nor timers, which are looked after while this waits.
        tokio::task::consume_budget().await;
        let deadline = self.pace.deadline(self.state.interval());
        if deadline.is_some_and(|deadline| deadline <= std::time::Instant::now()) && self.keys.is_empty() {
            return Turn::Draw;
        }
        tokio::select! {
            biased;
            key = self.keys.recv() => key.map_or(Turn::TerminalGone, Turn::Message),
            _ = self.continued.recv() => Turn::Continued,
            () = until(deadline) => Turn::Draw,
            _ = self.ticks.tick() => Turn::Message(Message::Tick(self.source.view())),
            message = self.source.next() => Turn::Message(message),
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        let start = Instant::now();
        self.state.settle();
        let Self { terminal, state, .. } = self;
        terminal.draw(|frame| view::render(frame, state))?;
        let cost = start.elapsed();
        self.drawn.add(cost);
        self.pace.drawn(std::time::Instant::now(), cost);
        Ok(())
    }
}

impl Drop for Dashboard {
    fn drop(&mut self) {
        let Drawn { pictures, total, most } = &self.drawn;
        let mean_us = total.as_micros() / u128::from((*pictures).max(1));
        tracing::info!(pictures, mean_us, most_us = most.as_micros(), "the dashboard ends");
    }
}

impl Drawn {
    fn add(&mut self, cost: Duration) {
        self.pictures = self.pictures.saturating_add(1);
        self.total += cost;
        self.most = self.most.max(cost);
    }
}

/// What somebody who looks for a fault wants to know afterwards.
fn log(message: &Message) {
    match message {
        Message::Change(Change::Connection(connection)) => tracing::info!(%connection, "connection"),
        Message::Change(Change::Bad { fault, name, count }) => {
            tracing::warn!(%fault, name, count, "bad frame");
        }
        Message::Change(Change::RecordingFailed(why)) => tracing::warn!(why, "the recording has ended"),
        Message::Missed(_) => tracing::warn!("too much changed to follow each change"),
        Message::Trouble(what) => tracing::warn!(what, "trouble"),
        Message::Ended => tracing::info!("the recording is over"),
        Message::Resize(columns, rows) => tracing::debug!(columns, rows, "resized"),
        Message::Key(_) | Message::Paste(_) | Message::Mouse(_) | Message::Change(_) | Message::Tick(_) => {}
    }
}

async fn until(deadline: Option<std::time::Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// What ends the dashboard before its user does.
#[derive(Debug, Error)]
pub enum RunError {
    /// Standard input or output is not a terminal: the user's fault.
    #[error("not a terminal: `grapevine tail` and `grapevine hosts` write to pipes and files")]
    NoTerminal,
    /// The terminal cannot be used, or is gone.
    #[error("the terminal cannot be used")]
    Terminal(#[source] io::Error),
}

/// Ages are shown in seconds.
const TICK: Duration = Duration::from_secs(1);

/// SIGCONT (signal(7)): the number is the same on x86-64 and ARM.
const CONTINUED: i32 = 18;
