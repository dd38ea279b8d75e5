//! `grapevine demo`: a fleet that does not exist, for demonstrations and tests.

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use grapevine_demo::{Demo as Fleet, DemoOptions, Message};
use grapevine_sub::{Record, Recorder, RecordingError};
use grapevine_tui::{Origin, RunError, Source};

use crate::args::Demo;
use crate::{config, top};

/// Shows such a fleet until the user quits, or records it.
pub(crate) async fn run(demo: &Demo) -> anyhow::Result<()> {
    if let Some(path) = &demo.record {
        return record(&mut fleet(demo), path, Duration::from_secs(demo.seconds));
    }
    let config = config::load(None)?.into_top();
    if !top::is_terminal() {
        return Err(RunError::NoTerminal.into());
    }
    let source = Source::Messages { origin: Origin::Demo, messages: Box::new(Endless::of(fleet(demo))) };
    top::show(source, config, None).await
}

/// All that a fleet sends, its past first.
struct Endless {
    fleet: Fleet,
    messages: VecDeque<Message>,
    to: Duration,
}

impl Endless {
    fn of(mut fleet: Fleet) -> Self {
        let messages = fleet.take_past().into();
        Self { fleet, messages, to: Duration::ZERO }
    }
}

impl Iterator for Endless {
    type Item = Result<Record, RecordingError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.messages.is_empty() {
            self.messages = self.fleet.advance(self.to).into();
            self.to += STEP;
        }
        let Message { at, name, frame } = self.messages.pop_front()?;
        Some(Ok(Record { elapsed: at, name: Bytes::copy_from_slice(name.as_bytes()), frame }))
    }
}

/// The fleet that was asked for, at the hour that it is here.
fn fleet(demo: &Demo) -> Fleet {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let wall_s = demo.wall_s.map_or_else(|| now.as_secs_f64().floor(), f64::from);
    Fleet::new(&DemoOptions {
        hosts: usize::from(demo.hosts),
        seed: demo.seed,
        scenario: demo.scenario,
        past: PAST,
        wall_s,
    })
}

fn record(fleet: &mut Fleet, path: &Path, length: Duration) -> anyhow::Result<()> {
    // The recorder only looks at how much later a message came than the recording began.
    let began = Instant::now();
    let mut recorder = Recorder::create(path, began)?;
    let past = fleet.take_past();
    let present = fleet.advance(length);
    for message in past.into_iter().chain(present) {
        recorder.record(message.name.as_bytes(), &message.frame, began + message.at)?;
    }
    Ok(recorder.flush()?)
}

/// As much as agents keep.
const PAST: Duration = Duration::from_millis(grapevine_proto::limits::RECORD_MS);

/// So much is made at once: little enough that nobody waits for it.
const STEP: Duration = Duration::from_millis(50);
