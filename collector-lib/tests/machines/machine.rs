//! A machine made of files.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use grapevine_collectors::{Context, REGISTRY, Roots, Sample, Space, backup, smart};
use grapevine_proto::{Reading, State, Value};

/// A copy of a fixture, so that its files can change between two passes.
pub(crate) struct Machine {
    pub(crate) fixture: PathBuf,
    copy: tempfile::TempDir,
}

impl Machine {
    pub(crate) fn new(name: &str) -> Self {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        let copy = tempfile::tempdir().unwrap();
        if fixture.exists() {
            copy_over(&fixture, copy.path());
        }
        shut(&copy.path().join(SMART));
        Self { fixture, copy }
    }

    /// The readings of the second pass of all collectors, a line each.
    pub(crate) fn tell(&self) -> String {
        let mut text = String::new();
        for reading in self.readings() {
            writeln!(text, "{}", line(&reading)).unwrap();
        }
        text
    }

    /// The names of the metrics that the second pass has values of.
    pub(crate) fn metrics_with_values(&self) -> Vec<String> {
        let readings = self.readings();
        let present = readings.iter().filter(|reading| matches!(reading.state, State::Present(_)));
        present.map(|reading| reading.metric.name.to_string()).collect()
    }

    /// The readings of the second pass of all collectors.
    pub(crate) fn readings(&self) -> Vec<Reading> {
        self.second_passes().iter().flat_map(Sample::readings).cloned().collect()
    }

    fn second_passes(&self) -> Vec<Sample> {
        let context = self.context();
        let mut collectors: Vec<_> =
            REGISTRY.iter().map(|entry| ((entry.build)(&context), Sample::default())).collect();
        for (collector, sample) in &mut collectors {
            // A pass that breaks off is told in the sample.
            sample.pass(0, collector.as_mut()).ok();
        }
        let later = self.fixture.join("later");
        if later.exists() {
            copy_over(&later, self.copy.path());
        }
        for (collector, sample) in &mut collectors {
            sample.pass(10_000, collector.as_mut()).ok();
        }
        collectors.into_iter().map(|(_, sample)| sample).collect()
    }

    fn context(&self) -> Context {
        let root = self.copy.path();
        let spaces = spaces(&fs::read_to_string(root.join("space.txt")).unwrap_or_default());
        Context {
            roots: Roots {
                proc: root.join("proc"),
                sys: root.join("sys"),
                etc: root.join("etc"),
                run: root.join("run"),
            },
            space: Arc::new(move |mount| {
                spaces.get(mount).copied().ok_or_else(|| io::Error::other("not in space.txt"))
            }),
            backup: backup::Settings { reports: root.join("backups.d"), ..backup::Settings::default() },
            wall_clock: Arc::new(|| NOW),
            smart: smart::Settings {
                source: smart::Source::Files,
                directory: root.join(SMART),
                ..smart::Settings::default()
            },
            architecture: if self.fixture.ends_with("spark") { "aarch64" } else { "x86_64" },
            ..Context::of_this_machine()
        }
    }
}

/// What the machine's clock shows: 2026-01-31T12:00:00Z.
const NOW: u64 = 1_769_860_800;

/// Copies files over files in place: a file that a collector holds open must show its new content.
fn copy_over(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_over(&entry.path(), &target);
        } else {
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

/// Lets nobody else write what is believed only then, whatever the umask is.
fn shut(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(0o644)).unwrap();
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Where the machines' drives are, as smartctl tells of them.
const SMART: &str = "run/grapevine-smart";

/// Lines `mount size free available inodes inodes-free`, in bytes.
fn spaces(text: &str) -> BTreeMap<PathBuf, Space> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (mount, numbers) = line.split_once(' ').unwrap();
            let numbers: Vec<u64> = numbers.split(' ').map(|number| number.parse().unwrap()).collect();
            let [size_bytes, free_bytes, available_bytes, inodes, inodes_free] = numbers[..] else {
                panic!("{line}: expected five numbers");
            };
            let space = Space { size_bytes, free_bytes, available_bytes, inodes, inodes_free };
            (mount.replace("\\040", " ").into(), space)
        })
        .collect()
}

/// `memory.tmpfs.used{mount=/tmp} 209715200 bytes`
fn line(reading: &Reading) -> String {
    let labels: Vec<String> = reading
        .metric
        .labels
        .iter()
        .zip(reading.labels.iter())
        .map(|(key, label)| format!("{key}={label}"))
        .collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let value = |value: &Value| match value {
        Value::Number(number) => format!("{} {}", (number * 1000.0).round() / 1000.0, reading.metric.unit),
        Value::Text(text) => format!("{text:?}"),
    };
    let state = match &reading.state {
        State::Present(present) => value(present),
        State::Absent(absence) => absence.to_string(),
        State::Kept { value: kept, absence, age_ms } => format!("{} {age_ms} ms ago, {absence}", value(kept)),
    };
    format!("{}{labels} {state}", reading.metric.name)
}
