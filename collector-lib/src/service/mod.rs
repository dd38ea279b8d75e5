//! Services of systemd: how they are, from systemd over the bus; what they use, from their control groups.
//!
//! Where there is no bus to ask, the control groups tell which services run.

mod book;
mod files;
mod member;
mod pattern;
mod roll;
mod settings;
mod systemd;
mod timers;
mod unit;

use std::collections::BTreeMap;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::service as rows;

pub use pattern::{BadPattern, Pattern};
pub use settings::{FOLDERS_MAX, Folder, Settings};

use crate::cgroup::{Hierarchy, Pass, Rows, Tree, walk};
use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile, Scratch, lines};
use crate::rate::float;
use crate::sample::Sample;
use book::Book;
use files::Files;
use roll::Summary;
use systemd::Systemd;

/// The `service` collector.
#[derive(Debug)]
pub(crate) struct Services {
    systemd: Systemd,
    book: Book,
    hierarchy: Hierarchy,
    scratch: Scratch,
    files: Files,
    stat: KeptFile,
    buffer: Buffer,
    /// When groups are looked for that nobody names.
    walk_due_ms: u64,
    passes: u64,
}

impl Services {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            systemd: Systemd::new(context.roots.run.join("dbus/system_bus_socket")),
            book: Book::new(context.services.clone()),
            hierarchy: Hierarchy::find(&context.roots.sys),
            scratch: Scratch::default(),
            files: Files::new(&context.services.folders),
            stat: KeptFile::new(context.roots.proc.join("stat")),
            buffer: Buffer::default(),
            walk_due_ms: 0,
            passes: 0,
        }
    }
}

impl Collector for Services {
    /// A machine without a bus has just no states to tell of, which is no failure.
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let now_ms = sample.now_ms();
        let result = self.systemd.pass(&mut self.book, now_ms);
        let standing = self.systemd.standing();
        if standing.is_err() && now_ms >= self.walk_due_ms {
            self.walk_due_ms = now_ms.saturating_add(WALK_INTERVAL_MS);
            self.find_groups();
        }
        let mut summary = self.book.choose(now_ms);
        self.tell_services(standing, sample);
        self.files.pass(now_ms);
        self.files.tell(sample);
        let boot_s = self.boot_s();
        summary.untold += self.book.timers.tell(&self.book.roll, boot_s, standing, sample);
        tell_summary(summary, standing, sample);
        // What was told before and is not told now is gone, not absent, also if this pass ends with an error.
        sample.finish();
        match result {
            Err(error) if error.absence() != Absence::Unsupported => Err(error.into()),
            _ => Ok(()),
        }
    }
}

impl Services {
    fn tell_services(&mut self, standing: Result<(), Absence>, sample: &mut Sample) {
        self.passes = self.passes.wrapping_add(1);
        let mut turn = self.passes;
        for (name, service) in self.book.roll.iter_mut().filter(|(_, service)| service.is_told) {
            turn = turn.wrapping_add(1);
            let now_ms = sample.now_ms();
            let pass = Pass { hierarchy: &mut self.hierarchy, scratch: &mut self.scratch, turn, now_ms };
            service.read(pass);
            service.tell(name, standing, sample);
        }
    }

    /// Takes the groups of services from the tree of all groups; what is within a service is its own affair.
    fn find_groups(&mut self) {
        let mut found = BTreeMap::new();
        walk(self.hierarchy.root(), &mut |path, name| {
            if !name.ends_with(".service") {
                return Tree::Enter;
            }
            if self.book.settings.admits(name) {
                found.insert(name.to_owned(), path.to_owned());
            }
            Tree::Skip
        });
        self.book.find(found);
    }

    /// Start of the kernel in seconds since 1970.
    fn boot_s(&mut self) -> Option<u64> {
        if self.book.timers.is_empty() {
            return None;
        }
        let content = self.stat.read(&mut self.buffer).ok()?;
        lines(content).find_map(|line| line.strip_prefix("btime "))?.parse().ok()
    }
}

fn tell_summary(summary: Summary, standing: Result<(), Absence>, sample: &mut Sample) {
    let counts = [
        (&rows::HEALTHY, summary.healthy),
        (&rows::DEGRADED, summary.degraded),
        (&rows::FAILED, summary.failed),
    ];
    for (metric, count) in counts {
        match standing {
            Ok(()) => sample.number(metric, &[], float(count)),
            Err(absence) => sample.absent(metric, &[], absence),
        }
    }
    if summary.untold > 0 {
        sample.number(&rows::UNTOLD, &[], float(summary.untold));
    }
}

/// What a service's figures are told as.
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

/// Groups come and go with services; to look for them takes a millisecond.
const WALK_INTERVAL_MS: u64 = 10_000;

#[cfg(test)]
mod tests;
