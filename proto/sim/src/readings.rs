//! What simulated hosts measure: a server with 8 cores, two disks and two interfaces whose load moves.

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
        for metric in catalogue::rows().filter(|metric| metric.kind != Kind::Text) {
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
    // Two in seven move, each at its own pace.
    let level = if own % 7 < 2 {
        let pace = 1 + own / 7 % 4;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_move_and_follow_from_host_and_step() {
        let (mut one, mut same, mut other) = (Readings::of(1), Readings::of(1), Readings::of(2));
        assert_eq!(one.at(5), same.at(5));
        assert_ne!(one.at(5), other.at(5));
        let before = one.at(5).to_vec();
        let moved = before.iter().zip(one.at(6)).filter(|(before, after)| before != after).count();
        assert!(moved > 5 && moved < before.len() / 3, "{moved} of {}", before.len());
    }
}
