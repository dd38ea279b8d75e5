//! A host with NVIDIA GPUs that are not there: the real agent and its reader, a fake of the driver's library, and a list
//! of PCI devices of our own, laid over the kernel's where only they see it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_sub::{Endpoint, Host, Options, Subscription};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::lines::Lines;
use crate::programs::{self, Running, command, repository};

/// A fake of the driver's library in a folder of its own, and the machine that it shows.
#[derive(Debug)]
pub struct FakeDriver {
    folder: TempDir,
    /// The machine as it was at first.
    pub machine: Value,
}

impl FakeDriver {
    /// With the machine of this name among `tests/fake-nvml/machines`.
    pub fn new(name: &str) -> Self {
        let path = repository().join("tests/fake-nvml/machines").join(name).with_extension("json");
        Self::showing(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    }

    /// With a machine of one's own.
    pub fn showing(machine: Value) -> Self {
        let driver = Self { folder: tempfile::tempdir().unwrap(), machine };
        fs::copy(programs::fake_nvml(), driver.library()).unwrap();
        driver.change(|_| {});
        driver
    }

    /// The library.
    pub fn library(&self) -> PathBuf {
        self.folder.path().join("libnvidia-ml.so.1")
    }

    /// The folder that it is in, with room for more.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Lets something happen to the machine as it was at first.
    pub fn change(&self, change: impl FnOnce(&mut Value)) {
        let mut machine = self.machine.clone();
        change(&mut machine);
        let path = self.folder.path().join("libnvidia-ml.so.1.json");
        let beside = path.with_extension("new");
        fs::write(&beside, machine.to_string()).unwrap();
        // Moved into place, so that nobody reads half of it.
        fs::rename(beside, path).unwrap();
    }

    /// The bus addresses of the machine's GPUs, as the kernel writes them.
    pub fn buses(&self) -> Vec<String> {
        let gpus = self.machine["gpus"].as_array().unwrap();
        gpus.iter().map(|gpu| gpu["bus"].as_str().unwrap()[4..].to_lowercase()).collect()
    }
}

/// A running agent on a host with GPUs.
#[derive(Debug)]
pub struct GpuHost {
    /// The driver of the GPUs.
    pub driver: FakeDriver,
    /// What agent and reader log.
    pub log: Lines,
    /// Where the agent listens.
    pub endpoint: Endpoint,
    agent: Option<Running>,
    /// The agent's, without its port.
    config: String,
    devices: PathBuf,
    runtime: Runtime,
    subscription: Subscription,
}

impl GpuHost {
    /// Starts an agent, with `more` in the table of its GPU collector, whose GPUs may sleep at first. None, and says so,
    /// where nobody may lay a list of devices over the kernel's.
    pub fn start(driver: FakeDriver, more: &str, sleeps: bool) -> Option<Self> {
        Self::start_by(driver, &programs::gpu_reader(), more, sleeps)
    }

    /// Starts an agent that looks for its reader of GPUs at this path.
    pub fn start_with_reader(driver: FakeDriver, reader: &str) -> Option<Self> {
        Self::start_by(driver, Path::new(reader), "", false)
    }

    fn start_by(driver: FakeDriver, reader: &Path, more: &str, sleeps: bool) -> Option<Self> {
        if !may_mount() {
            return None;
        }
        let devices = driver.folder().join("devices");
        for bus in driver.buses() {
            let device = devices.join(&bus);
            fs::create_dir_all(device.join("power")).unwrap();
            fs::write(device.join("vendor"), "0x10de\n").unwrap();
            fs::write(device.join("class"), "0x030000\n").unwrap();
            symlink("../drivers/nvidia", device.join("driver")).unwrap();
            fs::write(device.join("power/runtime_status"), status(sleeps)).unwrap();
        }
        let (state, library) = (driver.folder().join("state"), driver.library());
        let config = format!(
            "host_name = \"{HOST}\"\nstate_dir = {state:?}\n\
             [collectors.gpu_metrics]\nnvml_library = {library:?}\nhelper = {reader:?}\n{more}\n"
        );
        let (agent, log, endpoint) = run_agent(&driver, &config, 0);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let endpoints = [endpoint.clone()];
        let subscription =
            runtime.block_on(async { Subscription::attach(endpoints, Options::default()) }).unwrap();
        Some(Self { driver, log, endpoint, agent: Some(agent), config, devices, runtime, subscription })
    }

    /// Starts the agent once more where it was before, after it was killed.
    pub fn restart_agent(&mut self) {
        let Endpoint::Tcp { port, .. } = self.endpoint else { panic!("{} is no port", self.endpoint) };
        let (agent, log, _) = run_agent(&self.driver, &self.config, port);
        (self.agent, self.log) = (Some(agent), log);
    }

    /// Lets all GPUs fall asleep, or wakes them.
    pub fn sleep(&self, sleeps: bool) {
        for bus in self.driver.buses() {
            fs::write(self.devices.join(bus).join("power/runtime_status"), status(sleeps)).unwrap();
        }
    }

    /// Waits until `is_so` holds for the host as a subscriber sees it. The greatest age of its newest frame in the
    /// meantime: two intervals of a second and the way here, unless the agent was held up.
    pub fn wait_for(&self, what: &str, is_so: impl Fn(&Host) -> bool) -> Duration {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut oldest_ms = 0;
        loop {
            if let Some(host) = self.host() {
                oldest_ms = oldest_ms.max(host.age_ms(Instant::now()));
                if is_so(&host) {
                    return Duration::from_millis(oldest_ms);
                }
            }
            assert!(Instant::now() < deadline, "not within a minute: {what}\n{}", self.gpu_readings());
            self.runtime.block_on(async { tokio::time::sleep(Duration::from_millis(20)).await });
        }
    }

    /// The host as a subscriber sees it.
    pub fn host(&self) -> Option<Arc<Host>> {
        self.subscription.view().host(HOST).cloned()
    }

    /// All readings of GPUs, a line each.
    pub fn gpu_readings(&self) -> String {
        let host = self.host();
        let readings = host.iter().flat_map(|host| host.readings());
        let of_gpus = readings.filter(|reading| reading.metric.name.starts_with("gpu."));
        let lines = of_gpus
            .map(|reading| format!("{} {:?} {:?}\n", reading.metric.name, reading.labels, reading.state));
        lines.collect()
    }

    /// The agent's process number.
    pub fn agent_id(&self) -> u32 {
        self.agent.as_ref().unwrap().id()
    }

    /// Process numbers of the agent's children: its reader of GPUs, if that runs.
    pub fn children(&self) -> Vec<u32> {
        children(self.agent_id())
    }

    /// Memory that a process has resident, in bytes (proc(5), `VmRSS`); none if it is gone.
    pub fn resident_bytes(pid: u32) -> Option<u64> {
        memory(pid, "VmRSS:")
    }

    /// What of it is the process's own, its heap and stacks (proc(5), `RssAnon`): how much of the program's file is
    /// resident depends on what it has done so far.
    pub fn own_bytes(pid: u32) -> Option<u64> {
        memory(pid, "RssAnon:")
    }

    /// Ends the agent without asking.
    pub fn kill_agent(&mut self) {
        self.agent.take().unwrap().kill();
    }
}

/// The agent at this port, or any; with its log, and where it listens.
fn run_agent(driver: &FakeDriver, config: &str, port: u16) -> (Running, Lines, Endpoint) {
    let path = driver.folder().join("agent.toml");
    fs::write(&path, format!("[metrics_agent]\nport = {port}\n{config}")).unwrap();
    let mut unshare = over_the_kernels(&driver.folder().join("devices"));
    unshare.arg(programs::agent());
    let mut agent = Running::start(unshare.args(["run", "--config"]).arg(path));
    let log = Lines::of(agent.stderr());
    let line = log.wait_for("endpoint", 20, |line| line.contains("endpoint="));
    let endpoint = line.split("endpoint=").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
    let endpoint = endpoint.parse().unwrap();
    (agent, log, endpoint)
}

fn memory(pid: u32, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1024)
}

/// The processes that another one started (proc(5), `children`).
fn children(pid: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

/// Starts a program, yet to be named, that sees `devices` in place of the machine's.
fn over_the_kernels(devices: &Path) -> Command {
    let mut unshare = command("unshare");
    let script = "mount --bind \"$0\" /sys/bus/pci/devices && exec \"$@\"";
    unshare.args(["--mount", "sh", "-c", script]).arg(devices);
    unshare
}

#[expect(clippy::print_stderr, reason = "a skipped test says why")]
fn may_mount() -> bool {
    let tried = over_the_kernels(Path::new("/proc")).arg("true").output();
    let may = tried.is_ok_and(|output| output.status.success());
    if !may {
        eprintln!("skipped: nothing can be mounted over /sys/bus/pci/devices");
    }
    may
}

fn status(sleeps: bool) -> &'static str {
    if sleeps { "suspended\n" } else { "active\n" }
}

/// The host's name.
const HOST: &str = "gpu-host";
