//! Control groups of version 2: all in one tree.

use std::path::{Path, PathBuf};

use super::figures::{
    Content, Figure, Gone, Limits, Load, Usage, keyed, limit, number, parse, pressure, share_of_a_core,
};
use super::stacked::Stacked;
use crate::file::{Scratch, lines};

/// The tree.
#[derive(Debug)]
pub(crate) struct Unified {
    root: PathBuf,
    stacked: Stacked,
}

impl Unified {
    pub(super) fn new(root: PathBuf, sys: &Path) -> Self {
        Self { root, stacked: Stacked::new(sys) }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Every group has `cpu.stat`, with or without the controller.
    pub(super) fn usage(&self, path: &str, scratch: &mut Scratch) -> Result<Usage, Gone> {
        let content = scratch.read(&self.root, path, "cpu.stat");
        if content.as_ref().is_err_and(crate::collector::CollectError::is_missing) {
            return Err(Gone);
        }
        Ok(Usage {
            cpu_us: keyed(content, "usage_usec"),
            memory_bytes: number(scratch.read(&self.root, path, "memory.current")),
        })
    }

    pub(super) fn load(&mut self, path: &str, scratch: &mut Scratch) -> Load {
        let root = &self.root;
        let anonymous_bytes = keyed(scratch.read(root, path, "memory.stat"), "anon");
        let tasks = number(scratch.read(root, path, "pids.current"));
        let (read_bytes, written_bytes) = traffic(scratch.read(root, path, "io.stat"), &mut self.stacked);
        let pressure = ["cpu.pressure", "memory.pressure", "io.pressure"]
            .map(|file| pressure(scratch.read(root, path, file)));
        Load { anonymous_bytes, tasks, read_bytes, written_bytes, pressure }
    }

    pub(super) fn limits(&self, path: &str, scratch: &mut Scratch) -> Limits {
        Limits {
            cpu_percent: cpu_limit(scratch.read(&self.root, path, "cpu.max")),
            memory_bytes: limit(scratch.read(&self.root, path, "memory.max")),
            tasks: limit(scratch.read(&self.root, path, "pids.max")),
        }
    }
}

/// `max 100000`, or `50000 100000` in microseconds.
fn cpu_limit(content: Content<'_>) -> Figure<Option<f64>> {
    let content = content.map_err(|error| error.absence())?.trim_ascii();
    let mut words = content.split(|byte| *byte == b' ');
    let most = limit(Ok(words.next().unwrap_or_default()));
    share_of_a_core(most, words.next().and_then(parse))
}

/// What was read and written, from lines `259:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`.
///
/// A line without figures is a disk of which there are none. What goes to a disk that is made of others is in the
/// lines of those as well.
fn traffic(content: Content<'_>, stacked: &mut Stacked) -> (Figure, Figure) {
    let content = match content {
        Ok(content) => content,
        Err(error) => return (Err(error.absence()), Err(error.absence())),
    };
    let (mut read_bytes, mut written_bytes) = (0_u64, 0_u64);
    for line in lines(content) {
        let mut words = line.split(' ');
        if words.next().is_some_and(|device| stacked.contains(device)) {
            continue;
        }
        for word in words {
            match word.split_once('=') {
                Some(("rbytes", digits)) => add(&mut read_bytes, digits),
                Some(("wbytes", digits)) => add(&mut written_bytes, digits),
                _ => {}
            }
        }
    }
    (Ok(read_bytes), Ok(written_bytes))
}

fn add(sum: &mut u64, digits: &str) {
    *sum = sum.saturating_add(digits.parse().unwrap_or_default());
}
