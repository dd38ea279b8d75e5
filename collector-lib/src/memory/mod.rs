//! Memory, swap, zram, tmpfs and the settings of the kernel's memory management.

mod meminfo;
mod settings;
mod tmpfs;
mod zram;

use std::path::PathBuf;

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile};
use crate::sample::Sample;
use meminfo::Meminfo;
use settings::Settings;
use tmpfs::Tmpfs;
use zram::Zram;

/// The `memory` collector.
#[derive(Debug)]
pub(crate) struct Memory {
    meminfo: KeptFile,
    mountinfo: KeptFile,
    sys: PathBuf,
    buffer: Buffer,
    settings: Settings,
    zram: Zram,
    tmpfs: Tmpfs,
    /// When devices and mounts are looked for next.
    scan_due_ms: u64,
}

impl Memory {
    pub(crate) fn new(context: &Context) -> Self {
        let proc = &context.roots.proc;
        Self {
            meminfo: KeptFile::new(proc.join("meminfo")),
            mountinfo: KeptFile::new(proc.join("self/mountinfo")),
            sys: context.roots.sys.clone(),
            buffer: Buffer::default(),
            settings: Settings::new(proc),
            zram: Zram::default(),
            tmpfs: Tmpfs::new(context.space.clone()),
            scan_due_ms: 0,
        }
    }

    fn scan(&mut self) -> Result<(), CollectError> {
        self.zram.scan(&self.sys);
        self.tmpfs.scan(self.mountinfo.read(&mut self.buffer)?);
        Ok(())
    }
}

impl Collector for Memory {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let meminfo = Meminfo::parse(self.meminfo.read(&mut self.buffer)?);
        if meminfo.is_empty() {
            return Err(CollectError::malformed(self.meminfo.path(), "lines such as `MemTotal: 1 kB`"));
        }
        meminfo.emit(sample);
        self.settings.collect(&mut self.buffer, sample);
        if sample.now_ms() >= self.scan_due_ms {
            self.scan_due_ms = sample.now_ms() + SCAN_INTERVAL_MS;
            self.scan()?;
        }
        self.zram.collect(&mut self.buffer, sample);
        self.tmpfs.collect(sample);
        Ok(())
    }
}

const SCAN_INTERVAL_MS: u64 = 10_000;
