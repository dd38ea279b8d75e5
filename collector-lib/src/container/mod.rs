//! Containers of Docker and Podman: what they use, from their control groups, which need no runtime and no rights. Their
//! names only the runtime knows; it is asked where the operator gave its socket, for who reaches that rules the machine.

mod identity;
mod names;
mod settings;

use std::collections::BTreeMap;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::container as rows;

pub use settings::{SOCKETS_MAX, Settings};

use crate::cgroup::{Account, Hierarchy, Pass, Rows, Tree, walk};
use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::Scratch;
use crate::rate::float;
use crate::sample::Sample;
use identity::{Identity, Runtime};
use names::Names;

/// The `container` collector.
#[derive(Debug)]
pub(crate) struct Containers {
    hierarchy: Hierarchy,
    scratch: Scratch,
    /// By identifier.
    containers: BTreeMap<String, Container>,
    names: Names,
    walk_due_ms: u64,
    passes: u64,
}

#[derive(Debug)]
struct Container {
    runtime: Runtime,
    group: String,
    account: Account,
}

impl Containers {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            hierarchy: Hierarchy::find(&context.roots.sys),
            scratch: Scratch::default(),
            containers: BTreeMap::new(),
            names: Names::new(context.containers.sockets.clone()),
            walk_due_ms: 0,
            passes: 0,
        }
    }

    /// Looks at which containers there are.
    fn find(&mut self) {
        let mut found = BTreeMap::new();
        walk(self.hierarchy.root(), &mut |path, name| match Identity::of(path, name) {
            Some(Identity { id, runtime }) => {
                if found.len() < KNOWN_MAX {
                    found.insert(id.to_owned(), (runtime, path.to_owned()));
                }
                Tree::Skip
            }
            None => Tree::Enter,
        });
        self.containers.retain(|id, _| found.contains_key(id));
        for (id, (runtime, group)) in found {
            let new = || Container { runtime, group: String::new(), account: Account::default() };
            self.containers.entry(id).or_insert_with(new).group = group;
        }
    }
}

impl Collector for Containers {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let now_ms = sample.now_ms();
        if now_ms >= self.walk_due_ms {
            self.walk_due_ms = now_ms.saturating_add(WALK_INTERVAL_MS);
            self.find();
            self.names.ask(|id| self.containers.contains_key(id));
        }
        self.passes = self.passes.wrapping_add(1);
        let (mut told, mut gone) = (0, Vec::new());
        for (id, container) in &mut self.containers {
            if told == TOLD_MAX {
                break;
            }
            let turn = self.passes.wrapping_add(told);
            let pass = Pass { hierarchy: &mut self.hierarchy, scratch: &mut self.scratch, turn, now_ms };
            if container.account.read(&container.group, pass).is_err() {
                gone.push(id.clone());
                continue;
            }
            told += 1;
            container.tell(id, &self.names, sample);
        }
        gone.iter().for_each(|id| _ = self.containers.remove(id));
        let running = u64::try_from(self.containers.len()).unwrap_or(u64::MAX);
        if running == 0 && !self.hierarchy.root().exists() {
            sample.absent(&rows::COUNT, &[], Absence::Unsupported);
            return Ok(());
        }
        sample.number(&rows::COUNT, &[], float(running));
        if running > told {
            sample.number(&rows::UNTOLD, &[], float(running - told));
        }
        Ok(())
    }
}

impl Container {
    fn tell(&self, id: &str, names: &Names, sample: &mut Sample) {
        let label = id.get(..LABEL_DIGITS).unwrap_or(id);
        sample.text(&rows::RUNTIME, &[label], self.runtime.as_str());
        match names.get(id) {
            Ok(Some(name)) => sample.text(&rows::NAME, &[label], name),
            Ok(None) => {}
            Err(absence) => sample.absent(&rows::NAME, &[label], absence),
        }
        self.account.tell(&ROWS, label, sample);
    }
}

/// What a container's figures are told as.
static ROWS: Rows = Rows {
    cpu: &rows::CPU,
    cpu_limit: &rows::CPU_LIMIT,
    memory: &rows::MEMORY,
    memory_anonymous: &rows::MEMORY_ANONYMOUS,
    memory_limit: &rows::MEMORY_LIMIT,
    io_read: &rows::IO_READ,
    io_write: &rows::IO_WRITE,
    tasks: &rows::TASKS,
    tasks_limit: &rows::TASKS_LIMIT,
    pressure: [&rows::PRESSURE_CPU, &rows::PRESSURE_MEMORY, &rows::PRESSURE_IO],
};

/// Digits of an identifier in a label: those that the runtimes' own lists show.
const LABEL_DIGITS: usize = 12;

/// Time between two looks at which containers there are, in milliseconds.
const WALK_INTERVAL_MS: u64 = 5_000;

/// Most containers that are remembered.
const KNOWN_MAX: usize = 2048;

/// Most containers that are told of: with some 12 readings each that is a fifth of what a host may tell at all
/// (`grapevine_proto::limits::READINGS_MAX`).
const TOLD_MAX: u64 = 64;

#[cfg(test)]
mod tests;
