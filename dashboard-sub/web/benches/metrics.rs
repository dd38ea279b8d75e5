//! What a scrape of 1,000 hosts costs: time, and memory beside the hosts themselves. One core.
//!
//! `cargo bench -p grapevine-web --bench metrics`

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a benchmark")]

#[path = "../../tests/fleet/mod.rs"]
mod fleet;
#[path = "../../tests/origin/mod.rs"]
mod origin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use divan::{Bencher, black_box};
use fleet::{FleetHost, SERVER};
use grapevine_sub::{Fleet, FleetOptions, Follower, View};
use grapevine_web::metrics::{Exposition, Format, Meters, Naming, Scrape};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const HOSTS: usize = 1000;
const WALL_S: f64 = 1_700_000_000.0;

fn main() {
    print_memory();
    divan::main();
}

/// 1,000 hosts as a dashboard has them.
struct Network {
    view: Arc<View>,
    fleet: Fleet,
    meters: Meters,
    now: Instant,
}

impl Network {
    fn new() -> Self {
        let now = Instant::now();
        let mut follower = Follower::new();
        for number in 0..HOSTS {
            let (name, frame) = FleetHost::new(&SERVER, number).frame();
            follower.handle_message(name.as_bytes(), frame, now);
        }
        let view = follower.view();
        let mut fleet = Fleet::new(FleetOptions::default(), now);
        fleet.resync(&view, now, WALL_S);
        let mut meters = Meters::default();
        meters.advance(view.hosts(), now);
        Self { view, fleet, meters, now }
    }

    /// As a server answers: each piece is sent and dropped. Lines and bytes.
    fn scrape(&self, naming: Naming, format: Format) -> (usize, usize) {
        let scrape =
            Scrape::of_fleet(&self.fleet, self.view.counters(), self.now, WALL_S).metered(&self.meters);
        let pieces = Exposition::new(scrape, naming, format);
        let size = |text: String| (text.lines().filter(|line| !line.starts_with('#')).count(), text.len());
        pieces.map(size).fold((0, 0), |(lines, bytes), (more, long)| (lines + more, bytes + long))
    }
}

fn print_memory() {
    let network = Network::new();
    for naming in Naming::ALL {
        for format in Format::ALL {
            let before = ALLOCATOR.current_usage();
            ALLOCATOR.reset_peak_usage();
            let (series, bytes) = network.scrape(naming, format);
            let peak = ALLOCATOR.peak_usage() - before;
            println!(
                "{naming}, {format:?}: {HOSTS} hosts, {series} series, {:.1} MB of text, at most {:.2} MB of memory",
                bytes as f64 / 1e6,
                peak as f64 / 1e6
            );
        }
    }
}

#[divan::bench(args = Naming::ALL)]
fn prometheus(bencher: Bencher<'_, '_>, naming: Naming) {
    let network = Network::new();
    bencher.bench_local(|| write_all(&network, naming, Format::Prometheus));
}

#[divan::bench(args = Naming::ALL)]
fn open_metrics(bencher: Bencher<'_, '_>, naming: Naming) {
    let network = Network::new();
    bencher.bench_local(|| write_all(&network, naming, Format::OpenMetrics));
}

/// All pieces into one buffer, which is emptied after each.
fn write_all(network: &Network, naming: Naming, format: Format) {
    let Network { view, fleet, meters, now } = network;
    let scrape = Scrape::of_fleet(fleet, view.counters(), *now, WALL_S).metered(meters);
    let mut exposition = Exposition::new(scrape, naming, format);
    let mut text = String::new();
    while exposition.write_next(&mut text) {
        black_box(&text);
        text.clear();
    }
}

/// A second of all hosts, added up.
#[divan::bench]
fn meters(bencher: Bencher<'_, '_>) {
    let mut network = Network::new();
    bencher.bench_local(|| {
        network.now += Duration::from_secs(1);
        network.meters.advance(network.view.hosts(), network.now);
    });
}
