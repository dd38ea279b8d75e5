//! A machine whose GPUs a fake library has, loaded by the path that an operator would configure.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use grapevine_collectors::Sample;
use grapevine_collectors::gpu::{Gpu, Place, Roster, tell};
use grapevine_collectors::process::Runner;
use grapevine_gpu::processes::Processes;
use grapevine_gpu::source::{Source, SourceError};
use grapevine_gpu::sources::nvml::NvmlSource;
use grapevine_proto::{Reading, State, Value};
use grapevine_tests::gpus::FakeDriver;
use serde_json::Value as Json;

pub(crate) struct Machine {
    pub(crate) driver: FakeDriver,
    pub(crate) source: NvmlSource,
    sample: Sample,
    processes: Processes,
}

impl Machine {
    /// The machine of this name among those of the fake library.
    pub(crate) fn new(name: &str) -> Self {
        Self::of(FakeDriver::new(name))
    }

    pub(crate) fn of(driver: FakeDriver) -> Self {
        let folder = driver.folder();
        let proc = folder.join("proc");
        write(&proc, "meminfo", MEMINFO);
        write(folder, "passwd", "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/:/bin/sh\n");
        for (pid, name, uid, group) in PROCESSES {
            let of_process = proc.join(pid.to_string());
            write(&of_process, "comm", &format!("{name}\n"));
            write(&of_process, "status", &format!("Name:\t{name}\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\n"));
            write(&of_process, "cgroup", &format!("0::{group}\n"));
        }
        let programs = format!("{}:/usr/bin:/bin", folder.join("bin").display());
        let source = NvmlSource::new(Some(driver.library().into()), &proc)
            .with_programs_of(Arc::new(Runner::new(programs)));
        let processes = Processes::new(&proc, folder);
        Self { source, sample: Sample::default(), processes, driver }
    }

    /// Puts a program there that prints `text`.
    pub(crate) fn install(&self, name: &str, text: &str) {
        let folder = self.driver.folder().join("bin");
        write(&folder, name, &format!("#!/bin/sh\necho '{text}'\n"));
        fs::set_permissions(folder.join(name), Permissions::from_mode(0o755)).unwrap();
    }

    /// Lets something happen to the machine as it was at first.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Json)) {
        self.driver.change(change);
    }

    /// All its GPUs, awake.
    pub(crate) fn roster(&self) -> Roster {
        let place = |(n, bus): (usize, String)| Place {
            label: n.to_string(),
            bus: bus.parse().unwrap(),
            is_suspended: false,
        };
        Roster(self.driver.buses().into_iter().enumerate().map(place).collect())
    }

    pub(crate) fn read(&mut self) -> Result<Vec<Gpu>, SourceError> {
        let roster = self.roster();
        self.source.read(&roster)
    }

    /// The readings of a pass.
    pub(crate) fn pass(&mut self) -> Vec<Reading> {
        let gpus = self.read().unwrap();
        self.settled(gpus)
    }

    /// The readings of a pass of another source.
    pub(crate) fn pass_by(&mut self, source: &mut dyn Source) -> Vec<Reading> {
        let gpus = source.read(&self.roster()).unwrap();
        self.settled(gpus)
    }

    /// Where the kernel tells of it.
    pub(crate) fn proc(&self) -> PathBuf {
        self.driver.folder().join("proc")
    }

    fn settled(&mut self, mut gpus: Vec<Gpu>) -> Vec<Reading> {
        self.processes.settle(&mut gpus, Instant::now());
        self.sample.begin(0);
        tell(&gpus, &mut self.sample);
        self.sample.finish();
        self.sample.readings().cloned().collect()
    }
}

/// Compares readings, a line each, with a file of the fixtures.
pub(crate) fn check(readings: &[Reading], fixture: &Path) {
    let told: String = readings.iter().map(|reading| line(reading) + "\n").collect();
    if std::env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::create_dir_all(fixture.parent().unwrap()).unwrap();
        fs::write(fixture, &told).unwrap();
    }
    let expected = fs::read_to_string(fixture).unwrap();
    let only_in = |here: &str, there: &str| -> Vec<String> {
        here.lines().filter(|line| !there.lines().any(|other| other == *line)).map(str::to_owned).collect()
    };
    let (surplus, missing) = (only_in(&told, &expected), only_in(&expected, &told));
    assert!(told == expected, "told but not expected: {surplus:#?}\nexpected but not told: {missing:#?}");
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(name), text).unwrap();
}

const MEMINFO: &str =
    "MemTotal:       127600748 kB\nMemAvailable:   61234560 kB\nCached:         20480000 kB\n";

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

/// The folder of a machine's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}
