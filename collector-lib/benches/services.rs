//! What a pass over the services of a busy host costs: `cargo bench -p grapevine-collectors --bench services`.
//!
//! 150 services with all files of version 2, in a folder; passes follow each other at one virtual second. Files of a disk
//! cost about as much to open and read as those of control groups, but the kernel adds up `memory.stat` when it is read.

use std::fs;
use std::path::Path;

use divan::{AllocProfiler, Bencher};
use grapevine_collectors::{Context, REGISTRY, Roots, Sample};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// A pass; a fifth of the services is looked at closely in each.
#[divan::bench(sample_count = 600, args = [50, 150])]
fn pass(bencher: Bencher<'_, '_>, services: usize) {
    let machine = tempfile::tempdir().unwrap_or_else(|error| unreachable!("a folder: {error}"));
    make(machine.path(), services);
    let root = |name: &str| machine.path().join(name);
    let roots = Roots { proc: root("proc"), sys: root("sys"), etc: root("etc"), run: root("run") };
    let context = Context { roots, ..Context::of_this_machine() };
    let Some(entry) = REGISTRY.iter().find(|entry| entry.name == "service") else { return };
    let (mut collector, mut sample, mut now_ms) = ((entry.build)(&context), Sample::default(), 0);
    let mut pass = || {
        sample.pass(now_ms, collector.as_mut()).ok();
        now_ms += 1000;
    };
    pass();
    pass();
    bencher.bench_local(pass);
}

fn make(root: &Path, services: usize) {
    let pressure =
        "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n";
    let stat = "anon 1048576\nfile 2097152\n".to_owned() + &"workingset_refault_anon 0\n".repeat(50);
    let groups = root.join("sys/fs/cgroup");
    for number in 0..services {
        let folder = groups.join(format!("system.slice/service-{number}.service"));
        fs::create_dir_all(&folder).ok();
        for (file, content) in [
            ("cpu.stat", "usage_usec 123456\nuser_usec 1\nsystem_usec 1\nnr_periods 0\nnr_throttled 0\n"),
            ("cpu.max", "max 100000\n"),
            ("memory.current", "12345678\n"),
            ("memory.stat", &stat),
            ("memory.max", "max\n"),
            ("io.stat", "259:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n"),
            ("pids.current", "3\n"),
            ("pids.max", "4915\n"),
            ("cpu.pressure", pressure),
            ("memory.pressure", pressure),
            ("io.pressure", pressure),
        ] {
            fs::write(folder.join(file), content).ok();
        }
    }
    fs::write(groups.join("cgroup.controllers"), "cpu io memory pids\n").ok();
}
