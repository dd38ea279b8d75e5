//! Which programs use the processors and the memory most, by their names alone.
//!
//! Command lines and environments hold secrets, and are never read.

mod stat;

use std::collections::BTreeMap;
use std::path::PathBuf;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::process as rows;

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::Scratch;
use crate::rate::float;
use crate::sample::Sample;
use stat::{Stat, parse};

/// The `process` collector.
pub(crate) struct Processes {
    proc: PathBuf,
    scratch: Scratch,
    /// Processor time so far by process, as the previous pass saw it.
    before: BTreeMap<Process, u64>,
    before_ms: Option<u64>,
    page_bytes: u64,
    ticks_per_second: u64,
}

/// A process: numbers are given anew, but not with the same start.
type Process = (u32, u64);

/// What the processes of one name use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Use {
    count: u64,
    ticks: u64,
    pages: u64,
}

impl Processes {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            proc: context.roots.proc.clone(),
            scratch: Scratch::default(),
            before: BTreeMap::new(),
            before_ms: None,
            page_bytes: u64::try_from(rustix::param::page_size()).unwrap_or_default(),
            ticks_per_second: rustix::param::clock_ticks_per_second(),
        }
    }

    /// What all names use, and how much of the processors since the pass before.
    fn read(&mut self) -> Result<BTreeMap<String, Use>, CollectError> {
        let entries = std::fs::read_dir(&self.proc)
            .map_err(|source| CollectError::Read { path: self.proc.clone(), source })?;
        let mut names: BTreeMap<String, Use> = BTreeMap::new();
        let mut now = BTreeMap::new();
        for entry in entries.flatten().take(ENTRIES_MAX) {
            let folder = entry.file_name();
            let Some(pid) = folder.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
            // A process that has ended since is none.
            let Ok(content) = self.scratch.read(&self.proc, &format!("/{pid}"), "stat") else { continue };
            let Some(Stat { name, ticks, start, pages }) = parse(content) else { continue };
            let process = (pid, start);
            // One that is new has used all of its time since.
            let before = self.before.get(&process).copied().unwrap_or_default();
            now.insert(process, ticks);
            let used = names.entry(name).or_default();
            used.count += 1;
            used.ticks = used.ticks.saturating_add(ticks.saturating_sub(before));
            used.pages = used.pages.saturating_add(pages);
        }
        self.before = now;
        Ok(names)
    }

    /// Share of one core in percent; none for the first pass.
    fn percent(&self, ticks: u64, passed_ms: Option<u64>) -> Option<f64> {
        let passed_ms = passed_ms.filter(|ms| *ms > 0)?;
        Some(float(ticks) / float(self.ticks_per_second.max(1)) / float(passed_ms) * 100_000.0)
    }
}

impl Collector for Processes {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let now_ms = sample.now_ms();
        let names = self.read()?;
        let passed_ms = self.before_ms.replace(now_ms).map(|before_ms| now_ms.saturating_sub(before_ms));
        match names.values().map(|used| used.count).sum() {
            0 => sample.absent(&rows::TOTAL, &[], Absence::Unsupported),
            total => sample.number(&rows::TOTAL, &[], float(total)),
        }
        for (name, used) in most(&names) {
            let labels = &[name];
            sample.number(&rows::COUNT, labels, float(used.count));
            match self.percent(used.ticks, passed_ms) {
                Some(percent) => sample.number(&rows::CPU, labels, percent),
                None => sample.absent(&rows::CPU, labels, Absence::Failed),
            }
            sample.number(&rows::MEMORY, labels, float(used.pages.saturating_mul(self.page_bytes)));
        }
        Ok(())
    }
}

/// The names that use most of either, in their order. Of names that use the same it is the first ones, so that the idle
/// do not take turns.
fn most(names: &BTreeMap<String, Use>) -> BTreeMap<&str, Use> {
    let mut most = BTreeMap::new();
    for of in [|used: &Use| used.ticks, |used: &Use| used.pages] {
        let mut all: Vec<(&String, &Use)> = names.iter().filter(|(_, used)| of(used) > 0).collect();
        all.sort_by_key(|(_, used)| std::cmp::Reverse(of(used)));
        most.extend(all.into_iter().take(NAMES_MAX).map(|(name, used)| (name.as_str(), *used)));
    }
    most
}

/// Most names that are told of for the processors, and as many for memory: 20 times 3 readings.
const NAMES_MAX: usize = 10;

/// Most entries of `/proc` that are read: eight times the usual limit of processes on a small machine (`pid_max`).
const ENTRIES_MAX: usize = 262_144;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn none_that_is_left_out_uses_more_than_one_that_is_told(
            uses in prop::collection::vec((0_u64..50, 0_u64..50), 0..60)
        ) {
            let used = |(ticks, pages): &(u64, u64)| Use { count: 1, ticks: *ticks, pages: *pages };
            let names: BTreeMap<String, Use> =
                uses.iter().enumerate().map(|(number, of)| (format!("p{number:02}"), used(of))).collect();
            let told = most(&names);
            prop_assert!(told.len() <= 2 * NAMES_MAX);
            for (name, left_out) in names.iter().filter(|(name, _)| !told.contains_key(name.as_str())) {
                for of in [|used: &Use| used.ticks, |used: &Use| used.pages] {
                    let above = told.values().filter(|told| of(told) >= of(left_out)).count();
                    prop_assert!(of(left_out) == 0 || above >= NAMES_MAX, "{}", name);
                }
            }
        }
    }

    #[test]
    fn this_test_is_among_the_processes() {
        let mut processes = Processes::new(&Context::of_this_machine());
        let names = processes.read().unwrap();
        let own = std::fs::read_to_string("/proc/self/comm").unwrap();
        let used = names[own.trim()];
        assert!(used.count >= 1 && used.pages > 0, "{used:?}");
        assert!(processes.before.keys().any(|(pid, _)| *pid == std::process::id()));
    }
}
