//! What a second of a fleet costs: all its frames, composed and signed. One core.
//!
//! `cargo bench -p grapevine-demo`

use std::time::Duration;

use grapevine_demo::{Demo, DemoOptions, Scenario};

fn main() {
    divan::main();
}

#[divan::bench(args = [40, 1000, 10_000], sample_count = 10, sample_size = 1)]
fn second(bencher: divan::Bencher<'_, '_>, hosts: usize) {
    let options = DemoOptions { hosts, scenario: Scenario::Mixed, ..DemoOptions::default() };
    let mut demo = Demo::new(&options);
    let mut to = Duration::from_secs(3);
    demo.advance(to);
    bencher.bench_local(|| {
        to += Duration::from_secs(1);
        demo.advance(to).len()
    });
}

/// A fleet with ten minutes of past.
#[divan::bench(args = [8, 40], sample_count = 1, sample_size = 1)]
fn past(hosts: usize) -> usize {
    let options = DemoOptions { hosts, past: Duration::from_secs(600), ..DemoOptions::default() };
    Demo::new(&options).take_past().len()
}
