//! `/proc/meminfo` (proc_meminfo(5), `Documentation/filesystems/proc.rst`).

use grapevine_proto::catalogue::memory as rows;
use grapevine_proto::{Absence, Metric};

use crate::file::lines;
use crate::rate::float;
use crate::sample::Sample;

/// Amounts in bytes; none where the kernel gives no such line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Meminfo {
    total: Option<u64>,
    /// Since Linux 3.14.
    available: Option<u64>,
    cached: Option<u64>,
    buffers: Option<u64>,
    dirty: Option<u64>,
    writeback: Option<u64>,
    shared: Option<u64>,
    swap_total: Option<u64>,
    swap_free: Option<u64>,
}

impl Meminfo {
    pub(super) fn parse(content: &[u8]) -> Self {
        let mut meminfo = Self::default();
        for line in lines(content) {
            let Some((key, amount)) = line.split_once(':') else { continue };
            let field = match key {
                "MemTotal" => &mut meminfo.total,
                "MemAvailable" => &mut meminfo.available,
                "Cached" => &mut meminfo.cached,
                "Buffers" => &mut meminfo.buffers,
                "Dirty" => &mut meminfo.dirty,
                "Writeback" => &mut meminfo.writeback,
                "Shmem" => &mut meminfo.shared,
                "SwapTotal" => &mut meminfo.swap_total,
                "SwapFree" => &mut meminfo.swap_free,
                _ => continue,
            };
            *field = bytes(amount);
        }
        meminfo
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn emit(&self, sample: &mut Sample) {
        tell(sample, &rows::TOTAL, self.total);
        tell(sample, &rows::AVAILABLE, self.available);
        tell(sample, &rows::USED, less(self.total, self.available));
        tell(sample, &rows::CACHED, self.cached);
        tell(sample, &rows::BUFFERS, self.buffers);
        tell(sample, &rows::DIRTY, self.dirty);
        tell(sample, &rows::WRITEBACK, self.writeback);
        tell(sample, &rows::SHARED, self.shared);
        tell(sample, &rows::SWAP_TOTAL, self.swap_total);
        tell(sample, &rows::SWAP_USED, less(self.swap_total, self.swap_free));
    }
}

/// `       123 kB`, in which a kB has 1024 bytes.
fn bytes(amount: &str) -> Option<u64> {
    amount.trim_ascii().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

fn less(all: Option<u64>, part: Option<u64>) -> Option<u64> {
    all?.checked_sub(part?)
}

fn tell(sample: &mut Sample, metric: &'static Metric, amount: Option<u64>) {
    match amount {
        Some(amount) => sample.number(metric, &[], float(amount)),
        None => sample.absent(metric, &[], Absence::Unsupported),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_kilobyte_has_1024_bytes() {
        let meminfo = Meminfo::parse(b"MemTotal:       16303428 kB\nHugePages_Total:       0\n");
        assert_eq!(meminfo, Meminfo { total: Some(16_303_428 * 1024), ..Meminfo::default() });
    }

    #[test]
    fn what_an_old_kernel_lacks_is_unsupported_and_not_0() {
        let mut sample = Sample::default();
        Meminfo::parse(b"MemTotal: 1024 kB\nMemFree: 512 kB\n").emit(&mut sample);
        let used = sample.readings().find(|reading| reading.metric.name == "memory.used").unwrap();
        assert_eq!(used.state.absence(), Some(Absence::Unsupported));
    }

    proptest! {
        #[test]
        fn any_bytes_parse(content: Vec<u8>, amount: String) {
            Meminfo::parse(&content).emit(&mut Sample::default());
            Meminfo::parse(format!("MemTotal:{amount}").as_bytes()).emit(&mut Sample::default());
        }
    }
}
