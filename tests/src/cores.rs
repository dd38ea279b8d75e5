//! Who computes on which of the machine's cores. In a network the victim, its peers and the attacker are machines of
//! their own; on one machine the attacker's own work would delay the others, whatever the victim does.

use rustix::process::Pid;
use rustix::thread::{CpuSet, gettid, sched_getaffinity, sched_setaffinity};

use crate::programs::command;

/// A core that is kept for the victim.
#[derive(Clone, Copy, Debug)]
pub struct VictimsCore(CpuSet);

impl VictimsCore {
    /// Keeps this thread, and all that it starts from now on, off one core. None where there is no other.
    pub fn set_apart() -> Option<Self> {
        let mut others = sched_getaffinity(None).unwrap();
        let core = (0..CpuSet::MAX_CPU).find(|core| others.is_set(*core))?;
        others.unset(core);
        if others.count() == 0 {
            return None;
        }
        sched_setaffinity(None, &others).unwrap();
        let mut victims = CpuSet::new();
        victims.set(core);
        Some(Self(victims))
    }

    /// Moves all threads of a process to the core.
    pub fn give_to(&self, process: u32) {
        for task in std::fs::read_dir(format!("/proc/{process}/task")).unwrap() {
            let task = task.unwrap().file_name().to_string_lossy().parse().unwrap();
            sched_setaffinity(Pid::from_raw(task), &self.0).unwrap();
        }
    }
}

/// Lets all others on its core go before this thread, as an attacker does not compute where his victim's peers do.
pub fn give_way() {
    let task = gettid().as_raw_nonzero().to_string();
    let done = command("chrt").args(["--idle", "--pid", "0", &task]).status();
    let status = done.unwrap_or_else(|error| panic!("chrt (package util-linux): {error}"));
    assert!(status.success(), "chrt --idle: {status}");
}
