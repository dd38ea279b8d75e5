//! Memory, swap and what is in it.

use grapevine_proto::catalogue::memory;

use super::work::Activity;
use super::{Blueprint, mib};
use crate::random::Lagging;
use crate::sheet::Sheet;
use crate::spec::MemorySpec;

#[derive(Debug)]
pub(super) struct Memory {
    spec: &'static MemorySpec,
    used_mib: Lagging,
    /// What GPUs have of it.
    gpu_mib: f64,
    cached_mib: Lagging,
    dirty_mib: Lagging,
    swapped_mib: Lagging,
    writing: f64,
}

impl Memory {
    pub(super) fn new(blueprint: &Blueprint) -> Self {
        let spec = &blueprint.spec.memory;
        let mut random = blueprint.random(20);
        let cached = random.between(0.12, 0.4);
        Self {
            spec,
            used_mib: Lagging::new(spec.total_mib * spec.used.0.midpoint(spec.used.1), 25.0),
            gpu_mib: 0.0,
            cached_mib: Lagging::new(spec.total_mib * cached, 600.0),
            dirty_mib: Lagging::new(4.0, 6.0),
            swapped_mib: Lagging::new(spec.swap_mib * random.between(0.02, 0.2), 900.0),
            writing: 0.0,
        }
    }

    pub(super) fn step(&mut self, activity: &Activity, gpu_mib: f64) {
        let spec = self.spec;
        let (rest, most) = spec.used;
        self.gpu_mib = gpu_mib;
        self.used_mib.follow(spec.total_mib * (rest + (most - rest) * activity.memory));
        let room = (spec.total_mib - self.used()).max(0.0);
        let cached = spec.total_mib * (0.2 + 0.4 * (activity.read + activity.write));
        self.cached_mib.follow(cached);
        self.cached_mib.value = self.cached_mib.value.min(room * 0.95);
        self.dirty_mib.follow(2.0 + 0.02 * spec.total_mib * activity.write);
        self.swapped_mib.follow(spec.swap_mib * (0.03 + 0.3 * (self.used_share() - 0.4).max(0.0)));
        self.writing = activity.write;
    }

    /// Share of the memory that is not available to programs.
    pub(super) fn used_share(&self) -> f64 {
        self.used() / self.spec.total_mib
    }

    pub(super) fn total_mib(&self) -> f64 {
        self.spec.total_mib
    }

    pub(super) fn available_mib(&self) -> f64 {
        self.spec.total_mib - self.used()
    }

    pub(super) fn cached_mib(&self) -> f64 {
        self.cached_mib.value
    }

    fn used(&self) -> f64 {
        (self.used_mib.value + self.gpu_mib).min(self.spec.total_mib * 0.97)
    }

    pub(super) fn tell(&self, sheet: &mut Sheet) {
        let spec = self.spec;
        sheet.number(&memory::TOTAL, &[], mib(spec.total_mib));
        sheet.number(&memory::AVAILABLE, &[], mib(self.available_mib()));
        sheet.number(&memory::USED, &[], mib(self.used()));
        sheet.number(&memory::CACHED, &[], mib(self.cached_mib.value));
        sheet.number(&memory::BUFFERS, &[], mib(spec.total_mib * 0.004));
        sheet.number(&memory::DIRTY, &[], mib(self.dirty_mib.value));
        sheet.number(&memory::WRITEBACK, &[], mib(12.0 * self.writing));
        let shared: f64 = spec.tmpfs.iter().map(|(_, _, used)| used).sum();
        sheet.number(&memory::SHARED, &[], mib(shared + 60.0));
        sheet.number(&memory::SWAP_TOTAL, &[], mib(spec.swap_mib));
        sheet.number(&memory::SWAP_USED, &[], mib(self.swapped_mib.value));
        if spec.zram_mib > 0.0 {
            let original = self.swapped_mib.value.min(spec.zram_mib);
            let compressed = original / 3.4;
            sheet.number(&memory::ZRAM_SIZE, &[], mib(spec.zram_mib));
            sheet.number(&memory::ZRAM_ORIGINAL, &[], mib(original));
            sheet.number(&memory::ZRAM_COMPRESSED, &[], mib(compressed));
            sheet.number(&memory::ZRAM_USED, &[], mib(compressed * 1.03));
            sheet.number(&memory::ZRAM_RATIO, &[], 3.4);
        }
        for (mount, size, _) in spec.tmpfs {
            sheet.number(&memory::TMPFS_SIZE, &[mount], mib(*size));
        }
        for (mount, _, used) in spec.tmpfs {
            sheet.number(&memory::TMPFS_USED, &[mount], mib(*used));
        }
        sheet.number(&memory::DIRTY_RATIO, &[], spec.dirty_ratio.0);
        sheet.number(&memory::DIRTY_BACKGROUND_RATIO, &[], spec.dirty_ratio.1);
        sheet.number(&memory::SWAPPINESS, &[], spec.swappiness);
        sheet.number(&memory::OVERCOMMIT, &[], 0.0);
    }
}
