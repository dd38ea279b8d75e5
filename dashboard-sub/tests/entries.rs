//! What a fleet shows of its hosts, and what it says happened.

mod origin;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::catalogue::{backup, cpu, gpu, memory, service};
use grapevine_proto::{Lost, Metric, Reading, State, Value};
use grapevine_sub::limits::{EVENTS_BURST, FINDING_SETTLES};
use grapevine_sub::{
    Change, Connection, Direction, Filter, Fleet, FleetOptions, Follower, Freshness, GroupKey, Measure,
    SeriesKey, Sort, SortKey, Status,
};
use origin::{Origin, aged, reading};

/// Seconds since 1970 at the beginning.
const WALL_S: f64 = 1_700_000_000.0;

/// A fleet that hears what a follower hears.
struct Scene {
    follower: Follower,
    fleet: Fleet,
    start: Instant,
    now: Instant,
}

impl Scene {
    /// Long enough after an agent was found, so that who joins is new.
    fn new() -> Self {
        let start = Instant::now();
        let fleet = Fleet::new(FleetOptions::default(), start);
        Self { follower: Follower::new(), fleet, start, now: start + Duration::from_secs(60) }
    }

    fn wall_s(&self) -> f64 {
        WALL_S + (self.now - self.start).as_secs_f64()
    }

    fn hear(&mut self, origin: &Origin, frame: Bytes) {
        self.follower.handle_message(origin.name.as_bytes(), frame, self.now);
        self.fold();
    }

    fn frame(&mut self, origin: &mut Origin, readings: &[Reading]) {
        let frame = origin.frame_of(readings);
        self.hear(origin, frame);
    }

    /// Seconds in which each of `hosts` says the same all the time.
    fn live(&mut self, hosts: &mut [(&mut Origin, &[Reading])], seconds: u64) {
        for _ in 0..seconds {
            self.now += Duration::from_secs(1);
            for (origin, readings) in &mut *hosts {
                let frame = origin.frame_of(readings);
                self.hear(origin, frame);
            }
            self.tick();
        }
    }

    fn wait(&mut self, seconds: u64) {
        self.live(&mut [], seconds);
    }

    fn tick(&mut self) {
        self.follower.handle_tick(self.now);
        self.fold();
        self.fleet.handle_tick(&self.follower.view(), self.now, self.wall_s());
    }

    fn fold(&mut self) {
        while let Some(change) = self.follower.poll_change() {
            self.fleet.handle(&change, self.now, self.wall_s());
        }
    }

    /// Severity and text of all events, oldest first, and that there are no more.
    fn told(&self) -> Vec<String> {
        let told: Vec<String> =
            self.fleet.events().map(|event| format!("{} {event}", event.severity)).collect();
        told.into_iter().rev().collect()
    }
}

fn number(metric: &'static Metric, labels: &[&str], number: f64) -> Reading {
    reading(metric, labels, State::Present(Value::Number(number)))
}

fn text(metric: &'static Metric, labels: &[&str], text: &str) -> Reading {
    reading(metric, labels, State::Present(Value::Text(text.to_owned())))
}

fn used(cpu_use: f64, memory_used: f64) -> Vec<Reading> {
    vec![
        number(&cpu::USE, &[], cpu_use),
        number(&memory::TOTAL, &[], f64::from(1 << 30)),
        number(&memory::USED, &[], memory_used * f64::from(1 << 30)),
    ]
}

fn service(state: &str) -> Vec<Reading> {
    vec![text(&service::STATE, &["web.service"], state)]
}

#[test]
fn entries_are_the_hosts_with_figures_and_status() {
    let mut scene = Scene::new();
    let (mut b, mut a) = (Origin::new("srv-b", 1), Origin::new("srv-a", 2));
    scene.frame(&mut b, &used(20.0, 0.25));
    scene.frame(&mut a, &used(70.0, 0.95));

    let shown: Vec<_> = scene.fleet.entries().iter().map(|entry| entry.host.name().as_str()).collect();
    assert_eq!(shown, ["srv-a", "srv-b"]);
    let entry = scene.fleet.named("srv-a").unwrap();
    assert_eq!(entry.summary.cpu_percent.current(), Some(70.0));
    assert_eq!(entry.assessment.status, Status::Critical);
    assert_eq!(scene.fleet.entry(b.id()).unwrap().host.name().as_str(), "srv-b");
    assert!(scene.fleet.named("srv").is_none());

    let totals = scene.fleet.totals();
    assert_eq!((totals.hosts, totals.count(Status::Ok), totals.count(Status::Critical)), (2, 1, 1));
    assert_eq!((totals.cpu_percent, totals.gpu_use_percent), (Some(45.0), None));
    assert!((totals.memory_used_bytes / totals.memory_total_bytes - 0.6).abs() < 0.01);
    let trace = scene.fleet.trace(a.id(), SeriesKey::new(&cpu::USE, &[]), scene.now).unwrap();
    assert_eq!(trace.samples(Duration::from_secs(9)).count(), 1);
}

#[test]
fn frames_without_news_and_changes_that_were_missed_come_with_the_view() {
    let mut scene = Scene::new();
    let (mut a, mut b, mut c) = (Origin::new("a", 1), Origin::new("b", 2), Origin::new("c", 3));
    let steady = used(20.0, 0.25);
    for origin in [&mut a, &mut c] {
        scene.frame(origin, &steady);
    }
    scene.live(&mut [(&mut a, &steady), (&mut c, &steady)], 30);
    assert_eq!(scene.fleet.named("a").unwrap().host.age_ms(scene.now), 0, "though nothing changed");
    let trace = scene.fleet.trace(a.id(), SeriesKey::new(&cpu::USE, &[]), scene.now).unwrap();
    assert_eq!(trace.samples(Duration::from_secs(99)).count(), 31);

    let (frame, changed) = (b.frame_of(&steady), a.frame_of(&used(90.0, 0.25)));
    scene.follower.handle_message(b"b", frame, scene.now);
    scene.follower.handle_message(b"a", changed, scene.now);
    while scene.follower.poll_change().is_some() {}
    scene.fleet.handle(&Change::Lagged(2), scene.now, WALL_S);
    scene.tick();
    assert_eq!(scene.fleet.entries().len(), 3);
    assert_eq!(scene.fleet.named("a").unwrap().summary.cpu_percent.current(), Some(90.0));

    scene.follower = Follower::new();
    scene.frame(&mut c.restarted(), &steady);
    scene.tick();
    assert_eq!(scene.fleet.entries().len(), 1, "those that are not in the view are gone");
    assert!(scene.fleet.trace(a.id(), SeriesKey::new(&cpu::USE, &[]), scene.now).is_none());
}

#[test]
fn a_host_grows_older_and_keeps_its_last_minutes() {
    let mut scene = Scene::new();
    let mut srv = Origin::new("srv", 1);
    scene.frame(&mut srv, &used(20.0, 0.25));
    scene.live(&mut [(&mut srv, &used(30.0, 0.25))], 20);
    scene.wait(12);
    let entry = scene.fleet.named("srv").unwrap();
    assert_eq!((entry.summary.freshness, entry.assessment.status), (Freshness::Silent, Status::Stale));
    assert_eq!(entry.summary.age_s.value, Some(12.0));
    assert_eq!(scene.told(), ["ok srv: was heard of first", "stale srv: fell silent"]);
    let trace = scene.fleet.trace(srv.id(), SeriesKey::new(&cpu::USE, &[]), scene.now).unwrap();
    assert_eq!(trace.samples(Duration::from_secs(60)).last().unwrap().age_s, 9, "its last, and 3 s more");

    scene.frame(&mut srv, &used(40.0, 0.25));
    assert_eq!(scene.told()[2..], ["ok srv: is there again"]);
    assert_eq!(scene.fleet.named("srv").unwrap().last_event.as_ref().unwrap().what, "is there again");
}

#[test]
fn a_host_that_is_met_by_an_old_keyframe_is_not_back_from_anywhere() {
    let mut scene = Scene::new();
    let mut srv = Origin::new("srv", 1);
    let failed = [number(&service::FAILED, &[], 1.0)];
    let keyframe = srv.frame_of(&failed);
    scene.hear(&srv, aged(&keyframe, Duration::from_secs(25)));
    let delta = srv.frame_of(&failed);
    scene.hear(&srv, delta);
    let entry = scene.fleet.named("srv").unwrap();
    assert_eq!((entry.summary.freshness, entry.assessment.findings.len()), (Freshness::Fresh, 1));
    assert_eq!(scene.told(), ["ok srv: was heard of first"]);

    scene.wait(12);
    scene.frame(&mut srv, &failed);
    assert_eq!(scene.told()[1..], ["stale srv: fell silent", "ok srv: is there again"]);
}

#[test]
fn who_joins_restarts_leaves_and_dies_is_told() {
    let mut scene = Scene::new();
    let (mut a, mut b) = (Origin::new("a", 1), Origin::new("b", 2));
    a.link(&[b.id()], &[]);
    b.link(&[a.id()], &[]);
    for origin in [&mut a, &mut b] {
        scene.frame(origin, &used(20.0, 0.25));
    }
    let mut a = a.restarted();
    a.link(&[b.id()], &[]);
    scene.frame(&mut a, &used(20.0, 0.25));
    b.link(&[], &[Lost { origin: a.id(), position: a.position() }]);
    scene.frame(&mut b, &used(20.0, 0.25));
    let leave = b.leave();
    scene.hear(&b, leave);
    assert_eq!(
        scene.told(),
        [
            "ok a: was heard of first",
            "ok b: was heard of first",
            "ok a: its agent was restarted",
            "critical a: is dead: most of its neighbours lost it",
            "unknown b: its agent took leave",
        ]
    );
    assert_eq!(scene.fleet.events_of(b.id()).count(), 2);
}

#[test]
fn hosts_that_were_there_before_do_not_join() {
    let mut scene = Scene::new();
    scene.now = scene.start + Duration::from_secs(1);
    let mut srv = Origin::new("srv", 1);
    scene.frame(&mut srv, &service("failed"));
    assert_eq!(scene.told(), [""; 0], "nor did the service fail just now");
    assert_eq!(scene.fleet.named("srv").unwrap().assessment.status, Status::Critical);
}

#[test]
fn two_hosts_of_one_name_are_told_of_and_shown_both() {
    let mut scene = Scene::new();
    let (mut first, mut second) = (Origin::new("srv", 1), Origin::new("srv", 2));
    scene.frame(&mut first, &used(20.0, 0.25));
    scene.frame(&mut second, &used(20.0, 0.25));
    assert_eq!(scene.fleet.entries().len(), 2);
    let conflict = "warning srv: another host claims the same name".to_owned();
    assert_eq!(scene.told().iter().filter(|told| **told == conflict).count(), 2);
    let leave = second.leave();
    scene.hear(&second, leave);
    assert!(scene.told().contains(&"ok srv: has its name for itself again".to_owned()));
}

#[test]
fn what_fails_is_told_at_once_and_what_recovers_when_that_lasts() {
    let mut scene = Scene::new();
    let mut srv = Origin::new("srv", 1);
    scene.frame(&mut srv, &service("active"));
    scene.live(&mut [(&mut srv, &service("active"))], 5);
    let failed_at_s = scene.wall_s() + 1.0;
    scene.live(&mut [(&mut srv, &service("failed"))], 5);
    let told = scene.told();
    assert_eq!(told.len(), 2);
    assert!(told[1].starts_with("critical srv: ") && told[1].contains("web"), "{told:?}");
    assert_eq!(scene.fleet.events().next().unwrap().at_s, failed_at_s);

    for _ in 0..10 {
        scene.live(&mut [(&mut srv, &service("active"))], 5);
        scene.live(&mut [(&mut srv, &service("failed"))], 5);
    }
    assert_eq!(scene.told().len(), 2, "it flickers");

    let gone_at_s = scene.wall_s();
    scene.live(&mut [(&mut srv, &service("active"))], FINDING_SETTLES.as_secs() + 1);
    let told = scene.told();
    assert_eq!((told.len(), &told[2]), (3, &told[1].replace("critical srv: ", "ok srv: over: ")));
    assert_eq!(scene.fleet.events().next().unwrap().at_s, gone_at_s);
}

#[test]
fn a_backup_that_becomes_stale_and_a_gpu_that_reports_errors_are_told() {
    let mut scene = Scene::new();
    let mut srv = Origin::new("srv", 1);
    let readings = |state, errors| {
        vec![
            text(&gpu::STATE, &["0"], "ok"),
            number(&gpu::XID, &["0"], if errors > 0.0 { 79.0 } else { 0.0 }),
            number(&gpu::XID_COUNT, &["0"], errors),
            text(&backup::STATE, &["nightly"], state),
        ]
    };
    for (state, errors) in [("ok", 0.0), ("ok", 0.0), ("stale", 0.0), ("stale", 1.0), ("stale", 2.0)] {
        scene.live(&mut [(&mut srv, &readings(state, errors))], 1);
    }
    let told = scene.told();
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[1].contains("nightly"), "{told:?}");
    assert!(told[2].contains("79") && told[3] == told[2], "{told:?}");
}

#[test]
fn a_host_to_which_too_much_happens_does_not_fill_the_log() {
    let mut scene = Scene::new();
    let (mut srv, mut other) = (Origin::new("srv", 1), Origin::new("other", 2));
    scene.frame(&mut other, &used(20.0, 0.25));
    for _ in 0..100 {
        srv = srv.restarted();
        scene.live(&mut [(&mut srv, &used(20.0, 0.25))], 1);
    }
    let told = scene.told();
    let restarts = told.iter().filter(|told| told.contains("restarted")).count();
    let burst = usize::try_from(EVENTS_BURST).unwrap();
    assert!((burst..burst + 12).contains(&restarts), "{restarts}");
    assert!(told.iter().any(|told| told == "warning srv: more happens than is told"));
    assert!(told[0].contains("other"));
}

#[test]
fn an_agent_that_is_lost_and_found_is_told_once() {
    let mut scene = Scene::new();
    let attached = |now| Connection::Attached { endpoint: "127.0.0.1:6130".parse().unwrap(), since: now };
    let lost = |now| Connection::Unreachable { attempts: Vec::new(), since: now };
    for connection in [attached, lost, lost, attached].map(|of: fn(Instant) -> Connection| of(scene.now)) {
        scene.fleet.handle(&Change::Connection(connection), scene.now, WALL_S);
    }
    assert_eq!(scene.told().len(), 3);
    assert_eq!(scene.told()[1], "critical no agent answers");
}

#[test]
fn an_order_filters_sorts_and_groups() {
    let mut scene = Scene::new();
    for (name, key, cpu_use, memory_used) in [("a", 1, 30.0, 0.2), ("b", 2, 90.0, 0.95), ("c", 3, 50.0, 0.2)]
    {
        scene.frame(&mut Origin::new(name, key), &used(cpu_use, memory_used));
    }
    let by_cpu = Sort::by(SortKey::Measure(Measure::Cpu));
    let all = scene.fleet.order(&Filter::default(), by_cpu, None);
    assert_eq!((all.len(), all[0].name.as_str(), &all[0].hosts[..]), (1, "", &[1, 2, 0][..]));
    let some = scene.fleet.order(&Filter::parse("cpu<80").unwrap(), by_cpu.reversed(), None);
    assert_eq!(some[0].hosts, [0, 2]);
    let by_name = Sort { key: SortKey::Host, direction: Direction::Ascending };
    let groups = scene.fleet.order(&Filter::default(), by_name, Some(GroupKey::Status));
    let named: Vec<_> = groups.iter().map(|section| (section.name.as_str(), &section.hosts[..])).collect();
    assert_eq!(named, [("critical", &[1][..]), ("ok", &[0, 2][..])]);
    assert_eq!(scene.fleet.totals_of(&groups[1].hosts).cpu_percent, Some(40.0));
}

#[test]
fn the_past_of_a_dead_host_is_shown_with_it() {
    let mut scene = Scene::new();
    let mut srv = Origin::new("srv", 1);
    let frames: Vec<Bytes> = (0..10).map(|second| srv.frame_of(&used(f64::from(second * 10), 0.2))).collect();
    let keyframe = aged(&frames[0], Duration::from_secs(109));
    scene.hear(&srv, keyframe);
    scene.hear(&srv, aged(&frames[9], Duration::from_secs(100)));
    for (age_s, frame) in (100..=109).rev().zip(&frames) {
        let frame = aged(frame, Duration::from_secs(age_s));
        scene.follower.handle_message(b"history/srv", frame, scene.now);
    }
    scene.fold();
    let entry = scene.fleet.named("srv").unwrap();
    assert_eq!(entry.summary.freshness, Freshness::Silent);
    assert!(Arc::ptr_eq(&entry.host, scene.follower.view().host("srv").unwrap()));
    let trace = scene.fleet.trace(srv.id(), SeriesKey::new(&cpu::USE, &[]), scene.now).unwrap();
    let values: Vec<f64> =
        trace.samples(Duration::from_secs(600)).map(|sample| sample.value).take(10).collect();
    assert_eq!(values, [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]);
}
