//! What simulated hosts measure: a server with 8 cores, two disks and two interfaces whose load moves, and nothing else.

use grapevine_proto::{Kind, Labels, Metric, MetricRef, Reading, State, Value, catalogue};

use crate::random::mix;

/// The readings of one host. What they are at any step follows from the host and the step alone, so that whoever decodes
/// a frame can be told whether that is what its origin meant.
#[derive(Debug)]
pub(crate) struct Readings {
    host: u64,
    series: Vec<Reading>,
}

impl Readings {
    pub(crate) fn of(host: usize) -> Self {
        let mut series = Vec::new();
        let has_group = |metric: &Metric| GROUPS.iter().any(|group| metric.name.starts_with(group));
        let is_told = |metric: &&Metric| metric.kind != Kind::Text && has_group(metric);
        for metric in catalogue::rows().filter(is_told) {
            for label in labels_of(metric) {
                let labels = Labels::new(&vec![label; metric.labels.len()]);
                let state = State::Present(Value::Number(0.0));
                series.push(Reading { metric: MetricRef::Known(metric), labels, state });
            }
        }
        Self { host: host as u64, series }
    }

    /// The readings at `step`, in the order of their metrics.
    pub(crate) fn at(&mut self, step: u32) -> &[Reading] {
        for (place, reading) in (0..).zip(&mut self.series) {
            reading.state = State::Present(Value::Number(value(self.host, place, &reading.metric, step)));
        }
        &self.series
    }
}

/// Values lie whole steps of their scale apart, further than any deadband, so that they are sent exactly.
fn value(host: u64, place: u64, metric: &Metric, step: u32) -> f64 {
    let own = mix(host << 32 | place);
    // One in three moves, each at its own pace.
    let level = if own.is_multiple_of(3) {
        let pace = 1 + own / 3 % 4;
        mix(own ^ ((u64::from(step) + own % 16) / pace)) % LEVELS
    } else {
        own % LEVELS
    };
    let stride = i64::from(metric.deadband) + 1;
    let count = |number: u64| i64::try_from(number).unwrap_or(0);
    metric.scale.restore(count(own % 16) + count(level) * stride)
}

fn labels_of(metric: &Metric) -> Vec<String> {
    let numbered = |stem: &str, count: u8| (0..count).map(|n| format!("{stem}{n}")).collect();
    match metric.labels.iter().next() {
        None => vec![String::new()],
        Some("core") => numbered("", 8),
        Some("collector") => numbered("collector", 8),
        Some(label) => numbered(label, 2),
    }
}

const LEVELS: u64 = 12;

/// What every server tells; the others tell of GPUs, services, backups and the like that it may have.
const GROUPS: [&str; 8] = ["host.", "cpu.", "memory.", "pressure.", "load.", "disk.", "network.", "agent."];

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_proto::{Composer, Identity, Moment, OriginKey, PublicKey};

    #[test]
    fn readings_move_and_follow_from_host_and_step() {
        let (mut one, mut same, mut other) = (Readings::of(1), Readings::of(1), Readings::of(2));
        assert_eq!(one.at(5), same.at(5));
        assert_ne!(one.at(5), other.at(5));
        let before = one.at(5).to_vec();
        let moved = before.iter().zip(one.at(6)).filter(|(before, after)| before != after).count();
        assert!(moved > 5 && moved < before.len() / 2, "{moved} of {}", before.len());
    }

    /// As much as a real host of this kind sends at most: `SPECIFICATION.md`, promise 1.
    #[test]
    fn a_host_sends_200_bytes_a_second() {
        let identity = Identity {
            public_key: PublicKey([0; 32]),
            host: "host-1".parse().unwrap(),
            interval_ms: 1000,
            role: String::new(),
            groups: Vec::new(),
        };
        let mut composer = Composer::new(OriginKey::from_seed(&[1; 32]), identity, 32, 1);
        let mut readings = Readings::of(1);
        let frames = (0..60).map(|second| {
            let frame = composer.frame(readings.at(second).iter(), Moment(u64::from(second) * 1000)).unwrap();
            frame.bytes().len()
        });
        let per_second = frames.sum::<usize>() / 60;
        assert!((190..=210).contains(&per_second), "{per_second} B/s");
    }
}
