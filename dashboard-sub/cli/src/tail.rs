//! `grapevine tail`: a line for each reading that changes.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use glob::Pattern;
use grapevine_sub::{
    Change, Follower, Freshness, Host, HostChange, HostReading, Options, RecordError, Recorder, Recording,
    Subscription,
};

use crate::args::{Attach, Tail};
use crate::past::Past;
use crate::tone::{Tone, is_colour_wanted};
use crate::{attach, json, line, output, signal};
use grapevine_tui::units;

/// Follows an agent or a recording until the lines that were asked for are printed, or the user stops it.
pub(crate) async fn run(attach: &Attach, tail: Tail) -> anyhow::Result<()> {
    let mut printer = Printer::new(tail.host.clone(), tail.metric, tail.json, tail.count);
    if tail.past {
        printer = printer.telling_the_past();
    }
    if let Some(path) = tail.replay {
        return replay(&path, printer).with_context(|| path.display().to_string());
    }
    let recorder = tail.record.map(|path| record(&path)).transpose()?;
    let prefixes = tail.host.iter().map(literal_prefix).collect();
    let options = Options { prefixes, recorder, history: tail.past, ..attach.options()? };
    let subscription = attach::attach(attach.endpoints(), options).await?;
    let stop = async { signal::stop().await.map_err(anyhow::Error::from) };
    let followed = follow(&subscription, printer, stop).await;
    subscription.close().await.context("the recording is incomplete")?;
    followed
}

fn record(path: &Path) -> Result<Recorder, RecordError> {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Recorder::create(path, Instant::now(), u64::try_from(wall.as_millis()).unwrap_or_default())
}

/// Prints what changes until `stop` resolves.
pub(crate) async fn follow(
    subscription: &Subscription,
    mut printer: Printer,
    stop: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let mut changes = subscription.changes();
    let mut stop = std::pin::pin!(stop);
    loop {
        let change = tokio::select! {
            stopped = &mut stop => return stopped,
            change = changes.next() => change,
        };
        let Some(change) = change else { return Ok(()) };
        if printer.print(&change, Instant::now())?.is_break() {
            return Ok(());
        }
    }
}

fn replay(path: &Path, mut printer: Printer) -> anyhow::Result<()> {
    let start = Instant::now();
    let mut follower = Follower::new();
    let mut ticked = Duration::ZERO;
    for record in Recording::open(path)? {
        let record = record?;
        let now = start + record.elapsed;
        if record.elapsed - ticked >= grapevine_sub::limits::TICK {
            follower.handle_tick(now);
            ticked = record.elapsed;
        }
        follower.handle_message(&record.name, record.frame, now);
        while let Some(change) = follower.poll_change() {
            if printer.print(&change, now)?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// How a value is told.
type Value = fn(&HostReading<'_>, Instant) -> (String, Tone);

/// Prints changes line by line.
pub(crate) struct Printer {
    out: output::Output,
    host: Option<Pattern>,
    metric: Option<Pattern>,
    json: bool,
    colour: bool,
    left: Option<u64>,
    widths: (usize, usize),
    /// The past, if it is to be told.
    past: Option<Past>,
}

impl Printer {
    /// A printer of readings whose host and metric match, of `count` lines at most.
    pub(crate) fn new(
        host: Option<Pattern>,
        metric: Option<Pattern>,
        json: bool,
        count: Option<u64>,
    ) -> Self {
        Self {
            out: output::open(),
            host,
            metric,
            json,
            colour: is_colour_wanted(),
            left: count,
            widths: (0, 0),
            past: None,
        }
    }

    /// The same, which prints what agents kept of the past too.
    fn telling_the_past(self) -> Self {
        Self { past: Some(Past::default()), ..self }
    }

    /// Prints what there is to say of `change`; breaks when no more lines are wanted.
    fn print(&mut self, change: &Change, now: Instant) -> io::Result<ControlFlow<()>> {
        match change {
            Change::Host { host, what } if self.is_wanted(host) => {
                let flow = self.print_host(host, what, now)?;
                self.out.flush()?;
                Ok(flow)
            }
            Change::Past(host) if self.is_wanted(host) => {
                let news = self.past.as_mut().map_or_else(Vec::new, |past| past.news(host));
                let flow = self.print_readings(host, news.into_iter(), now, line::past_value)?;
                self.out.flush()?;
                Ok(flow)
            }
            Change::Host { .. } | Change::Past(_) => Ok(ControlFlow::Continue(())),
            Change::Connection(connection) => notice(&connection.to_string()),
            Change::Bad { fault, name, count } => {
                notice(&format!("bad frame from {name:?}: {fault} ({count} so far)"))
            }
            Change::RecordingFailed(reason) => notice(&format!("the recording ends here: {reason}")),
            Change::Lagged(count) => {
                notice(&format!("{count} changes were left out: they came faster than they print"))
            }
        }
    }

    fn is_wanted(&self, host: &Host) -> bool {
        self.host.as_ref().is_none_or(|glob| glob.matches(host.name().as_str()))
    }

    fn print_host(&mut self, host: &Host, what: &HostChange, now: Instant) -> io::Result<ControlFlow<()>> {
        match what {
            HostChange::Joined | HostChange::Restarted | HostChange::Replaced => {
                self.print_event(host, what)?;
                self.print_readings(host, host.readings(), now, line::value)
            }
            HostChange::Readings(places) => {
                let changed = places.iter().filter_map(|place| host.reading(*place));
                self.print_readings(host, changed, now, line::value)
            }
            HostChange::Freshness(_) | HostChange::Conflict | HostChange::Forgotten => {
                self.print_event(host, what)?;
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    fn print_readings<'a>(
        &mut self,
        host: &Host,
        readings: impl Iterator<Item = HostReading<'a>>,
        now: Instant,
        value: Value,
    ) -> io::Result<ControlFlow<()>> {
        let metric = self.metric.clone();
        let matches =
            |reading: &HostReading<'_>| metric.as_ref().is_none_or(|glob| glob.matches(&reading.metric.name));
        let readings: Vec<HostReading<'_>> = readings.filter(matches).collect();
        self.widen(host, &readings);
        for reading in readings {
            if self.left == Some(0) {
                return Ok(ControlFlow::Break(()));
            }
            let text = if self.json {
                json::reading(host, &reading, now)?
            } else {
                self.row(host, &reading, value(&reading, now))
            };
            writeln!(self.out, "{text}")?;
            self.left = self.left.map(|left| left - 1);
        }
        Ok(if self.left == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn row(&self, host: &Host, reading: &HostReading<'_>, (value, tone): (String, Tone)) -> String {
        let (name, title) = (host.name().as_str(), line::title(reading));
        let (host_width, title_width) = self.widths;
        format!("{name:host_width$}  {title:title_width$}  {}", tone.paint(&value, self.colour))
    }

    /// Columns grow with what was seen, up to a width that leaves room for the value.
    fn widen(&mut self, host: &Host, readings: &[HostReading<'_>]) {
        let titles = readings.iter().map(|reading| line::title(reading).chars().count());
        self.widths.0 = self.widths.0.max(host.name().as_str().len()).min(HOST_WIDTH_MAX);
        self.widths.1 = titles.chain([self.widths.1]).max().unwrap_or_default().min(TITLE_WIDTH_MAX);
    }

    /// What happened to a host as a whole, for people only: scripts find it in the readings' epochs and ages.
    fn print_event(&mut self, host: &Host, what: &HostChange) -> io::Result<()> {
        if self.json {
            return Ok(());
        }
        let (what, tone) = match what {
            HostChange::Joined => return Ok(()),
            HostChange::Restarted => ("restarted".to_owned(), Tone::Warning),
            HostChange::Replaced => ("has other readings now".to_owned(), Tone::Plain),
            HostChange::Readings(_) => return Ok(()),
            HostChange::Freshness(freshness) => (tidings(*freshness).to_owned(), Tone::Strong),
            HostChange::Conflict if host.in_conflict() => {
                (format!("is claimed by several origins, {} is one", host.origin()), Tone::Bad)
            }
            HostChange::Conflict => ("is claimed by one origin only again".to_owned(), Tone::Good),
            HostChange::Forgotten => ("is forgotten".to_owned(), Tone::Faint),
        };
        let width = self.widths.0;
        let text =
            format!("{:width$}  {}", host.name().as_str(), tone.paint(&format!("* {what}"), self.colour));
        writeln!(self.out, "{text}")
    }
}

fn tidings(freshness: Freshness) -> &'static str {
    match freshness {
        Freshness::Fresh => "is heard again",
        Freshness::Late => "is late",
        Freshness::Silent => "fell silent",
        Freshness::Dead => "is dead: most of its neighbours lost it",
        Freshness::Left => "took leave",
    }
}

/// One line for people who watch, apart from the readings.
fn notice(what: &str) -> io::Result<ControlFlow<()>> {
    writeln!(io::stderr(), "grapevine: {}", units::printable(what))?;
    Ok(ControlFlow::Continue(()))
}

/// What every name starts with that matches `glob`: enough for the agent to leave most others out.
fn literal_prefix(glob: &Pattern) -> String {
    glob.as_str().chars().take_while(|c| !matches!(c, '*' | '?' | '[')).take(PREFIX_CHARS_MAX).collect()
}

const HOST_WIDTH_MAX: usize = 24;
const TITLE_WIDTH_MAX: usize = 44;
/// Subscriptions are of at most 64 bytes.
const PREFIX_CHARS_MAX: usize = 16;
