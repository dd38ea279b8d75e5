use super::*;
use grapevine_proto::{State as Shown, Value};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The collector with a folder of its own and a clock that stands still until it is moved.
struct Desk {
    folder: tempfile::TempDir,
    clock: Arc<AtomicU64>,
    collector: Backups,
    sample: Sample,
}

impl Desk {
    fn new(jobs: impl FnOnce(&Path) -> Vec<Job>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(AtomicU64::new(2_000_000_000));
        let shown = Arc::clone(&clock);
        let context = Context {
            backup: Settings {
                jobs: jobs(folder.path()),
                reports: folder.path().to_owned(),
                cache: folder.path().join("cache"),
                ..Settings::default()
            },
            wall_clock: Arc::new(move || shown.load(Ordering::Relaxed)),
            ..Context::of_this_machine()
        };
        let collector = Backups::new(&context);
        Self { folder, clock, collector, sample: Sample::default() }
    }

    fn drop_file(&self, name: &str, text: &str) {
        let new = self.folder.path().join(".new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, self.folder.path().join(name)).unwrap();
    }

    fn later(&self, seconds: u64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    /// The reading of a job as text; `-` if it is absent.
    fn read(&mut self, metric: &str, job: &str) -> String {
        self.sample.pass(0, &mut self.collector).unwrap();
        let mut readings = self.sample.readings();
        let reading = readings
            .find(|reading| {
                reading.metric.name == metric && reading.labels.iter().next().unwrap_or("") == job
            })
            .unwrap_or_else(|| panic!("no {metric} of {job}"));
        match &reading.state {
            Shown::Present(Value::Text(text)) => text.clone(),
            Shown::Present(Value::Number(number)) => number.to_string(),
            _ => "-".to_owned(),
        }
    }

    fn state(&mut self, job: &str) -> String {
        self.read("backup.state", job)
    }
}

fn job(name: &str, source: Source) -> Job {
    Job { name: name.into(), tool: None, repository: None, max_age_s: 1000, source }
}

#[test]
fn a_job_drops_a_report_and_grows_stale() {
    let mut desk = Desk::new(|_| Vec::new());
    desk.drop_file("home.json", r#"{"state": "ok", "finished": 1600000000, "max_age_seconds": 500000000}"#);
    assert_eq!(desk.state("home"), "ok");
    desk.later(100_000_001);
    assert_eq!(desk.state("home"), "stale");
    desk.drop_file("home.json", r#"{"state": "fail", "message": "no space left"}"#);
    assert_eq!(
        (desk.state("home"), desk.read("backup.message", "home")),
        ("fail".into(), "no space left".into())
    );
}

#[test]
fn a_report_that_breaks_leaves_what_was_known_to_grow_stale() {
    let mut desk = Desk::new(|_| vec![job("home", Source::Report)]);
    assert_eq!(
        (desk.state("home").as_str(), desk.read("backup.message", "home").as_str()),
        ("unknown", "no report yet")
    );
    // The file is as old as the test, years before this clock.
    desk.drop_file("home.json", r#"{"state": "ok", "finished": 1700000000}"#);
    assert_eq!(desk.state("home"), "stale");
    desk.drop_file("home.json", "{");
    assert_eq!(desk.read("backup.last_success", "home"), "1700000000");
    assert!(desk.read("backup.message", "home").starts_with("home.json: EOF"));
    std::fs::remove_file(desk.folder.path().join("home.json")).unwrap();
    assert_eq!(desk.state("home"), "stale");
}

#[test]
fn a_textfile_is_a_source() {
    let mut desk = Desk::new(|folder| vec![job("etc", Source::Textfile(folder.join("backup.prom")))]);
    desk.drop_file("backup.prom", "backup_success{job=\"etc\"} 0\nbackup_files{job=\"etc\"} 12\n");
    assert_eq!((desk.state("etc").as_str(), desk.read("backup.files", "etc").as_str()), ("fail", "12"));
    desk.drop_file("backup.prom", "backup_success{job=\"etc\"} 1\n");
    assert_eq!(desk.state("etc"), "stale", "the file is older than this clock");
}

#[test]
fn jobs_without_end_are_not_all_told() {
    let mut desk = Desk::new(|_| vec![job("named", Source::Report)]);
    for number in 0..JOBS_MAX + 8 {
        desk.drop_file(&format!("job{number:03}.json"), r#"{"exit_code": 0}"#);
    }
    desk.drop_file("two words.json", r#"{"exit_code": 0}"#);
    assert_eq!(desk.read("backup.jobs", ""), JOBS_MAX.to_string());
    assert_eq!(desk.read("backup.jobs.left_out", ""), "10");
    assert_eq!(desk.state("named"), "unknown");
}

#[test]
fn a_host_without_backups_tells_nothing() {
    let mut desk = Desk::new(|_| Vec::new());
    desk.sample.pass(0, &mut desk.collector).unwrap();
    assert_eq!(desk.sample.readings().len(), 0);
}
