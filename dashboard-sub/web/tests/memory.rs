//! What a scrape takes of memory. One test in a binary of its own, because the allocator counts for the whole process.

#[path = "../../tests/fleet/mod.rs"]
mod fleet;
#[path = "../../tests/origin/mod.rs"]
mod origin;

use std::time::Instant;

use fleet::{FleetHost, SERVER};
use grapevine_sub::{Follower, Thresholds};
use grapevine_web::metrics::{Exposition, Format, Meters, Naming, Scrape};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const HOSTS: usize = 1000;

/// Most bytes beside the hosts and the sums that are kept for node_exporter's names.
const SCRAPE_BYTES_MAX: usize = 1_000_000;

/// Most bytes of those sums, which are kept once somebody has asked for these names.
const METER_BYTES_MAX: usize = 4_000_000;

#[test]
fn a_scrape_of_1000_hosts_takes_at_most_1_mb() {
    let (mut follower, now) = (Follower::new(), Instant::now());
    for number in 0..HOSTS {
        let (name, frame) = FleetHost::new(&SERVER, number).frame();
        follower.handle_message(name.as_bytes(), frame, now);
    }
    let (view, thresholds) = (follower.view(), Thresholds::default());
    let before = ALLOCATOR.current_usage();
    let mut meters = Meters::default();
    meters.advance(view.hosts(), now);
    let bytes = ALLOCATOR.current_usage() - before;
    println!("sums of {HOSTS} hosts: {bytes} bytes");
    assert!(bytes <= METER_BYTES_MAX, "{bytes} bytes");
    for naming in Naming::ALL {
        let before = ALLOCATOR.current_usage();
        ALLOCATOR.reset_peak_usage();
        let scrape = Scrape::of_view(&view, &thresholds, now, 1_700_000_000.0).metered(&meters);
        let lines = |piece: String| piece.lines().filter(|line| !line.starts_with('#')).count();
        let series: usize = Exposition::new(scrape, naming, Format::Prometheus).map(lines).sum();
        let bytes = ALLOCATOR.peak_usage() - before;
        println!("{naming}: {series} series of {HOSTS} hosts, {bytes} bytes");
        assert!(series >= HOSTS * 10, "{series} series are not what servers have");
        assert!(bytes <= SCRAPE_BYTES_MAX, "{naming}: {bytes} bytes");
    }
}
