//! A systemd of the test's own, and the collector in it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use grapevine_collectors::process::{Job, Runner};
use grapevine_collectors::{Collector, Context, REGISTRY, Roots, Sample, backup, service};

/// Runs `test`, whose name is `name`, under a systemd of its own; says why not, where that cannot be had.
pub(crate) fn in_a_world_of_its_own(name: &str, test: impl FnOnce()) {
    if Path::new("/run/systemd/system/under-test.service").exists() {
        return test();
    }
    // All worlds share the machine's control groups.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/boot-systemd.sh");
    let program = std::env::current_exe().unwrap();
    let arguments = [program.to_str().unwrap(), "--exact", name, "--nocapture"];
    let program = script.to_str().unwrap();
    let job = Job { program, arguments: &arguments, deadline: DEADLINE, stdout_bytes_max: 1 << 20 };
    let finished = Runner::default().run(&job).unwrap();
    println!("{}", String::from_utf8_lossy(&finished.stdout));
    match finished.code {
        Some(0) => {}
        Some(77) => eprintln!("skipped: {}", finished.complaint),
        code => panic!("{name} under systemd: {code:?}: {}", finished.complaint),
    }
}

/// The collector of services, run again and again.
pub(crate) struct World {
    collector: Box<dyn Collector>,
    sample: Sample,
    began: Instant,
    stopped_at_ms: Option<u64>,
}

impl World {
    /// The collector with these services included.
    pub(crate) fn new(include: &[&str]) -> Self {
        Self::with_roots(include, Roots::default())
    }

    /// The same on a machine whose control groups are out of sight.
    pub(crate) fn without_groups(include: &[&str]) -> Self {
        Self::with_roots(include, Roots { sys: "/nowhere".into(), ..Roots::default() })
    }

    fn with_roots(include: &[&str], roots: Roots) -> Self {
        let include = include.iter().map(|pattern| pattern.parse().unwrap()).collect();
        let services = service::Settings { include, ..service::Settings::default() };
        let context = Context { services, roots, ..Context::of_this_machine() };
        let entry = REGISTRY.iter().find(|entry| entry.name == "service").unwrap();
        let collector = (entry.build)(&context);
        Self { collector, sample: Sample::default(), began: Instant::now(), stopped_at_ms: None }
    }

    /// The collector of backups with a service as the only job, named `nightly`.
    pub(crate) fn of_backup(service: &str) -> Self {
        let source = backup::Source::Unit(service.to_owned());
        let job =
            backup::Job { name: "nightly".into(), tool: None, repository: None, max_age_s: 3600, source };
        let backup = backup::Settings { jobs: vec![job], ..backup::Settings::default() };
        let context = Context { backup, ..Context::of_this_machine() };
        let entry = REGISTRY.iter().find(|entry| entry.name == "backup").unwrap();
        let collector = (entry.build)(&context);
        Self { collector, sample: Sample::default(), began: Instant::now(), stopped_at_ms: None }
    }

    /// Puts the clock forward, so that what is asked now and then is asked.
    pub(crate) fn skip(&mut self, time: Duration) {
        self.began -= time;
    }

    /// From now on all passes fall within one second.
    pub(crate) fn stop_clock(&mut self) {
        self.stopped_at_ms = Some(self.now_ms());
    }

    pub(crate) fn pass(&mut self) {
        let now_ms = self.now_ms();
        self.sample.pass(now_ms, self.collector.as_mut()).unwrap();
    }

    /// Passes until `is_so`.
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            self.pass();
            if is_so(self) {
                return;
            }
            assert!(Instant::now() < deadline, "{what}: {:#?}", self.lines());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn number(&self, metric: &str, label: &str) -> Option<f64> {
        self.reading(metric, label)?.state.number()
    }

    pub(crate) fn text(&self, metric: &str, label: &str) -> Option<String> {
        match self.reading(metric, label)?.state.value()? {
            grapevine_proto::Value::Text(text) => Some(text.clone()),
            grapevine_proto::Value::Number(_) => None,
        }
    }

    /// How many readings of a metric there are.
    pub(crate) fn count(&self, metric: &str) -> usize {
        self.sample.readings().filter(|reading| reading.metric.name == metric).count()
    }

    fn lines(&self) -> Vec<String> {
        let line = |reading: &grapevine_proto::Reading| {
            format!("{} {:?} {:?}", reading.metric.name, reading.labels, reading.state)
        };
        self.sample.readings().map(line).collect()
    }

    fn reading(&self, metric: &str, label: &str) -> Option<&grapevine_proto::Reading> {
        let mut readings = self.sample.readings();
        readings.find(|one| one.metric.name == metric && one.labels.iter().next().unwrap_or("") == label)
    }

    fn now_ms(&self) -> u64 {
        let real_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap();
        self.stopped_at_ms.map_or(real_ms, |at_ms| real_ms.min(at_ms + 999))
    }
}

const DEADLINE: Duration = Duration::from_secs(170);
