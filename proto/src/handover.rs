//! Readings between two programs of one host: the sections of a keyframe's body that hold them, and nothing around.

use crate::body::{self, BodyError, Cell, Cells, Rows, Series};
use crate::limits::READINGS_MAX;
use crate::metric::MetricRef;
use crate::reading::Reading;

/// The bytes of `readings`, each rounded to a step of its metric's scale, in ascending order of their metrics' numbers;
/// of more than [`READINGS_MAX`] the rest is left out.
///
/// # Errors
/// [`BodyError::TooLong`] if they are more than the body of a frame holds.
pub fn encode_readings<'a>(readings: impl Iterator<Item = &'a Reading>) -> Result<Vec<u8>, BodyError> {
    let mut readings: Vec<&Reading> = readings.take(READINGS_MAX).collect();
    readings.sort_by_key(|reading| reading.metric.id);
    let metrics: Vec<MetricRef> = readings.iter().map(|reading| reading.metric.clone()).collect();
    let cells: Vec<Cell> = readings.iter().map(|reading| Cell::of(&reading.metric, &reading.state)).collect();
    let mut bytes = Vec::new();
    let rows = Rows::beyond_base(metrics.iter());
    if !rows.is_empty() {
        body::put(&mut bytes, &rows)?;
    }
    body::put(&mut bytes, &Series::of(readings.into_iter()))?;
    body::put(&mut bytes, &Cells::of(metrics.iter().zip(&cells)))?;
    Ok(bytes)
}

/// The readings that [`encode_readings`] wrote. The bytes may come from a program that is out of its mind.
///
/// # Errors
/// A [`BodyError`] if they are no readings.
pub fn decode_readings(bytes: &[u8]) -> Result<Vec<Reading>, BodyError> {
    let rows: Rows = body::find(bytes)?.unwrap_or_default();
    let shape = body::require::<Series<'_>>(bytes)?.resolve(&rows)?;
    let cells = body::require::<Cells<'_>>(bytes)?.resolve(shape.iter().map(|(metric, _)| metric))?;
    let readings = shape.iter().zip(&cells);
    Ok(readings.map(|((metric, labels), cell)| Reading::of(metric, labels, cell.state(metric))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;
    use crate::reading::{Absence, Labels, State, Value};
    use proptest::prelude::*;

    fn any_state() -> impl Strategy<Value = State> {
        let value = || (0_u32..1 << 20).prop_map(|number| Value::Number(f64::from(number)));
        let absence = || prop::sample::select(Absence::ALL.to_vec());
        prop_oneof![
            value().prop_map(State::Present),
            absence().prop_map(State::Absent),
            (value(), absence(), 0_u32..100).prop_map(|(value, absence, age_s)| State::Kept {
                value,
                absence,
                age_ms: age_s * 1000
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_handed_over_arrives(states in prop::collection::vec(any_state(), 0..50)) {
            let metric = MetricRef::Known(&catalogue::gpu::PROCESSES);
            let readings: Vec<Reading> = (0..)
                .zip(states)
                .map(|(n, state)| Reading { metric: metric.clone(), labels: Labels::new(&[format!("{n}")]), state })
                .collect();
            let bytes = encode_readings(readings.iter()).unwrap();
            prop_assert_eq!(decode_readings(&bytes).unwrap(), readings);
        }

        #[test]
        fn any_bytes_are_readings_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            drop(decode_readings(&bytes));
        }
    }

    #[test]
    fn the_order_is_that_of_the_catalogue() {
        let reading = |metric: &'static crate::Metric, labels: &[&str]| Reading {
            metric: metric.into(),
            labels: Labels::new(labels),
            state: State::Absent(Absence::Sleeping),
        };
        let told = [reading(&catalogue::gpu::POWER, &["0"]), reading(&catalogue::gpu::BUS, &["0"])];
        let [power, bus] = &told;
        let arrived = decode_readings(&encode_readings(told.iter()).unwrap()).unwrap();
        assert_eq!(arrived, [bus.clone(), power.clone()]);
    }
}
