//! `grapevine demo`: a fleet that does not exist, for demonstrations and tests.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::vec;

use bytes::Bytes;
use grapevine_demo::{Demo as Fleet, DemoOptions, Message};
use grapevine_sub::{Record, Recorder, RecordingError};
use grapevine_tui::{Origin, RunError, Source};

use crate::args::Demo;
use crate::{config, top};

/// Shows such a fleet until the user quits, or records it.
pub(crate) async fn run(demo: &Demo) -> anyhow::Result<()> {
    if let Some(path) = &demo.record {
        return record(&options(demo), path, Duration::from_secs(demo.seconds));
    }
    let config = config::load(None)?.into_top();
    if !top::is_terminal() {
        return Err(RunError::NoTerminal.into());
    }
    let options = options(demo);
    // A large fleet takes a while to live through its past; the screen is there at once.
    let messages = std::iter::once_with(move || Endless::of(Fleet::new(&options))).flatten();
    let source = Source::Messages { origin: Origin::Demo, messages: Box::new(messages), wall_s: None };
    top::show(source, config, None).await
}

/// All that a fleet sends: how it is, and in between how it came to be.
struct Endless {
    fleet: Fleet,
    past: Peekable<vec::IntoIter<Message>>,
    messages: VecDeque<Message>,
    to: Duration,
}

impl Endless {
    fn of(mut fleet: Fleet) -> Self {
        let mut past = fleet.take_past();
        for (nth, message) in (0..).zip(&mut past) {
            message.at = nth * PAST_PACE;
        }
        Self { fleet, past: past.into_iter().peekable(), messages: VecDeque::new(), to: Duration::ZERO }
    }

    fn step(&mut self) {
        let to = self.to;
        let mut messages = self.fleet.advance(to);
        messages.extend(std::iter::from_fn(|| self.past.next_if(|message| message.at <= to)));
        messages.sort_by_key(|message| message.at);
        self.messages = messages.into();
        self.to += STEP;
    }
}

impl Iterator for Endless {
    type Item = Result<Record, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.messages.is_empty() {
            self.step();
        }
        let Message { at, name, frame } = self.messages.pop_front()?;
        Some(Ok(Record { elapsed: at, name: Bytes::copy_from_slice(name.as_bytes()), frame }))
    }
}

/// The fleet that was asked for, at the hour that it is here.
fn options(demo: &Demo) -> DemoOptions {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wall_s = demo.wall_s.map_or_else(|| now.as_secs_f64().floor(), f64::from);
    DemoOptions {
        hosts: usize::from(demo.hosts),
        seed: demo.seed,
        scenario: demo.scenario,
        past: PAST,
        wall_s,
    }
}

fn record(options: &DemoOptions, path: &Path, length: Duration) -> anyhow::Result<()> {
    let mut fleet = Fleet::new(options);
    // The recorder only looks at how much later a message came than the recording began.
    let began = Instant::now();
    let wall = Duration::try_from_secs_f64(options.wall_s).unwrap_or_default();
    let mut recorder = Recorder::create(path, began, u64::try_from(wall.as_millis()).unwrap_or_default())?;
    let past = fleet.take_past();
    let present = fleet.advance(length);
    for message in past.into_iter().chain(present) {
        recorder.record(message.name.as_bytes(), &message.frame, began + message.at)?;
    }
    Ok(recorder.flush()?)
}

/// As much as agents keep.
const PAST: Duration = Duration::from_millis(grapevine_proto::limits::RECORD_MS);

/// Time between two messages of the past: slow enough that news do not wait for it.
const PAST_PACE: Duration = Duration::from_micros(200);

/// So much is made at once: little enough that nobody waits for it.
const STEP: Duration = Duration::from_millis(50);
