//! What the program that reads GPUs answers to a [`Roster`](super::Roster).

use grapevine_proto::limits::BODY_BYTES_MAX;
use grapevine_proto::{Metric, MetricRef, Reading, State, Value, decode_readings, encode_readings};

use crate::sample::Sample;

/// An answer: the readings of a pass, or why there are none.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// All readings of all GPUs.
    Readings(Vec<Reading>),
    /// No source works, and why.
    Failed(String),
}

/// An answer cannot be read: the program is broken, or of another version.
#[derive(Debug, thiserror::Error)]
#[error("an answer that makes no sense")]
pub struct BadAnswer;

impl Answer {
    /// Its bytes: a kind, then the readings as in a keyframe, or a text.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Readings(readings) => match encode_readings(readings.iter()) {
                Ok(bytes) => [&[READINGS], bytes.as_slice()].concat(),
                Err(error) => Self::Failed(error.to_string()).encode(),
            },
            Self::Failed(reason) => {
                let reason = reason.get(..reason.floor_char_boundary(REASON_BYTES_MAX)).unwrap_or(reason);
                [&[FAILED], reason.as_bytes()].concat()
            }
        }
    }

    /// The answer with these bytes.
    ///
    /// # Errors
    /// [`BadAnswer`] if there is none.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadAnswer> {
        match bytes.split_first() {
            Some((&READINGS, readings)) => {
                decode_readings(readings).map(Self::Readings).map_err(|_| BadAnswer)
            }
            Some((&FAILED, reason)) => Ok(Self::Failed(String::from_utf8_lossy(reason).into_owned())),
            _ => Err(BadAnswer),
        }
    }
}

/// Tells readings that another program told, as far as they are of GPUs.
pub(super) fn retell(readings: &[Reading], sample: &mut Sample) {
    for reading in readings {
        let MetricRef::Known(metric) = &reading.metric else { continue };
        let labels: Vec<&str> = reading.labels.iter().collect();
        if metric.name.starts_with("gpu.") && labels.len() == metric.labels.len() {
            retell_one(metric, &labels, &reading.state, sample);
        }
    }
}

/// A value that the other one kept is kept here, too, with its age.
fn retell_one(metric: &'static Metric, labels: &[&str], state: &State, sample: &mut Sample) {
    match state {
        State::Present(Value::Number(number)) => sample.number(metric, labels, *number),
        State::Present(Value::Text(text)) => sample.text(metric, labels, text),
        State::Absent(absence) | State::Kept { absence, .. } => sample.absent(metric, labels, *absence),
    }
}

/// Most bytes of an answer.
pub const ANSWER_BYTES_MAX: usize = 1 + BODY_BYTES_MAX;

const READINGS: u8 = 0;
const FAILED: u8 = 1;
const REASON_BYTES_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{Gpu, Standing, tell};
    use proptest::prelude::*;

    #[test]
    fn what_one_program_tells_another_retells() {
        let mut first = Sample::default();
        first.begin(0);
        let mut gpu = Gpu::new("0", Standing::Ok);
        gpu.put(&grapevine_proto::catalogue::gpu::POWER, Ok(34.5));
        tell([&gpu], &mut first);
        first.finish();
        let told: Vec<Reading> = first.readings().cloned().collect();
        let bytes = Answer::Readings(told.clone()).encode();
        let Ok(Answer::Readings(heard)) = Answer::decode(&bytes) else { panic!("no readings") };
        let mut second = Sample::default();
        second.begin(0);
        retell(&heard, &mut second);
        second.finish();
        assert!(second.readings().eq(&told));
    }

    #[test]
    fn a_reason_comes_through() {
        let answer = Answer::Failed("no library".to_owned());
        assert_eq!(Answer::decode(&answer.encode()).unwrap(), answer);
        let long = Answer::Failed("ä".repeat(1000)).encode();
        assert!(long.len() <= 1 + REASON_BYTES_MAX);
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            drop(Answer::decode(&bytes));
        }
    }
}
