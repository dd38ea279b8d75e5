//! `grapevine demo`: a fleet that does not exist, for demonstrations and tests.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use grapevine_demo::{Demo as Fleet, DemoOptions};
use grapevine_sub::Recorder;

use crate::args::Demo;

/// Records what such a fleet sends.
pub(crate) fn run(demo: &Demo) -> anyhow::Result<()> {
    record(&mut fleet(demo), &demo.record, Duration::from_secs(demo.seconds))
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
