//! Which series of a host.

use grapevine_proto::{Metric, MetricId};

use crate::host::HostReading;

/// A metric and the values of its labels, in eight bytes: the metric's number, and 48 bits of the labels' FNV-1a hash.
/// It names a series of one host, of which two hardly ever share a hash; should a host see to it that they do, it is
/// two series of its own that share their past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKey(u64);

impl SeriesKey {
    /// The series of `metric` with these values of its labels, in the order of the metric's label keys.
    pub fn new(metric: &Metric, labels: &[&str]) -> Self {
        Self::hashed(metric.id, labels.iter().copied())
    }

    /// The series that this reading belongs to.
    pub fn of(reading: &HostReading<'_>) -> Self {
        Self::hashed(reading.metric.id, reading.labels.iter())
    }

    /// The number of its metric.
    pub fn metric(self) -> MetricId {
        let [.., low, high] = self.0.to_le_bytes();
        MetricId(u16::from_le_bytes([low, high]))
    }

    /// The least key of this metric.
    pub(super) fn first_of(metric: MetricId) -> Self {
        Self(u64::from(metric.0) << LABEL_BITS)
    }

    fn hashed<'a>(metric: MetricId, labels: impl Iterator<Item = &'a str>) -> Self {
        let mut hash = FNV_OFFSET;
        for label in labels {
            // A byte that is in no text keeps ["ab", "c"] and ["a", "bc"] apart.
            for byte in label.bytes().chain([0xFF]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
            }
        }
        // The lower bits of FNV-1a are the weaker ones: the upper are folded into them, as its authors say.
        let folded = (hash ^ (hash >> LABEL_BITS)) & ((1 << LABEL_BITS) - 1);
        Self(Self::first_of(metric).0 | folded)
    }
}

const LABEL_BITS: u32 = 48;

/// The constants of FNV-1a for 64 bits: Fowler, Noll, Vo, Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_proto::catalogue::{cpu, gpu};

    #[test]
    fn keys_tell_metrics_and_labels_apart_and_are_in_the_order_of_metrics() {
        let keys = [
            SeriesKey::new(&cpu::USE, &[]),
            SeriesKey::new(&cpu::CORE_USE, &["0"]),
            SeriesKey::new(&gpu::PROCESS_MEMORY, &["0", "11"]),
        ];
        assert!(keys.is_sorted_by(|a, b| a < b));
        assert_eq!(keys.map(SeriesKey::metric), [cpu::USE.id, cpu::CORE_USE.id, gpu::PROCESS_MEMORY.id]);
        assert_ne!(SeriesKey::new(&gpu::PROCESS_MEMORY, &["01", "1"]), keys[2]);
    }
}
