//! A machine whose smartctl is a script, and whose kernel is a directory of files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use grapevine_collectors::process::{Job, Runner};
use grapevine_collectors::smart::{Settings, Source};
use grapevine_collectors::{CollectError, Collector, Context, REGISTRY, Roots, Sample};
use grapevine_proto::{Absence, State, Value};
use serde_json::json;

/// A machine with drives that a stand-in for smartctl answers for.
pub(crate) struct Machine {
    folder: tempfile::TempDir,
    pub(crate) settings: Settings,
    /// Where programs are looked for.
    pub(crate) search_path: String,
}

impl Machine {
    /// A machine without drives.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        for made in ["bin", "answers", "sys/block", "files"] {
            fs::create_dir_all(root.join(made)).unwrap();
        }
        mode(&root.join("files"), 0o755);
        let settings =
            Settings { source: Source::Smartctl, directory: root.join("files"), ..Settings::default() };
        let others = std::env::var("PATH").unwrap_or_default();
        let machine =
            Self { settings, search_path: format!("{}:{others}", root.join("bin").display()), folder };
        machine.install();
        machine.may_ask(true);
        machine.scan(&[]);
        machine
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The stand-in: it notes its arguments, and runs or prints what there is for the drive that they end with.
    fn install(&self) {
        let root = self.root().display();
        let script = format!(
            "#!/bin/sh\necho \"$*\" >> {root}/calls\n\
             for last; do :; done\n\
             case $1 in --scan-open) last=scan ;; esac\n\
             answer={root}/answers/$(basename \"$last\")\n\
             if [ -e \"$answer.sh\" ]; then . \"$answer.sh\"; fi\n\
             cat \"$answer.json\"\nexit $(cat \"$answer.status\")\n"
        );
        let program = self.path("bin/smartctl");
        fs::write(self.path("script"), script).unwrap();
        mode(&self.path("script"), 0o755);
        // Another process writes it: what a child that another test has just forked still holds open cannot be run.
        let (from, to) = (self.path("script").display().to_string(), program.display().to_string());
        let arguments = &[from.as_str(), to.as_str()];
        let deadline = Duration::from_secs(20);
        let job = Job { program: "cp", arguments, deadline, stdout_bytes_max: 0 };
        self.runner().run(&job).unwrap().success().unwrap();
    }

    /// Whether the process has the capabilities to ask drives.
    pub(crate) fn may_ask(&self, may: bool) {
        let effective = if may { "0000000000220000" } else { "0000000000000000" };
        self.write("proc/self/status", format!("Name:\tagent\nCapEff:\t{effective}\nCapBnd:\t1\n"));
    }

    /// Lets the scan find these drives, each with the way to it.
    pub(crate) fn scan(&self, drives: &[(&str, &str)]) {
        let devices: Vec<_> = drives
            .iter()
            .map(|(name, kind)| json!({"name": format!("/dev/{name}"), "type": kind, "protocol": "ATA"}))
            .collect();
        let scan = json!({"smartctl": {"version": [7, 4], "exit_status": 0}, "devices": devices});
        self.answer("scan", scan.to_string(), 0);
    }

    /// Lets a drive answer so.
    pub(crate) fn answer(&self, drive: &str, json: impl AsRef<[u8]>, status: u8) {
        self.write(&format!("answers/{drive}.json"), json);
        self.write(&format!("answers/{drive}.status"), status.to_string());
        fs::remove_file(self.path(&format!("answers/{drive}.sh"))).ok();
    }

    /// Lets a drive answer as one of the fixtures.
    pub(crate) fn answer_as(&self, drive: &str, fixture: &str) {
        let json = fixture_of(fixture);
        let status = serde_json::from_slice::<serde_json::Value>(&json).unwrap()["smartctl"]["exit_status"]
            .as_u64()
            .unwrap();
        self.answer(drive, json, u8::try_from(status).unwrap());
    }

    /// Lets a drive run this script.
    pub(crate) fn run_at(&self, drive: &str, script: &str) {
        self.write(&format!("answers/{drive}.sh"), script);
    }

    /// The kernel has a disk, which turns or not.
    pub(crate) fn has_disk(&self, name: &str, turns: bool) {
        self.write(&format!("sys/block/{name}/queue/rotational"), if turns { "1\n" } else { "0\n" });
    }

    /// The arguments of all calls since this was asked last.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        fs::remove_file(self.path("calls")).ok();
        calls.lines().map(str::to_owned).collect()
    }

    pub(crate) fn runner(&self) -> Arc<Runner> {
        Arc::new(Runner::new(&self.search_path))
    }

    pub(crate) fn collector(&self) -> Collecting {
        let context = Context {
            roots: Roots { proc: self.path("proc"), sys: self.path("sys"), ..Roots::default() },
            runner: self.runner(),
            smart: self.settings.clone(),
            ..Context::of_this_machine()
        };
        let entry = REGISTRY.iter().find(|entry| entry.name == "smart").unwrap();
        Collecting { collector: (entry.build)(&context), sample: Sample::default(), now_ms: 0 }
    }
}

/// The collector at work, a pass each minute.
pub(crate) struct Collecting {
    collector: Box<dyn Collector>,
    sample: Sample,
    pub(crate) now_ms: u64,
}

impl Collecting {
    pub(crate) fn pass(&mut self) -> Result<(), CollectError> {
        self.now_ms += 60_000;
        self.sample.pass(self.now_ms, self.collector.as_mut())
    }

    /// What a pass complains of; nothing if it is well.
    pub(crate) fn complaint(&mut self) -> String {
        self.pass().err().map(|error| error.to_string()).unwrap_or_default()
    }

    pub(crate) fn state(&self, metric: &str, disk: &str) -> Option<&State> {
        let is_it = |reading: &&grapevine_proto::Reading| {
            reading.metric.name == metric && reading.labels.iter().next() == Some(disk)
        };
        self.sample.readings().find(is_it).map(|reading| &reading.state)
    }

    /// The present value of a reading as a text; why there is none; or nothing where it is not told.
    pub(crate) fn told(&self, metric: &str, disk: &str) -> String {
        match self.state(metric, disk) {
            None => String::new(),
            Some(State::Present(Value::Number(number))) => number.to_string(),
            Some(State::Present(Value::Text(text))) => text.clone(),
            Some(State::Absent(absence)) => absence.to_string(),
            Some(State::Kept { value: Value::Number(number), absence, .. }) => format!("{absence}, {number}"),
            Some(State::Kept { value: Value::Text(text), absence, .. }) => format!("{absence}, {text}"),
        }
    }

    pub(crate) fn is_absent(&self, metric: &str, disk: &str, absence: Absence) -> bool {
        self.state(metric, disk).and_then(State::absence) == Some(absence)
    }

    /// How many drives there are.
    pub(crate) fn found(&self) -> usize {
        let count = self.sample.readings().find(|reading| reading.metric.name == "smart.drives");
        format!("{}", count.unwrap().state.number().unwrap()).parse().unwrap()
    }

    /// The labels of all drives that are told.
    pub(crate) fn disks(&self) -> Vec<String> {
        let states = self.sample.readings().filter(|reading| reading.metric.name == "smart.state");
        states.map(|reading| reading.labels.iter().next().unwrap().to_owned()).collect()
    }
}

pub(crate) fn fixture_of(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/drives");
    fs::read(folder.join(format!("{name}.json"))).unwrap()
}

pub(crate) fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
