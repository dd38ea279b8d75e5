//! What a run counts, in flat arrays: nothing is kept of single deliveries.

use bytes::Bytes;
use grapevine_proto::gossip::Control;

use crate::clock::Micros;

/// What was counted since counting began.
#[derive(Debug)]
pub(crate) struct Measures {
    /// Time from publishing to delivery.
    pub(crate) latency: Histogram,
    /// Frames that arrived, and those of them that were news.
    pub(crate) frames_arrived: u64,
    pub(crate) deliveries: u64,
    pub(crate) controls: u64,
    pub(crate) control_bytes: u64,
    /// Frames that were written, and their bytes.
    pub(crate) frames_sent: u64,
    pub(crate) frame_bytes: u64,
    /// Links that the delivered frames had crossed, all together and at most.
    pub(crate) hops: u64,
    pub(crate) hops_max: u8,
    /// By host: bytes of messages that it sent.
    pub(crate) sent_bytes: Vec<u64>,
    /// By host: what it put on the wire, all headers included.
    pub(crate) wire_bytes: Vec<u64>,
    pub(crate) packets: u64,
    pub(crate) false_deaths: u64,
    /// Time from a host's end until another one knew.
    pub(crate) death_known: Histogram,
    /// Most bytes of frames that any engine held.
    pub(crate) held_bytes_max: usize,
}

impl Measures {
    pub(crate) fn new(hosts: usize) -> Self {
        Self {
            latency: Histogram::default(),
            frames_arrived: 0,
            deliveries: 0,
            controls: 0,
            control_bytes: 0,
            frames_sent: 0,
            frame_bytes: 0,
            hops: 0,
            hops_max: 0,
            sent_bytes: vec![0; hosts],
            wire_bytes: vec![0; hosts],
            packets: 0,
            false_deaths: 0,
            death_known: Histogram::default(),
            held_bytes_max: 0,
        }
    }

    /// A host wrote a message.
    pub(crate) fn sent(&mut self, host: usize, message: &Bytes, overhead_bytes: u32) {
        let length = message.len() as u64;
        let (count, bytes) = if Control::is_control(message) {
            (&mut self.controls, &mut self.control_bytes)
        } else {
            (&mut self.frames_sent, &mut self.frame_bytes)
        };
        *count += 1;
        *bytes += length;
        self.sent_bytes[host] += length;
        self.wire_bytes[host] += u64::from(overhead_bytes) + length;
    }

    /// A host put so many packets on the wire, with so many bytes besides messages.
    pub(crate) fn packets(&mut self, host: usize, count: u64, bytes: u64) {
        self.packets += count;
        self.wire_bytes[host] += count * PACKET_OVERHEAD_BYTES + bytes;
    }
}

/// How often a time came about: in steps of 0.1 ms up to a second, in steps of 10 ms beyond.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    fine: Vec<u64>,
    coarse: Vec<u64>,
    count: u64,
    max: Micros,
}

impl Histogram {
    pub(crate) fn add(&mut self, time: Micros) {
        self.count += 1;
        self.max = self.max.max(time);
        let (steps, place) = if time < FINE_END {
            (&mut self.fine, time / FINE_US)
        } else {
            (&mut self.coarse, (time / COARSE_US).min(COARSE_STEPS))
        };
        let place = usize::try_from(place).unwrap_or(0);
        if steps.len() <= place {
            steps.resize(place + 1, 0);
        }
        steps[place] += 1;
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn max(&self) -> Micros {
        self.max
    }

    /// The time within which so many in a thousand lie; 0 if there are none.
    pub(crate) fn permille(&self, permille: u64) -> Micros {
        let wanted = (self.count * permille).div_ceil(1000);
        let fine = (1..).map(|n| n * FINE_US).zip(&self.fine);
        let coarse = (1..).map(|n| n * COARSE_US).zip(&self.coarse);
        let mut seen = 0;
        for (end, count) in fine.chain(coarse) {
            seen += count;
            if seen >= wanted {
                return end.min(self.max);
            }
        }
        self.max
    }
}

/// What Ethernet, IP and TCP add to a packet, time stamps included (14 + 20 + 32 B).
pub(crate) const PACKET_OVERHEAD_BYTES: u64 = 66;

const FINE_US: Micros = 100;
const FINE_END: Micros = 1_000_000;
const COARSE_US: Micros = 10_000;
/// Two minutes.
const COARSE_STEPS: u64 = 12_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_a_histogram_are_right_to_a_step() {
        let mut histogram = Histogram::default();
        (1..=1000).for_each(|n| histogram.add(n * 1000));
        assert_eq!((histogram.count(), histogram.max()), (1000, 1_000_000));
        for permille in [1, 500, 990, 1000] {
            let found = histogram.permille(permille);
            assert!(found.abs_diff(permille * 1000) <= COARSE_US, "{permille}: {found}");
        }
    }
}
