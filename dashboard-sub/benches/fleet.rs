//! What a dashboard pays for its model of a fleet.
//!
//! `change` folds a second of 1,000 hosts into a fleet: judging them, their history, and events; `archive` is the history
//! alone, `judge` the figures and the judgement alone. `order` filters and sorts, `totals` adds up, `sparkline` and
//! `chart` read the past. First a report says what ten minutes of history take.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic and print")]

#[path = "../tests/fleet/mod.rs"]
mod fleet;
#[path = "../tests/origin/mod.rs"]
mod origin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use divan::Bencher;
use divan::counter::ItemsCount;
use fleet::{FULL, FleetHost, Model, SERVER};
use grapevine_proto::catalogue::cpu;
use grapevine_sub::limits::HISTORY_BYTES_MAX;
use grapevine_sub::{
    Archive, ArchiveOptions, Change, Filter, Fleet, FleetOptions, Follower, GroupKey, Host, Measure,
    SeriesKey, Sort, SortKey, Summary, Thresholds, View,
};

fn main() {
    // Not where one of the benches is asked for by its name.
    if std::env::args().skip(1).all(|argument| argument.starts_with('-')) {
        [&SERVER, &FULL].into_iter().for_each(report);
    }
    divan::main();
}

/// Seconds since 1970 on the clock on the wall.
const WALL_S: f64 = 1_700_000_000.0;

/// Bytes of ten minutes of history, of a host of which a quarter of the readings changes every second.
fn report(model: &Model) {
    for hosts in [50, 200] {
        let mut source = Source::new(model, hosts);
        let options = ArchiveOptions { bytes_max: HISTORY_BYTES_MAX, ..ArchiveOptions::default() };
        let mut archive = Archive::new(options, source.now);
        for _ in 0..600 {
            for host in source.second() {
                archive.take(&host, source.now);
            }
        }
        let series: usize = source.origins().map(|origin| archive.keys(origin).count()).sum();
        println!(
            "{}: {} readings, {} series, {} B of history for each of {hosts} hosts after 10 minutes",
            model.name,
            source.hosts.first().unwrap().count(),
            series / hosts,
            archive.bytes() / hosts,
        );
    }
}

/// Hosts that are heard every second.
struct Source {
    hosts: Vec<FleetHost>,
    follower: Follower,
    now: Instant,
}

impl Source {
    fn new(model: &Model, hosts: usize) -> Self {
        let hosts = (0..hosts).map(|number| FleetHost::new(model, number)).collect();
        Self { hosts, follower: Follower::new(), now: Instant::now() }
    }

    /// The hosts as they are a second later.
    fn second(&mut self) -> Vec<Arc<Host>> {
        self.changes()
            .into_iter()
            .filter_map(|change| match change {
                Change::Host { host, .. } => Some(host),
                _ => None,
            })
            .collect()
    }

    fn changes(&mut self) -> Vec<Change> {
        self.now += Duration::from_secs(1);
        let mut changes = Vec::new();
        for host in &mut self.hosts {
            let (name, frame) = host.frame();
            self.follower.handle_message(name.as_bytes(), frame, self.now);
            changes.extend(std::iter::from_fn(|| self.follower.poll_change()));
        }
        changes
    }

    fn origins(&self) -> impl Iterator<Item = grapevine_proto::OriginId> {
        self.hosts.iter().map(|host| host.origin.id())
    }

    fn view(&self) -> Arc<View> {
        self.follower.view()
    }

    /// A fleet of these hosts after some seconds.
    fn fleet(&mut self, seconds: usize) -> Fleet {
        let mut fleet = Fleet::new(FleetOptions::default(), self.now);
        for _ in 0..seconds {
            for change in self.changes() {
                fleet.handle(&change, self.now, WALL_S);
            }
        }
        fleet
    }
}

const SIZES: [usize; 2] = [1000, 10_000];

#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1)]
fn change(bencher: Bencher<'_, '_>, hosts: usize) {
    bench_changes(bencher, &SERVER, hosts);
}

#[divan::bench(args = [1000], sample_count = 10, sample_size = 1)]
fn change_full(bencher: Bencher<'_, '_>, hosts: usize) {
    bench_changes(bencher, &FULL, hosts);
}

fn bench_changes(bencher: Bencher<'_, '_>, model: &Model, hosts: usize) {
    let mut source = Source::new(model, hosts);
    let mut fleet = source.fleet(2);
    bencher
        .counter(ItemsCount::new(hosts))
        .with_inputs(|| {
            let changes = source.changes();
            (changes, source.now)
        })
        .bench_local_refs(|(changes, now)| {
            for change in changes {
                fleet.handle(change, *now, WALL_S);
            }
        });
}

#[divan::bench(args = SIZES, sample_count = 10, sample_size = 1)]
fn archive(bencher: Bencher<'_, '_>, hosts: usize) {
    let mut source = Source::new(&SERVER, hosts);
    let mut archive = Archive::new(ArchiveOptions::default(), source.now);
    bencher.counter(ItemsCount::new(hosts)).with_inputs(|| (source.second(), source.now)).bench_local_refs(
        |(hosts, now)| {
            for host in hosts {
                archive.take(host, *now);
            }
        },
    );
}

#[divan::bench]
fn judge(bencher: Bencher<'_, '_>) {
    let mut source = Source::new(&SERVER, 1);
    let host = source.second().remove(0);
    let thresholds = Thresholds::default();
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| {
        let summary = Summary::of(&host, source.now, WALL_S);
        (summary, thresholds.assess(&host, source.now, WALL_S))
    });
}

#[divan::bench(args = SIZES)]
fn tick(bencher: Bencher<'_, '_>, hosts: usize) {
    let mut source = Source::new(&SERVER, hosts);
    let mut fleet = source.fleet(2);
    let view = source.view();
    bencher.counter(ItemsCount::new(hosts)).bench_local(|| fleet.handle_tick(&view, source.now, WALL_S));
}

#[divan::bench(args = SIZES)]
fn order(bencher: Bencher<'_, '_>, hosts: usize) {
    let fleet = Source::new(&SERVER, hosts).fleet(2);
    let sort = Sort::by(SortKey::Measure(Measure::Cpu));
    bencher.counter(ItemsCount::new(hosts)).bench_local(|| fleet.order(&Filter::default(), sort, None));
}

#[divan::bench(args = SIZES)]
fn order_in_groups(bencher: Bencher<'_, '_>, hosts: usize) {
    let fleet = Source::new(&SERVER, hosts).fleet(2);
    let filter = Filter::parse("host=srv* cpu>=0").unwrap();
    let sort = Sort::by(SortKey::Status);
    bencher.counter(ItemsCount::new(hosts)).bench_local(|| fleet.order(&filter, sort, Some(GroupKey::Group)));
}

#[divan::bench(args = SIZES)]
fn totals(bencher: Bencher<'_, '_>, hosts: usize) {
    let fleet = Source::new(&SERVER, hosts).fleet(2);
    bencher.counter(ItemsCount::new(hosts)).bench_local(|| fleet.totals());
}

#[divan::bench]
fn sparkline(bencher: Bencher<'_, '_>) {
    bench_columns(bencher, Duration::from_secs(60), 60);
}

#[divan::bench]
fn chart(bencher: Bencher<'_, '_>) {
    bench_columns(bencher, Duration::from_secs(24 * 60 * 60), 200);
}

fn bench_columns(bencher: Bencher<'_, '_>, span: Duration, columns: usize) {
    let mut source = Source::new(&SERVER, 1);
    let fleet = source.fleet(3600);
    let origin = source.origins().next().unwrap();
    let key = SeriesKey::new(&cpu::USE, &[]);
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| fleet.trace(origin, key, source.now).unwrap().columns(span, columns));
}
