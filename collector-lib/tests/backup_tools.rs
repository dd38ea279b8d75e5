//! Repositories of the real borg and restic, asked by the collector.
//!
//! Where one of them is not installed, its tests say so and are skipped.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may panic, and say what they skip")]

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use grapevine_collectors::backup::{Job, Query, Settings, Source, Tool};
use grapevine_collectors::process::{self, Background, Ended, Runner};
use grapevine_collectors::{Collector, Context, REGISTRY, Sample};
use grapevine_proto::Value;

/// A repository, something to back up, and a collector that asks for it.
struct Shelf {
    tool: Tool,
    folder: tempfile::TempDir,
    runner: Arc<Runner>,
    ahead_s: Arc<AtomicU64>,
    collector: Box<dyn Collector>,
    sample: Sample,
    now_ms: u64,
}

impl Shelf {
    /// With an empty repository, or none if the tool is not there.
    fn new(tool: Tool, sizes: bool) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let runner = Arc::new(std::env::var_os("PATH").map_or_else(Runner::default, Runner::new));
        let ahead_s = Arc::new(AtomicU64::new(0));
        let query = Query {
            tool,
            repository: folder.path().join("repository").display().to_string(),
            passphrase_file: Some(folder.path().join("pass 'phrase'")),
            sizes,
            interval_s: 3600,
            timeout_s: 120,
        };
        let job = Job {
            name: "home".into(),
            tool: None,
            repository: None,
            max_age_s: 3600,
            source: Source::Repository(query),
        };
        let ahead = Arc::clone(&ahead_s);
        let context = Context {
            backup: Settings {
                jobs: vec![job],
                reports: folder.path().join("reports"),
                cache: folder.path().join("cache"),
                ..Settings::default()
            },
            runner: Arc::clone(&runner),
            wall_clock: Arc::new(move || {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
                now.as_secs() + ahead.load(Ordering::Relaxed)
            }),
            ..Context::of_this_machine()
        };
        let entry = REGISTRY.iter().find(|entry| entry.name == "backup").unwrap();
        let collector = (entry.build)(&context);
        let shelf = Self { tool, folder, runner, ahead_s, collector, sample: Sample::default(), now_ms: 0 };
        shelf.passphrase("correct horse");
        std::fs::create_dir(shelf.path("source")).unwrap();
        std::fs::write(shelf.path("source/file"), "something to keep").unwrap();
        let program = tool.program();
        if shelf.try_start(&["--version"], program).is_none()
            && shelf.try_start(&["version"], program).is_none()
        {
            println!("skipped: {program} is not installed");
            return None;
        }
        match tool {
            Tool::Borg => shelf.run(&["init", "--encryption", "repokey"]),
            Tool::Restic => shelf.run(&["init"]),
        };
        Some(shelf)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn passphrase(&self, text: &str) {
        let path = self.path("pass 'phrase'");
        std::fs::write(&path, format!("{text}\n")).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
    }

    fn back_up(&self) {
        match self.tool {
            Tool::Borg => self.run(&["create", "::one", &self.path("source").display().to_string()]),
            Tool::Restic => self.run(&["backup", &self.path("source").display().to_string()]),
        };
    }

    /// Runs the tool to its end as the job would.
    fn run(&self, arguments: &[&str]) -> Ended {
        let mut running = self.try_start(arguments, self.tool.program()).unwrap();
        let until = Instant::now() + SOON;
        loop {
            match running.look() {
                Some(ended) => {
                    let ended = ended.unwrap();
                    assert_eq!(ended.code, Some(0), "{arguments:?}: {}", ended.complaints);
                    return ended;
                }
                None => assert!(Instant::now() < until, "{arguments:?} does not end"),
            }
            std::thread::yield_now();
        }
    }

    fn try_start(&self, arguments: &[&str], program: &str) -> Option<Background> {
        // The job's own environment, in a zone that is far from that of the collector.
        let own = self.path("own");
        std::fs::create_dir_all(&own).unwrap();
        std::fs::write(self.path("right"), "correct horse\n").unwrap();
        let (repository, secret) = (self.path("repository"), self.path("right"));
        let command = format!("cat {}", secret.display());
        let environment: [(&str, &OsStr); 8] = [
            ("BORG_REPO", repository.as_os_str()),
            ("BORG_BASE_DIR", own.as_os_str()),
            ("BORG_PASSCOMMAND", OsStr::new(&command)),
            ("RESTIC_REPOSITORY", repository.as_os_str()),
            ("RESTIC_PASSWORD_FILE", secret.as_os_str()),
            ("RESTIC_CACHE_DIR", own.as_os_str()),
            ("HOME", own.as_os_str()),
            ("TZ", OsStr::new("JST-9")),
        ];
        let job = process::Job { program, arguments, deadline: SOON, stdout_bytes_max: 1 << 20 };
        self.runner.start(&job, &environment).ok()
    }

    /// Lets the collector ask until the job is in this state, with a message that begins so.
    fn becomes(&mut self, state: &str, message: &str) {
        self.now_ms += 3_600_000;
        let until = Instant::now() + SOON;
        while !(self.state() == state && self.message().starts_with(message)) {
            let (found, says) = (self.text("backup.state"), self.message());
            assert!(Instant::now() < until, "{found}, {says:?} instead of {state}, {message:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn message(&self) -> String {
        self.text("backup.message")
    }

    fn text(&self, metric: &str) -> String {
        let mut readings = self.sample.readings();
        match readings.find(|reading| reading.metric.name == metric).and_then(|reading| reading.state.value())
        {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            None => String::new(),
        }
    }

    fn state(&mut self) -> String {
        self.sample.pass(self.now_ms, &mut *self.collector).unwrap();
        self.text("backup.state")
    }
}

fn succeeds_and_grows_stale(tool: Tool) {
    let Some(mut shelf) = Shelf::new(tool, false) else { return };
    shelf.becomes("stale", "no backup yet");
    let before = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    shelf.back_up();
    shelf.becomes("ok", "");
    let success: u64 = shelf.text("backup.last_success").parse().unwrap();
    assert!((before..=before + 120).contains(&success), "{success} is not just after {before}");
    assert_eq!(shelf.text("backup.tool"), tool.program());
    shelf.ahead_s.store(3600 + 120, Ordering::Relaxed);
    assert_eq!(shelf.state(), "stale");
}

fn tells_a_wrong_passphrase_and_a_lost_repository(tool: Tool) {
    let Some(mut shelf) = Shelf::new(tool, false) else { return };
    shelf.back_up();
    shelf.becomes("ok", "");
    let success = shelf.text("backup.last_success");
    shelf.passphrase("battery staple");
    shelf.becomes("unknown", "the passphrase is wrong");
    assert!(!shelf.message().contains("battery"));
    assert_eq!(shelf.text("backup.last_success"), success, "what was known stays");
    std::fs::set_permissions(shelf.path("pass 'phrase'"), PermissionsExt::from_mode(0o644)).unwrap();
    shelf.becomes("unknown", "passphrase file");
    assert!(shelf.message().ends_with("is open to others: chmod 600 it"), "{}", shelf.message());
    shelf.passphrase("correct horse");
    std::fs::rename(shelf.path("repository"), shelf.path("elsewhere")).unwrap();
    shelf.becomes("fail", "there is no repository");
    std::fs::rename(shelf.path("elsewhere"), shelf.path("repository")).unwrap();
    shelf.becomes("ok", "");
}

#[test]
fn borg_succeeds_and_grows_stale() {
    succeeds_and_grows_stale(Tool::Borg);
}

#[test]
fn restic_succeeds_and_grows_stale() {
    succeeds_and_grows_stale(Tool::Restic);
}

#[test]
fn borg_tells_a_wrong_passphrase_and_a_lost_repository() {
    tells_a_wrong_passphrase_and_a_lost_repository(Tool::Borg);
}

#[test]
fn restic_tells_a_wrong_passphrase_and_a_lost_repository() {
    tells_a_wrong_passphrase_and_a_lost_repository(Tool::Restic);
}

#[test]
fn borg_tells_sizes_where_it_is_asked_for_them() {
    let Some(mut shelf) = Shelf::new(Tool::Borg, true) else { return };
    shelf.back_up();
    shelf.becomes("ok", "");
    assert_eq!(shelf.text("backup.files"), "1");
    assert_eq!(shelf.text("backup.bytes_read"), "something to keep".len().to_string());
}

/// Waits until a file is in the folder.
fn await_entry(folder: &Path) {
    let until = Instant::now() + SOON;
    while std::fs::read_dir(folder).map_or(0, Iterator::count) == 0 {
        assert!(Instant::now() < until, "nothing appears in {}", folder.display());
        std::thread::yield_now();
    }
}

#[test]
fn borg_at_work_is_running() {
    let Some(mut shelf) = Shelf::new(Tool::Borg, false) else { return };
    shelf.back_up();
    shelf.becomes("ok", "");
    // A backup that does not end: its standard input is a pipe that nobody closes.
    let script = "mkfifo $HOME/pipe && (sleep 600 > $HOME/pipe & exec borg create ::two - < $HOME/pipe)";
    let at_work = shelf.try_start(&["-c", script], "sh").unwrap();
    await_entry(&shelf.path("repository/lock.exclusive"));
    shelf.becomes("running", "the repository is locked");
    shelf.ahead_s.store(3600 + 120, Ordering::Relaxed);
    assert_eq!(shelf.state(), "stale", "a run that never ends is no backup");
    drop(at_work);
}

#[test]
fn restic_at_work_is_running() {
    let Some(mut shelf) = Shelf::new(Tool::Restic, false) else { return };
    shelf.back_up();
    shelf.becomes("ok", "");
    // Checks lock others out; this one is held up by a pack that is a pipe without a writer.
    let packs = shelf.path("repository/data");
    let script = format!(
        "pack=$(find {} -type f | head -n 1) && rm -f $pack && mkfifo $pack && exec restic check --read-data --no-cache",
        packs.display()
    );
    let at_work = shelf.try_start(&["-c", &script], "sh").unwrap();
    await_entry(&shelf.path("repository/locks"));
    shelf.becomes("running", "the repository is locked");
    drop(at_work);
}

#[test]
fn a_tool_that_hangs_passes_its_deadline_and_the_next_one_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in [("borg", "#!/bin/sh\nexec sleep 600\n"), ("restic", "#!/bin/sh\necho '[]'\n")] {
        let path = folder.path().join(name);
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let query = |tool, timeout_s| Query {
        tool,
        repository: "rest:https://ann:hunter2@nas/".into(),
        passphrase_file: None,
        sizes: false,
        interval_s: 3600,
        timeout_s,
    };
    let job = |name: &str, query| Job {
        name: name.into(),
        tool: None,
        repository: None,
        max_age_s: 60,
        source: Source::Repository(query),
    };
    let search_path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap_or_default());
    let context = Context {
        backup: Settings {
            jobs: vec![job("first", query(Tool::Borg, 1)), job("second", query(Tool::Restic, 60))],
            reports: folder.path().join("reports"),
            cache: folder.path().join("cache"),
            ..Settings::default()
        },
        runner: Arc::new(Runner::new(search_path)),
        ..Context::of_this_machine()
    };
    let entry = REGISTRY.iter().find(|entry| entry.name == "backup").unwrap();
    let (mut collector, mut sample) = ((entry.build)(&context), Sample::default());
    let until = Instant::now() + SOON;
    loop {
        sample.pass(0, &mut *collector).unwrap();
        let text: String = sample.readings().map(|reading| format!("{:?}\n", reading.state)).collect();
        assert!(!text.contains("hunter2"), "no password is told");
        if text.contains("no backup yet") {
            assert!(text.contains("borg took longer than 1s and was ended"), "{text}");
            return;
        }
        assert!(Instant::now() < until, "{text}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Far beyond what anything here takes.
const SOON: Duration = Duration::from_secs(60);
