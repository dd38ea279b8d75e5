//! Space of file systems and traffic of disks.

mod space;
mod traffic;

use crate::collector::{CollectError, Collector};
use crate::context::Context;
use crate::file::{Buffer, KeptFile};
use crate::sample::Sample;
use space::Volumes;
use traffic::Disks;

/// The `disk` collector.
#[derive(Debug)]
pub(crate) struct Disk {
    diskstats: KeptFile,
    mountinfo: KeptFile,
    buffer: Buffer,
    disks: Disks,
    volumes: Volumes,
    /// When space is asked for next.
    space_due_ms: u64,
}

impl Disk {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            diskstats: KeptFile::new(context.roots.proc.join("diskstats")),
            mountinfo: KeptFile::new(context.roots.proc.join("self/mountinfo")),
            buffer: Buffer::default(),
            disks: Disks::new(&context.roots.sys),
            volumes: Volumes::new(context.space.clone()),
            space_due_ms: 0,
        }
    }
}

impl Collector for Disk {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        self.disks.collect(self.diskstats.read(&mut self.buffer)?, sample);
        if sample.now_ms() >= self.space_due_ms {
            self.space_due_ms = sample.now_ms() + SPACE_INTERVAL_MS;
            self.volumes.read(self.mountinfo.read(&mut self.buffer)?);
        }
        self.volumes.emit(sample);
        Ok(())
    }
}

/// Space changes slowly, and asking for it may wake a disk or wait for one.
const SPACE_INTERVAL_MS: u64 = 10_000;
