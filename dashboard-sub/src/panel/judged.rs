//! What hosts are judged by.

use grapevine_proto::catalogue::{
    agent, backup, container, cpu, disk, gpu, host, load, memory, network, pressure, process, service, smart,
};
use grapevine_proto::{Metric, MetricId};

/// Some metrics of the catalogue.
#[derive(Clone, Copy, Debug)]
pub(super) struct MetricSet([u64; BLOCKS]);

const BLOCKS: usize = 16;

impl MetricSet {
    #[expect(
        clippy::indexing_slicing,
        reason = "made when the program is built, which fails if a number is too high"
    )]
    const fn of(metrics: &[&Metric]) -> Self {
        let mut blocks = [0; BLOCKS];
        let mut at = 0;
        while at < metrics.len() {
            let id = metrics[at].id.0;
            blocks[id as usize / 64] |= 1 << (id % 64);
            at += 1;
        }
        Self(blocks)
    }

    pub(super) fn has(&self, metric: MetricId) -> bool {
        let block = self.0.get(usize::from(metric.0) / 64);
        block.is_some_and(|block| block >> (metric.0 % 64) & 1 == 1)
    }
}

/// All that a summary and an assessment are made of, and that each thing is there at all: a third of the readings of a
/// server, and hosts are judged every second. `tests/judged.rs` compares with what all readings say.
pub(super) static JUDGED: MetricSet = MetricSet::of(&[
    &host::BOOT_TIME,
    &cpu::USE,
    &cpu::TEMPERATURE,
    &load::AVG1,
    &memory::TOTAL,
    &memory::USED,
    &memory::SWAP_TOTAL,
    &memory::SWAP_USED,
    &pressure::MEMORY_FULL_AVG60,
    &pressure::CPU_SOME_AVG60,
    &disk::SPACE_SIZE,
    &disk::SPACE_USED,
    &disk::SPACE_AVAILABLE,
    &disk::SPACE_INODES_USED,
    &disk::SPACE_READ_ONLY,
    &disk::READ,
    &network::RECEIVE,
    &network::TRANSMIT,
    &agent::CPU,
    &gpu::STATE,
    &gpu::USE,
    &gpu::MEMORY_TOTAL,
    &gpu::MEMORY_USED,
    &gpu::POOL_TOTAL,
    &gpu::POOL_RESIDENT,
    &gpu::TEMPERATURE,
    &gpu::POWER,
    &gpu::ECC_UNCORRECTED,
    &gpu::PAGES_PENDING,
    &gpu::ROWS_PENDING,
    &gpu::ROWS_FAILED,
    &gpu::XID,
    &gpu::XID_COUNT,
    &smart::STATE,
    &smart::PASSED,
    &smart::WARNINGS,
    &smart::CRITICAL_WARNING,
    &smart::TEMPERATURE,
    &smart::WEAR,
    &smart::SPARE,
    &smart::SPARE_THRESHOLD,
    &service::STATE,
    &service::SUBSTATE,
    &service::RESULT,
    &service::DISK_USED,
    &service::DISK_QUOTA,
    &service::HEALTHY,
    &service::DEGRADED,
    &service::FAILED,
    &service::TIMER_RESULT,
    &container::COUNT,
    &backup::STATE,
    &backup::LAST_SUCCESS,
    &backup::MESSAGE,
    &process::TOTAL,
]);
