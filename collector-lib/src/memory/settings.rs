//! Settings of the memory management, from `/proc/sys/vm` (`Documentation/admin-guide/sysctl/vm.rst`).

use std::path::Path;

use grapevine_proto::catalogue::memory as rows;
use grapevine_proto::{Absence, Metric};

use crate::file::{Buffer, KeptFile};
use crate::sample::Sample;

#[derive(Debug)]
pub(super) struct Settings([(KeptFile, &'static Metric); 4]);

impl Settings {
    pub(super) fn new(proc: &Path) -> Self {
        let setting = |name, metric| (KeptFile::new(proc.join("sys/vm").join(name)), metric);
        Self([
            setting("dirty_ratio", &rows::DIRTY_RATIO),
            setting("dirty_background_ratio", &rows::DIRTY_BACKGROUND_RATIO),
            setting("swappiness", &rows::SWAPPINESS),
            setting("overcommit_memory", &rows::OVERCOMMIT),
        ])
    }

    pub(super) fn collect(&mut self, buffer: &mut Buffer, sample: &mut Sample) {
        for (file, metric) in &mut self.0 {
            match file.read_number(buffer).map(u32::try_from) {
                Ok(Ok(number)) => sample.number(metric, &[], number.into()),
                Ok(Err(_)) => sample.absent(metric, &[], Absence::Failed),
                Err(error) => sample.absent(metric, &[], error.absence()),
            }
        }
    }
}
