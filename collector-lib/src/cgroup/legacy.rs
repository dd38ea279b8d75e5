//! Control groups of version 1: a tree for each controller. A group is in those trees only in which systemd accounts
//! for it; in the others it has no folder of its own.

use std::path::{Path, PathBuf};

use grapevine_proto::Absence;

use super::figures::{
    Content, Figure, Gone, Limits, Load, Usage, keyed, limit, number, parse, pressure, share_of_a_core,
};
use super::stacked::Stacked;
use crate::file::{Scratch, lines};

/// The trees.
#[derive(Debug)]
pub(crate) struct Legacy {
    /// The one in which systemd keeps all groups.
    groups: PathBuf,
    /// The one of version 2 on a hybrid machine, which has what takes no controller.
    unified: PathBuf,
    cpu: PathBuf,
    cpuacct: PathBuf,
    memory: PathBuf,
    pids: PathBuf,
    blkio: PathBuf,
    stacked: Stacked,
}

impl Legacy {
    pub(super) fn new(root: &Path, sys: &Path) -> Self {
        // Controllers that are mounted together have a folder with both names, and mostly links with one.
        let tree = |names: &[&str]| {
            let mut places = names.iter().map(|name| root.join(name));
            places.clone().find(|place| place.exists()).or_else(|| places.next()).unwrap_or_default()
        };
        Self {
            groups: tree(&["systemd", "unified", "memory"]),
            unified: root.join("unified"),
            cpu: tree(&["cpu", "cpu,cpuacct", "cpuacct,cpu"]),
            cpuacct: tree(&["cpuacct", "cpu,cpuacct", "cpuacct,cpu"]),
            memory: tree(&["memory"]),
            pids: tree(&["pids"]),
            blkio: tree(&["blkio"]),
            stacked: Stacked::new(sys),
        }
    }

    pub(super) fn root(&self) -> &Path {
        &self.groups
    }

    pub(super) fn usage(&self, path: &str, scratch: &mut Scratch) -> Result<Usage, Gone> {
        let cpu_ns = number(scratch.read(&self.cpuacct, path, "cpuacct.usage"));
        let cpu_us = cpu_ns.map(|nanoseconds| nanoseconds / NS_PER_US);
        let usage = Usage {
            cpu_us: cpu_us.or_else(|_| keyed(scratch.read(&self.unified, path, "cpu.stat"), "usage_usec")),
            memory_bytes: number(scratch.read(&self.memory, path, "memory.usage_in_bytes")),
        };
        let is_somewhere = usage.cpu_us.is_ok() || usage.memory_bytes.is_ok();
        if !is_somewhere && !scratch.exists(&self.groups, path) { Err(Gone) } else { Ok(usage) }
    }

    pub(super) fn load(&mut self, path: &str, scratch: &mut Scratch) -> Load {
        let anonymous_bytes = keyed(scratch.read(&self.memory, path, "memory.stat"), "total_rss");
        let tasks = number(scratch.read(&self.pids, path, "pids.current"));
        let traffic = scratch.read(&self.blkio, path, "blkio.throttle.io_service_bytes_recursive");
        let (read_bytes, written_bytes) = served(traffic, &mut self.stacked);
        let pressure = ["cpu.pressure", "memory.pressure", "io.pressure"]
            .map(|file| pressure(scratch.read(&self.unified, path, file)));
        Load { anonymous_bytes, tasks, read_bytes, written_bytes, pressure }
    }

    pub(super) fn limits(&self, path: &str, scratch: &mut Scratch) -> Limits {
        let period_us = scratch.read(&self.cpu, path, "cpu.cfs_period_us").ok().and_then(parse);
        let quota = limit(scratch.read(&self.cpu, path, "cpu.cfs_quota_us"));
        Limits {
            cpu_percent: share_of_a_core(quota, period_us),
            memory_bytes: limit(scratch.read(&self.memory, path, "memory.limit_in_bytes")),
            tasks: limit(scratch.read(&self.pids, path, "pids.max")),
        }
    }
}

/// What was read and written, from lines `259:0 Read 4096` and `259:0 Write 0`; no line if nothing was.
fn served(content: Content<'_>, stacked: &mut Stacked) -> (Figure, Figure) {
    let content = match content {
        Ok(content) => content,
        Err(error) => return (Err(error.absence()), Err(error.absence())),
    };
    let (mut read_bytes, mut written_bytes): (Figure, Figure) = (Ok(0), Ok(0));
    for line in lines(content) {
        let mut words = line.split(' ');
        let (Some(device), Some(what), Some(digits)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let sum = match what {
            "Read" => &mut read_bytes,
            "Write" => &mut written_bytes,
            _ => continue,
        };
        if !stacked.contains(device) {
            let served = parse(digits.as_bytes()).ok_or(Absence::Failed);
            *sum = sum.and_then(|before| served.map(|bytes| before.saturating_add(bytes)));
        }
    }
    (read_bytes, written_bytes)
}

const NS_PER_US: u64 = 1000;
