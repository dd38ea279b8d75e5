//! A machine whose GPUs a fake library has, loaded by the path that an operator would configure.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use grapevine_collectors::Sample;
use grapevine_collectors::gpu::{Gpu, Place, Roster, tell};
use grapevine_gpu::processes::Processes;
use grapevine_gpu::source::{Source, SourceError};
use grapevine_gpu::sources::nvml::NvmlSource;
use grapevine_proto::{Reading, State, Value};
use grapevine_tests::programs;
use serde_json::Value as Json;

pub(crate) struct Machine {
    folder: tempfile::TempDir,
    pub(crate) description: Json,
    pub(crate) source: NvmlSource,
    sample: Sample,
    processes: Processes,
}

impl Machine {
    /// The machine of this name among those of the fake library.
    pub(crate) fn new(name: &str) -> Self {
        let path = programs::repository().join("tests/fake-nvml/machines").join(name).with_extension("json");
        Self::described(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    pub(crate) fn described(description: Json) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("libnvidia-ml.so.1");
        fs::copy(programs::fake_nvml(), &library).unwrap();
        let proc = folder.path().join("proc");
        fs::create_dir(&proc).unwrap();
        let meminfo =
            "MemTotal:       127600748 kB\nMemAvailable:   61234560 kB\nCached:         20480000 kB\n";
        fs::write(proc.join("meminfo"), meminfo).unwrap();
        fs::write(folder.path().join("passwd"), "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/:/bin/sh\n")
            .unwrap();
        for (pid, name, uid, group) in PROCESSES {
            let of_process = proc.join(pid.to_string());
            fs::create_dir(&of_process).unwrap();
            fs::write(of_process.join("comm"), format!("{name}\n")).unwrap();
            fs::write(
                of_process.join("status"),
                format!("Name:\t{name}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n"),
            )
            .unwrap();
            fs::write(of_process.join("cgroup"), format!("0::{group}\n")).unwrap();
        }
        let source = NvmlSource::new(Some(library.into()), &proc);
        let processes = Processes::new(&proc, folder.path());
        let machine = Self { folder, description, source, sample: Sample::default(), processes };
        machine.change(|_| {});
        machine
    }

    /// Lets something happen to the machine.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Json)) {
        let mut description = self.description.clone();
        change(&mut description);
        // Moved into place, so that nobody reads half of it.
        let path = self.folder.path().join("libnvidia-ml.so.1.json");
        let beside = path.with_extension("new");
        fs::write(&beside, description.to_string()).unwrap();
        fs::rename(beside, path).unwrap();
    }

    /// All its GPUs, awake.
    pub(crate) fn roster(&self) -> Roster {
        let buses =
            self.description["gpus"].as_array().unwrap().iter().map(|gpu| gpu["bus"].as_str().unwrap());
        let place = |(n, bus): (usize, &str)| Place {
            label: n.to_string(),
            bus: bus.parse().unwrap(),
            is_suspended: false,
        };
        Roster(buses.enumerate().map(place).collect())
    }

    pub(crate) fn read(&mut self) -> Result<Vec<Gpu>, SourceError> {
        let roster = self.roster();
        self.source.read(&roster)
    }

    /// The readings of a pass.
    pub(crate) fn pass(&mut self) -> Vec<Reading> {
        let mut gpus = self.read().unwrap();
        self.processes.settle(&mut gpus, Instant::now());
        self.sample.begin(0);
        tell(&gpus, &mut self.sample);
        self.sample.finish();
        self.sample.readings().cloned().collect()
    }

    /// The readings of a pass, a line each.
    pub(crate) fn tell(&mut self) -> String {
        let mut text = String::new();
        for reading in self.pass() {
            writeln!(text, "{}", line(&reading)).unwrap();
        }
        text
    }
}

/// Processes whose names can be known; others are of another pid namespace.
const PROCESSES: [(u32, &str, u32, &str); 5] = [
    (2001, "Xorg", 0, "/user.slice/user-1000.slice/session-2.scope"),
    (4101, "python3", 1000, "/system.slice/trainer.service"),
    (5101, "ollama", 990, "/system.slice/ollama.service"),
    (
        5102,
        "gnome-shell",
        1000,
        "/user.slice/user-1000.slice/user@1000.service/session.slice/org.gnome.Shell@wayland.service",
    ),
    (6101, "python3", 1000, "/"),
];

/// The state of the reading of `name` with these labels.
pub(crate) fn state<'a>(readings: &'a [Reading], name: &str, labels: &[&str]) -> &'a State {
    let is_it = |reading: &&Reading| reading.metric.name == name && reading.labels.matches(labels);
    let reading = readings.iter().find(is_it);
    &reading.unwrap_or_else(|| panic!("{name} of {labels:?} is not told")).state
}

/// `gpu.power{gpu=0} 341.25 watts`
fn line(reading: &Reading) -> String {
    let labels = reading.metric.labels.iter().zip(reading.labels.iter());
    let labels: Vec<String> = labels.map(|(key, label)| format!("{key}={label}")).collect();
    let state = match &reading.state {
        State::Present(Value::Number(number)) => format!("{number} {}", reading.metric.unit),
        State::Present(Value::Text(text)) => format!("{text:?}"),
        State::Absent(absence) | State::Kept { absence, .. } => absence.to_string(),
    };
    format!("{}{{{}}} {state}", reading.metric.name, labels.join(","))
}

pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}
