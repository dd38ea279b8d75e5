//! What a demonstration sends is what an agent would send.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_demo::{DIES_AFTER_S, Demo, DemoOptions, Message, Scenario, is_demo};
use grapevine_sub::{Change, Follower, Freshness, Host};

/// A follower that hears a fleet.
struct Story {
    demo: Demo,
    follower: Follower,
    began: Instant,
    past: Vec<Arc<Host>>,
}

impl Story {
    fn of(options: &DemoOptions) -> Self {
        let demo = Demo::new(options);
        Self { demo, follower: Follower::new(), began: Instant::now(), past: Vec::new() }
    }

    fn until(&mut self, seconds: u64) -> &mut Self {
        let past = self.demo.take_past();
        self.hear(past);
        for second in 0..=seconds {
            let messages = self.demo.advance(Duration::from_secs(second));
            self.hear(messages);
            self.follower.handle_tick(self.began + Duration::from_secs(second));
            self.take_changes();
        }
        self
    }

    fn hear(&mut self, messages: Vec<Message>) {
        for Message { at, name, frame } in messages {
            self.follower.handle_message(name.as_bytes(), frame, self.began + at);
            self.take_changes();
        }
    }

    fn take_changes(&mut self) {
        while let Some(change) = self.follower.poll_change() {
            if let Change::Past(host) = change {
                self.past.push(host);
            }
        }
    }

    fn hosts(&self) -> Vec<Arc<Host>> {
        self.follower.view().hosts().to_vec()
    }

    fn host(&self, name: &str) -> Arc<Host> {
        Arc::clone(self.follower.view().host(name).unwrap())
    }
}

fn options(hosts: usize, scenario: Scenario) -> DemoOptions {
    DemoOptions { hosts, scenario, ..DemoOptions::default() }
}

#[test]
fn the_same_seed_gives_the_same_bytes_however_time_is_cut() {
    let options = DemoOptions { past: Duration::from_secs(5), ..options(9, Scenario::Mixed) };
    let mut at_once = Demo::new(&options);
    let mut step_by_step = Demo::new(&options);
    assert_eq!(at_once.take_past(), step_by_step.take_past());
    let whole = at_once.advance(Duration::from_secs(40));
    let steps = (0..=400).flat_map(|step| step_by_step.advance(Duration::from_millis(step * 100)));
    assert_eq!(whole, steps.collect::<Vec<Message>>());
    let other = Demo::new(&DemoOptions { seed: 2, ..options }).advance(Duration::from_secs(40));
    assert_ne!(whole, other);
}

#[test]
fn every_frame_of_every_scenario_is_genuine_and_labelled() {
    for scenario in Scenario::ALL {
        let mut story = Story::of(&options(21, scenario));
        story.until(35);
        assert_eq!(story.follower.view().counters().faults_total(), 0, "{scenario}");
        assert_eq!(story.hosts().len(), 21, "{scenario}");
        for host in &story.hosts() {
            assert!(is_demo(host.identity()), "{scenario}: {}", host.name());
            assert_eq!(host.identity().groups[0], "demo");
            assert!(host.text("host.name").is_some());
        }
    }
}

#[test]
fn figures_stay_within_what_the_hardware_has() {
    for seed in 1..4 {
        let mut story = Story::of(&DemoOptions { seed, ..options(12, Scenario::Degraded) });
        for seconds in [1, 30, 90, 240] {
            story.until(seconds);
            story.hosts().iter().for_each(|host| check_figures(host));
        }
    }
}

fn check_figures(host: &Host) {
    let mut numbers = BTreeMap::new();
    for reading in host.readings() {
        let Some(number) = reading.state.number() else { continue };
        let labels: Vec<&str> = reading.labelled().map(|(_, value)| value).collect();
        let name = format!("{}: {} {labels:?}", host.name(), reading.metric.name);
        assert!(number.is_finite() && number >= 0.0, "{name} is {number}");
        if reading.metric.unit.as_str() == "percent" && !may_pass_100(&reading.metric.name) {
            assert!(number <= 100.0, "{name} is {number} %");
        }
        if reading.metric.unit.as_str() == "celsius" {
            assert!((15.0..110.0).contains(&number), "{name} is {number} °C");
        }
        numbers.insert((reading.metric.name.to_string(), labels.join(",")), number);
    }
    for (part, whole) in WITHIN {
        for ((metric, labels), number) in &numbers {
            if metric != part {
                continue;
            }
            if let Some(whole) = numbers.get(&(whole.to_string(), labels.clone())) {
                assert!(number <= whole, "{}: {part} {labels} is {number} of {whole}", host.name());
            }
        }
    }
}

fn may_pass_100(metric: &str) -> bool {
    // 100 is one core.
    ["service.cpu", "container.cpu", "process.cpu", "agent.cpu"].iter().any(|cpu| metric.starts_with(cpu))
}

const WITHIN: [(&str, &str); 14] = [
    ("memory.used", "memory.total"),
    ("memory.available", "memory.total"),
    ("memory.cached", "memory.available"),
    ("memory.swap.used", "memory.swap.total"),
    ("memory.zram.original", "memory.zram.size"),
    ("memory.tmpfs.used", "memory.tmpfs.size"),
    ("gpu.memory.used", "gpu.memory.total"),
    ("gpu.memory.free", "gpu.memory.total"),
    ("gpu.power", "gpu.power.limit"),
    ("gpu.pool.resident", "gpu.pool.total"),
    ("disk.space.used", "disk.space.size"),
    ("service.memory", "service.memory.limit"),
    ("service.disk.used", "service.disk.quota"),
    ("container.memory", "container.memory.limit"),
];

#[test]
fn what_belongs_together_moves_together() {
    let mut story = Story::of(&options(2, Scenario::Healthy));
    let mut busy: Vec<(f64, f64)> = Vec::new();
    let mut changes = 0;
    for second in 1..1800 {
        let messages = story.demo.advance(Duration::from_secs(second));
        story.hear(messages);
        let host = story.host("ws-01");
        let of = |metric: &str| host.readings_of(metric).next().unwrap().state.number().unwrap();
        let power = of("gpu.power");
        changes += usize::from(busy.last().is_some_and(|(_, before)| (before - power).abs() > 30.0));
        busy.push((of("gpu.use"), power));
    }
    let median = |mut power: Vec<f64>| {
        power.sort_by(f64::total_cmp);
        *power.get(power.len() / 2).unwrap()
    };
    let of = |range: std::ops::Range<f64>| -> Vec<f64> {
        busy.iter().filter(|(busy, _)| range.contains(busy)).map(|(_, power)| *power).collect()
    };
    let (idle, working) = (of(0.0..10.0), of(60.0..101.0));
    assert!(
        idle.len() > 60 && working.len() > 60,
        "it both rests and works: {} {}",
        idle.len(),
        working.len()
    );
    assert!(median(working) > median(idle) + 100.0, "work takes power");
    assert!(changes > 0, "jobs start and stop");
}

#[test]
fn the_past_is_ten_minutes_of_each_host_and_meets_the_present() {
    let options = DemoOptions { past: Duration::from_secs(600), ..options(2, Scenario::Healthy) };
    let mut story = Story::of(&options);
    story.until(0);
    let now = story.began;
    let names: Vec<_> = story.hosts().iter().map(|host| host.name().clone()).collect();
    assert_eq!(names.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["spark-01", "ws-01"]);
    let of_first: Vec<_> = story.past.iter().filter(|host| host.name().as_str() == "spark-01").collect();
    let ages: Vec<u64> = of_first.iter().map(|host| host.age_ms(now) / 1000).collect();
    assert_eq!(ages, (1..=600).rev().collect::<Vec<u64>>());
    let live = story.host("spark-01");
    assert_eq!(live.position().sequence, of_first.last().unwrap().position().sequence + 1);
}

#[test]
fn a_host_that_stops_is_dead_by_the_word_of_its_neighbours() {
    let mut story = Story::of(&options(8, Scenario::Dead));
    let freshness = |story: &Story, seconds: u64| {
        let host = story.host("ws-01");
        host.freshness(story.began + Duration::from_secs(seconds))
    };
    story.until(DIES_AFTER_S - 1);
    assert_eq!(freshness(&story, DIES_AFTER_S - 1), Freshness::Fresh);
    story.until(DIES_AFTER_S + 4);
    assert_eq!(freshness(&story, DIES_AFTER_S + 4), Freshness::Dead);
    let hosts = story.hosts();
    let others = hosts.iter().filter(|host| host.name().as_str() != "ws-01");
    assert!(others.clone().all(|host| host.freshness(story.began) == Freshness::Fresh));
    assert!(others.filter(|host| !host.links().lost.is_empty()).count() >= 2);
}

#[test]
fn a_host_that_comes_back_is_fresh_again() {
    let mut story = Story::of(&options(12, Scenario::Mixed));
    story.until(DIES_AFTER_S * 2 + 5);
    let dead = |story: &Story| -> Vec<_> {
        let hosts = story.hosts().into_iter();
        hosts
            .filter(|host| host.freshness(story.began) == Freshness::Dead)
            .map(|host| host.name().clone())
            .collect()
    };
    let gone: Vec<_> = dead(&story);
    assert_eq!(gone.len(), 1);
    story.until(DIES_AFTER_S * 6 + 5);
    assert_eq!(dead(&story), []);
    assert_eq!(story.host(gone[0].as_str()).position().epoch, 2);
}

#[test]
fn two_hosts_claim_a_name_in_the_conflict() {
    let mut story = Story::of(&options(8, Scenario::Conflict));
    story.until(2);
    let in_conflict = story.hosts().iter().filter(|host| host.in_conflict()).count();
    assert_eq!(in_conflict, 2);
}

#[test]
fn kinds_have_what_their_scenarios_are_about() {
    let mut story = Story::of(&options(3, Scenario::Gb10));
    story.until(1);
    assert!(story.hosts().iter().all(|host| {
        host.readings_of("gpu.name").all(|name| name.state.text() == Some("NVIDIA GB10"))
            && host.readings_of("gpu.pool.total").count() == 1
    }));
    let mut story = Story::of(&options(9, Scenario::NoGpu));
    story.until(1);
    assert!(story.hosts().iter().all(|host| host.readings_of("gpu.state").count() == 0));
    let mut story = Story::of(&options(8, Scenario::Degraded));
    story.until(1);
    let ws = story.host("ws-01");
    let texts = |metric: &str| -> Vec<String> {
        ws.readings_of(metric).map(|reading| reading.state.text().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("gpu.state"), ["ok", "lost"]);
    assert!(texts("service.state").contains(&"failed".to_owned()));
    assert_eq!(texts("backup.state"), ["stale"]);
    assert!(ws.readings_of("smart.wear").any(|wear| wear.state.number() == Some(97.0)));
    assert!(ws.readings_of("gpu.xid").any(|xid| xid.state.number() == Some(79.0)));
}

#[test]
fn links_are_mutual_and_hops_grow_with_distance() {
    let mut story = Story::of(&options(40, Scenario::Healthy));
    story.until(1);
    let hosts = story.hosts();
    for host in &hosts {
        assert!((2..=12).contains(&host.links().up.len()), "{}", host.links().up.len());
        for neighbour in &host.links().up {
            let neighbour = hosts.iter().find(|other| other.origin() == *neighbour).unwrap();
            assert!(neighbour.links().up.contains(&host.origin()));
        }
    }
    let far = hosts.iter().map(|host| host.hops()).max().unwrap();
    assert!((2..10).contains(&far), "{far}");
}
