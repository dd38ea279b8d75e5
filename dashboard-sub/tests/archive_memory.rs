//! An archive stays within its bytes, and what it has to give up is the oldest of those that nobody looks at.

mod origin;

use std::time::{Duration, Instant};

use grapevine_proto::catalogue::{cpu, service};
use grapevine_proto::{OriginId, Reading, State, Value};
use grapevine_sub::limits::HISTORY_BYTES_MIN;
use grapevine_sub::{Archive, ArchiveOptions, Change, Follower, Host, SeriesKey};
use origin::{Origin, reading};

const HOSTS: u8 = 24;
const SECONDS: u64 = 150;
const SERVICES: u32 = 70;

/// What a host says in this second: the use of its processor and the memory of its services.
fn readings(second: u32) -> Vec<Reading> {
    let number = |number: f64| State::Present(Value::Number(number));
    let memory = |service: u32| {
        let mib = (second * SERVICES + service).wrapping_mul(2_654_435_761) % 1_000_000;
        reading(
            &service::MEMORY,
            &[&format!("{service}.service")],
            number(f64::from(mib) * f64::from(1 << 20)),
        )
    };
    let cpu_use = reading(&cpu::USE, &[], number(f64::from(second * 7 % 100)));
    [cpu_use].into_iter().chain((0..SERVICES).map(memory)).collect()
}

/// Hosts all of whose readings change a lot every second.
struct Scene {
    hosts: Vec<Origin>,
    follower: Follower,
    archive: Archive,
    now: Instant,
}

impl Scene {
    fn new() -> Self {
        let now = Instant::now();
        let options = ArchiveOptions { bytes_max: HISTORY_BYTES_MIN, ..ArchiveOptions::default() };
        Self {
            hosts: (0..HOSTS).map(|number| Origin::new(&format!("srv-{number}"), number)).collect(),
            follower: Follower::new(),
            archive: Archive::new(options, now),
            now,
        }
    }

    /// A second in which all of them are heard.
    fn second(&mut self) {
        self.now += Duration::from_secs(1);
        for host in &mut self.hosts {
            let frame = host.frame_of(&readings(host.position().sequence));
            self.follower.handle_message(host.name.as_bytes(), frame, self.now);
            while let Some(change) = self.follower.poll_change() {
                if let Change::Host { host, .. } = change {
                    self.archive.take(&host, self.now);
                }
            }
        }
    }

    fn origin(&self, host: usize) -> OriginId {
        self.hosts.get(host).map(Origin::id).unwrap_or(OriginId(0))
    }

    /// How many seconds the archive tells of a series at least, and of all series of a host together.
    fn known_s(&self, host: usize) -> (u32, usize) {
        let origin = self.origin(host);
        let known = self.archive.keys(origin).filter_map(|key| {
            let trace = self.archive.trace(origin, key, self.now)?;
            let samples = trace.samples(Duration::from_secs(SECONDS));
            samples.map(|sample| sample.age_s).max().map(|oldest| oldest + 1)
        });
        let known: Vec<u32> = known.collect();
        (known.iter().copied().min().unwrap_or(0), known.len())
    }

    /// The values of this moment are those of the view.
    fn shows(&self, host: &Host) -> bool {
        let kept: Vec<SeriesKey> = self.archive.keys(host.origin()).collect();
        let mut shown = host.readings().filter(|reading| kept.contains(&SeriesKey::of(reading)));
        shown.all(|reading| {
            let trace = self.archive.trace(host.origin(), SeriesKey::of(&reading), self.now);
            let newest = trace.and_then(|trace| trace.samples(Duration::ZERO).next());
            newest.map(|sample| sample.value) == reading.state.number()
        })
    }
}

#[test]
fn a_full_archive_keeps_to_its_bytes_and_gives_up_the_oldest() {
    let mut scene = Scene::new();
    scene.archive.focus(scene.origin(0));
    for _ in 0..SECONDS {
        scene.second();
        // A host with focus may have more series than its share.
        let of_focus = 7 * 192;
        assert!(scene.archive.bytes() <= HISTORY_BYTES_MIN + of_focus, "{} bytes", scene.archive.bytes());
    }
    let view = scene.follower.view();
    assert!(view.hosts().iter().all(|host| scene.shows(host)));

    let (known_s, series) = scene.known_s(0);
    assert_eq!((u64::from(known_s), series), (SECONDS, 71), "of the host with focus all there is");
    for host in 1..usize::from(HOSTS) {
        let (known_s, series) = scene.known_s(host);
        assert!((30..130).contains(&known_s), "{known_s} s of host {host}");
        assert_eq!(series, 64, "as many as there is room for");
        let key = SeriesKey::new(&cpu::USE, &[]);
        assert!(scene.archive.keys(scene.origin(host)).any(|kept| kept == key), "it is watched");
    }
}

#[test]
fn hosts_that_are_forgotten_make_room() {
    let mut scene = Scene::new();
    for _ in 0..20 {
        scene.second();
    }
    let series = scene.archive.keys(scene.origin(0)).count();
    for host in 1..usize::from(HOSTS) {
        scene.archive.forget(scene.origin(host));
        assert_eq!(scene.archive.keys(scene.origin(host)).count(), 0);
    }
    scene.hosts.truncate(1);
    scene.second();
    assert!(scene.archive.keys(scene.origin(0)).count() > series, "one host has all there is");
}
