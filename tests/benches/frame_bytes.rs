//! Bytes of frames that this machine's agent sends in a second: a real agent at 1 Hz on loopback, recorded.
//!
//! `cargo bench -p grapevine-tests --bench frame_bytes [-- SECONDS]`, 60 if not said: two keyframe intervals. Once
//! with the machine as it is, once with a busy loop on one core and a file written over and over.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

use std::path::Path;
use std::time::Duration;

use grapevine_proto::{Frame, FrameKind};
use grapevine_sub::{Options, Recorder, Recording, Subscription};
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{self, Running, command};

fn main() {
    let seconds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(60);
    println!(
        "{:<10} {:>9} {:>10} {:>9} {:>9} {:>9} {:>9}",
        "machine", "frames/s", "bytes/s", "keyframe", "delta", "largest", "readings"
    );
    let idle = measure(seconds);
    println!("{:<10} {idle}", "as it is");
    let folder = tempfile::tempdir().unwrap();
    let _work =
        ["while :; do :; done", "while :; do dd if=/dev/zero of=\"$1\" bs=1M count=8 conv=fsync 2>&1; done"]
            .map(|script| {
                Running::start(command("sh").args(["-c", script, "sh"]).arg(folder.path().join("file")))
            });
    let busy = measure(seconds);
    println!("{:<10} {busy}", "at work");
}

/// Records the agent's frames for so many seconds and sums them up.
fn measure(seconds: u64) -> String {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("agent.toml");
    let file = folder.path().join("recording");
    let state = folder.path().join("state");
    std::fs::write(&config, format!("[metrics_agent]\nport = 0\nstate_dir = {state:?}\n")).unwrap();
    let mut agent = Running::start(command(programs::agent()).args(["run", "--config"]).arg(&config));
    let lines = Lines::of(agent.stderr());
    let line = lines.wait_for("endpoint", 20, |line| line.contains("endpoint="));
    let endpoint = line.split("endpoint=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    record(endpoint, &file, seconds);
    summary(&file, seconds)
}

fn record(endpoint: &str, file: &Path, seconds: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let recorder = Recorder::create(file, std::time::Instant::now(), 0).unwrap();
        let options = Options { recorder: Some(recorder), ..Options::default() };
        let subscription = Subscription::attach([endpoint.parse().unwrap()], options).unwrap();
        subscription.attached().await;
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        subscription.close().await.unwrap();
    });
}

fn summary(file: &Path, seconds: u64) -> String {
    let frames: Vec<Frame> =
        Recording::open(file).unwrap().map(|record| Frame::parse(record.unwrap().frame).unwrap()).collect();
    // The snapshot repeats what was sent before the recording began.
    let live: Vec<&Frame> = frames.iter().skip_while(|frame| frame.age_ms() > 50).collect();
    let total: usize = live.iter().map(|frame| frame.bytes().len()).sum();
    let of_kind = |kind| {
        let mut sizes: Vec<usize> =
            frames.iter().filter(|frame| frame.kind() == kind).map(|frame| frame.bytes().len()).collect();
        sizes.sort_unstable();
        sizes
    };
    let deltas = of_kind(FrameKind::Delta);
    let keyframes = of_kind(FrameKind::Keyframe);
    let readings = grapevine_proto::Mirror::new(frames.first().unwrap()).unwrap().readings().len();
    let median = |sizes: &[usize]| sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let largest = deltas.last().copied().unwrap_or_default();
    let per_second =
        |count: usize| f64::from(u32::try_from(count).unwrap()) / f64::from(u32::try_from(seconds).unwrap());
    format!(
        "{:>9.2} {:>10.1} {:>9} {:>9} {:>9} {readings:>9}",
        per_second(live.len()),
        per_second(total),
        median(&keyframes),
        median(&deltas),
        largest,
    )
}
