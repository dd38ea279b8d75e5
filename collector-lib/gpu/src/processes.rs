//! Whose processes use a GPU: names, users and services, and which of many processes are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{Figure, Gpu, PROCESSES_PER_GPU_MAX, Process};
use grapevine_proto::Absence;
use grapevine_proto::catalogue::gpu as rows;

/// Finds out whose processes there are, and chooses those that are shown.
///
/// Which ones are shown changes only every few seconds: each change of the readings that a host has costs a keyframe.
/// A process that ended in between shows as failed until then.
#[derive(Debug)]
pub struct Processes {
    proc: PathBuf,
    etc: PathBuf,
    shown: BTreeMap<String, BTreeSet<u32>>,
    chosen_at: Option<Instant>,
}

impl Processes {
    /// Looks processes up below `proc` (`/proc`), and names of users in `etc` (`/etc`).
    pub fn new(proc: impl Into<PathBuf>, etc: impl Into<PathBuf>) -> Self {
        Self { proc: proc.into(), etc: etc.into(), shown: BTreeMap::new(), chosen_at: None }
    }

    /// Leaves `gpus` with the processes that are shown, each with name, user and service.
    pub fn settle(&mut self, gpus: &mut [Gpu], now: Instant) {
        let is_due = self.chosen_at.is_none_or(|at| now.saturating_duration_since(at) >= CHOICE_INTERVAL);
        if is_due {
            self.chosen_at = Some(now);
            self.shown = choose(gpus);
        }
        for gpu in gpus {
            let Ok(processes) = &gpu.processes else { continue };
            let count = u64::try_from(processes.len()).unwrap_or(u64::MAX);
            let shown = self.shown.get(&gpu.label).into_iter().flatten();
            let settled = shown.map(|pid| {
                let known = processes.iter().find(|process| process.pid == *pid);
                known.map_or_else(|| ended(*pid), |process| self.identify(process))
            });
            let settled = settled.collect();
            gpu.put_count(&rows::PROCESSES, Ok(count));
            gpu.processes = Ok(settled);
        }
    }

    /// The same process with all that `/proc` tells; what its source knew of it stays.
    fn identify(&self, process: &Process) -> Process {
        let folder = self.proc.join(process.pid.to_string());
        let read = |file: &str| fs::read_to_string(folder.join(file)).map_err(|_| Absence::Denied);
        let name = read("comm").map(|name| name.trim_end().to_owned());
        let user = read("status").and_then(|status| uid(&status).ok_or(Absence::Failed));
        let service =
            read("cgroup").and_then(|groups| service(&groups).map(str::to_owned).ok_or(Absence::Unsupported));
        Process {
            pid: process.pid,
            name: name.or_else(|_| process.name.clone()),
            user: user.map(|uid| self.user(uid)).or_else(|_| process.user.clone()),
            service,
            ..*process
        }
    }

    /// The user's name, or the number where there is none.
    fn user(&self, uid: u32) -> String {
        let passwd = fs::read_to_string(self.etc.join("passwd")).unwrap_or_default();
        let uid = uid.to_string();
        let entry = passwd.lines().find(|line| line.split(':').nth(2) == Some(&uid));
        entry.and_then(|line| line.split(':').next()).map_or(uid.clone(), str::to_owned)
    }
}

/// The processes with the most memory of each GPU, and no more of all GPUs than are told.
fn choose(gpus: &[Gpu]) -> BTreeMap<String, BTreeSet<u32>> {
    let memory_bytes = |process: &Process| process.memory_bytes.unwrap_or(0.0);
    let mut largest: Vec<(&str, &Process)> = Vec::new();
    for gpu in gpus {
        let mut of_gpu: Vec<&Process> = gpu.processes.iter().flatten().collect();
        of_gpu.sort_by(|a, b| memory_bytes(b).total_cmp(&memory_bytes(a)).then(a.pid.cmp(&b.pid)));
        largest.extend(
            of_gpu.into_iter().take(PROCESSES_PER_GPU_MAX).map(|process| (gpu.label.as_str(), process)),
        );
    }
    largest.sort_by(|(_, a), (_, b)| memory_bytes(b).total_cmp(&memory_bytes(a)));
    let mut shown: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for (label, process) in largest.into_iter().take(PROCESSES_MAX) {
        shown.entry(label.to_owned()).or_default().insert(process.pid);
    }
    shown
}

/// A process that is shown and no longer there.
fn ended(pid: u32) -> Process {
    let unknown = || Figure::<String>::Err(Absence::Failed);
    Process {
        pid,
        name: unknown(),
        user: unknown(),
        service: unknown(),
        memory_bytes: Err(Absence::Failed),
        use_percent: Err(Absence::Failed),
    }
}

/// The effective user in `/proc/PID/status`, the second number of `Uid` (proc(5)).
fn uid(status: &str) -> Option<u32> {
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The innermost service or scope of `/proc/PID/cgroup`, in the unified hierarchy or systemd's own of the old ones:
/// `0::/system.slice/ollama.service` (cgroups(7)).
fn service(groups: &str) -> Option<&str> {
    let path_of = |hierarchy: &str| {
        groups.lines().find_map(|line| {
            let (_, rest) = line.split_once(':')?;
            let (controllers, path) = rest.split_once(':')?;
            (controllers == hierarchy).then_some(path)
        })
    };
    let path = path_of("name=systemd").or_else(|| path_of(""))?;
    path.rsplit('/').find(|unit| unit.ends_with(".service") || unit.ends_with(".scope"))
}

/// Time between two choices.
const CHOICE_INTERVAL: Duration = Duration::from_secs(5);

/// Most processes of all GPUs that are shown: 64 * 40 B = 2.5 KB in a keyframe.
const PROCESSES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_collectors::gpu::Standing;

    fn process(pid: u32, memory_bytes: f64) -> Process {
        Process { memory_bytes: Ok(memory_bytes), ..ended(pid) }
    }

    fn gpu(label: &str, processes: Vec<Process>) -> Gpu {
        let mut gpu = Gpu::new(label, Standing::Ok);
        gpu.processes = Ok(processes);
        gpu
    }

    #[test]
    fn a_process_is_told_with_name_user_and_service() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("proc/42");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("comm"), "ollama\n").unwrap();
        fs::write(folder.join("status"), "Name:\tollama\nUid:\t990\t990\t990\t990\n").unwrap();
        fs::write(folder.join("cgroup"), "0::/system.slice/ollama.service\n").unwrap();
        fs::create_dir_all(root.path().join("etc")).unwrap();
        fs::write(root.path().join("etc/passwd"), "root:x:0:0::/:/bin/sh\nollama:x:990:990::/:/bin/false\n")
            .unwrap();
        let mut processes = Processes::new(root.path().join("proc"), root.path().join("etc"));
        let mut gpus = [gpu("0", vec![process(42, 1.0), process(43, 2.0)])];
        processes.settle(&mut gpus, Instant::now());
        let [known, foreign] = &gpus[0].processes.as_ref().unwrap()[..] else { panic!("two processes") };
        assert_eq!(known.name.as_deref(), Ok("ollama"));
        assert_eq!(known.user.as_deref(), Ok("ollama"));
        assert_eq!(known.service.as_deref(), Ok("ollama.service"));
        assert_eq!(known.memory_bytes, Ok(1.0));
        assert_eq!(foreign.service, Err(Absence::Denied), "of another pid namespace");
    }

    #[test]
    fn which_processes_are_shown_changes_only_now_and_then() {
        let mut processes = Processes::new("/nonexistent", "/nonexistent");
        let start = Instant::now();
        let settle = |processes: &mut Processes, pids: &[u32], at| {
            let mut gpus = [gpu("0", pids.iter().map(|pid| process(*pid, 1.0)).collect())];
            processes.settle(&mut gpus, at);
            let shown = gpus[0].processes.clone().unwrap();
            let is_there = |process: &Process| process.memory_bytes.is_ok();
            let shown: Vec<(u32, bool)> =
                shown.iter().map(|process| (process.pid, is_there(process))).collect();
            (shown, gpus[0].number(&rows::PROCESSES))
        };
        assert_eq!(settle(&mut processes, &[1, 2], start), (vec![(1, true), (2, true)], Some(2.0)));
        let soon = start + Duration::from_secs(1);
        assert_eq!(settle(&mut processes, &[2, 3, 4], soon), (vec![(1, false), (2, true)], Some(3.0)));
        let later = start + CHOICE_INTERVAL;
        assert_eq!(settle(&mut processes, &[2, 3], later), (vec![(2, true), (3, true)], Some(2.0)));
    }

    #[test]
    fn no_more_than_so_many_are_shown() {
        let mut processes = Processes::new("/nonexistent", "/nonexistent");
        let of_gpu = |first: u32| (first..first + 30).map(|pid| process(pid, f64::from(pid))).collect();
        let mut gpus: Vec<Gpu> = (0..6).map(|n| gpu(&n.to_string(), of_gpu(n * 100))).collect();
        processes.settle(&mut gpus, Instant::now());
        let counts: Vec<usize> = gpus.iter().map(|gpu| gpu.processes.as_ref().unwrap().len()).collect();
        assert_eq!(counts, [0, 0, 16, 16, 16, 16]);
    }

    #[test]
    fn the_innermost_unit_is_the_service() {
        for (groups, expected) in [
            ("0::/system.slice/ollama.service\n", Some("ollama.service")),
            ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope\n", Some("app-x.scope")),
            ("12:devices:/a.service\n1:name=systemd:/system.slice/b.service\n0::/\n", Some("b.service")),
            ("0::/system.slice/k.service/worker\n", Some("k.service")),
            ("0::/\n", None),
            ("", None),
        ] {
            assert_eq!(service(groups), expected, "{groups}");
        }
    }
}
