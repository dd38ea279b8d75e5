//! What a pass costs on the machine that runs the benchmark: `cargo bench -p grapevine-collectors`.
//!
//! Passes follow each other at one virtual second, so that what is read every few seconds has its share. The table
//! shows time, and the allocations of a steady pass.

use divan::{AllocProfiler, Bencher};
use grapevine_collectors::{Collector, Context, Entry, REGISTRY, Sample};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A pass of each collector that is due: the slower ones only now and then, as in an agent.
#[divan::bench(sample_count = 1000)]
fn all_at_their_intervals(bencher: Bencher<'_, '_>) {
    let mut passes = Passes::new(|entry| !entry.is_opt_in);
    bencher.bench_local(|| passes.run_due());
}

/// A pass of every collector that runs unless it is switched off.
#[divan::bench(sample_count = 1000)]
fn all(bencher: Bencher<'_, '_>) {
    let mut passes = Passes::new(|entry| !entry.is_opt_in);
    bencher.bench_local(|| passes.run_all());
}

#[divan::bench(args = REGISTRY.iter().map(|entry| entry.name), sample_count = 1000)]
fn one(bencher: Bencher<'_, '_>, name: &str) {
    let mut passes = Passes::new(|entry| entry.name == name);
    bencher.bench_local(|| passes.run_all());
}

/// A copy of all readings, as the owner of the collectors makes one to publish them.
#[divan::bench(sample_count = 1000)]
fn copy_of_all_samples(bencher: Bencher<'_, '_>) {
    let mut passes = Passes::new(|entry| !entry.is_opt_in);
    passes.run_all();
    let mut copies: Vec<Sample> = passes.0.iter().map(|one| one.sample.clone()).collect();
    bencher.bench_local(|| {
        for (copy, one) in copies.iter_mut().zip(&passes.0) {
            copy.clone_from(&one.sample);
        }
    });
}

struct Passes(Vec<One>);

struct One {
    collector: Box<dyn Collector>,
    sample: Sample,
    interval_ms: u64,
    now_ms: u64,
}

impl Passes {
    /// The collectors that are wanted, after two passes, from which on each pass is like the one before.
    fn new(is_wanted: impl Fn(&Entry) -> bool) -> Self {
        let context = Context::of_this_machine();
        let wanted = REGISTRY.iter().filter(|entry| is_wanted(entry));
        let mut passes = Self(
            wanted
                .map(|entry| One {
                    collector: (entry.build)(&context),
                    sample: Sample::default(),
                    interval_ms: entry.interval_ms.into(),
                    now_ms: 0,
                })
                .collect(),
        );
        passes.run_all();
        passes.run_all();
        passes
    }

    fn run_all(&mut self) {
        self.0.iter_mut().for_each(One::run);
    }

    fn run_due(&mut self) {
        for one in &mut self.0 {
            if one.now_ms % one.interval_ms == 0 { one.run() } else { one.now_ms += 1000 }
        }
    }
}

impl One {
    fn run(&mut self) {
        // What a pass lacks on this machine is no concern of a benchmark.
        self.sample.pass(self.now_ms, self.collector.as_mut()).ok();
        self.now_ms += 1000;
    }
}
