//! The sample against a simple model, and each of its promises by itself.

use super::*;
use grapevine_proto::catalogue;
use proptest::prelude::*;
use std::collections::BTreeMap;

static USE: &Metric = &catalogue::cpu::CORE_USE;
static KERNEL: &Metric = &catalogue::host::KERNEL;

fn states(sample: &Sample) -> Vec<(String, State)> {
    sample
        .readings()
        .map(|reading| (reading.labels.iter().next().unwrap_or_default().to_owned(), reading.state.clone()))
        .collect()
}

fn number(number: f64) -> State {
    State::Present(Value::Number(number))
}

#[test]
fn readings_come_in_the_order_of_the_pass() {
    let mut sample = Sample::default();
    for order in [["0", "1", "2"], ["2", "0", "1"], ["1", "2", "0"]] {
        sample.begin(0);
        order.iter().for_each(|core| sample.number(USE, &[core], 1.0));
        sample.finish();
        assert!(states(&sample).iter().map(|(core, _)| core.as_str()).eq(order));
    }
}

#[test]
fn what_a_pass_does_not_tell_is_gone() {
    let mut sample = Sample::default();
    for cores in [&["0", "1", "2"][..], &["0", "2"]] {
        sample.begin(0);
        cores.iter().for_each(|core| sample.number(USE, &[core], 1.0));
        sample.finish();
    }
    assert_eq!(states(&sample), [("0".to_owned(), number(1.0)), ("2".to_owned(), number(1.0))]);
}

#[test]
fn a_failed_reading_keeps_its_value_and_ages() {
    let mut sample = Sample::default();
    sample.begin(1000);
    sample.number(USE, &["0"], 7.0);
    for (now_ms, age_ms) in [(2000, 1000), (4500, 3500)] {
        sample.begin(now_ms);
        sample.absent(USE, &["0"], Absence::Failed);
        sample.finish();
        let kept = State::Kept { value: Value::Number(7.0), absence: Absence::Failed, age_ms };
        assert_eq!(states(&sample), [("0".to_owned(), kept)]);
    }
    sample.fail_all(11_000, Absence::Sleeping);
    let kept = State::Kept { value: Value::Number(7.0), absence: Absence::Sleeping, age_ms: 10_000 };
    assert_eq!(states(&sample), [("0".to_owned(), kept)]);
}

#[test]
fn a_collector_that_breaks_off_loses_only_what_it_did_not_tell() {
    struct Breaks(bool);
    impl Collector for Breaks {
        fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
            sample.number(USE, &["0"], 1.0);
            if self.0 {
                return Err(CollectError::malformed("/proc/stat".as_ref(), "more"));
            }
            sample.number(USE, &["1"], 2.0);
            Ok(())
        }
    }
    let mut sample = Sample::default();
    sample.pass(0, &mut Breaks(false)).unwrap();
    sample.pass(1000, &mut Breaks(true)).unwrap_err();
    let kept = State::Kept { value: Value::Number(2.0), absence: Absence::Failed, age_ms: 1000 };
    assert_eq!(states(&sample), [("0".to_owned(), number(1.0)), ("1".to_owned(), kept)]);
}

#[test]
fn no_number_is_a_failure() {
    let mut sample = Sample::default();
    sample.begin(0);
    sample.number(USE, &["0"], f64::NAN);
    assert_eq!(states(&sample), [("0".to_owned(), State::Absent(Absence::Failed))]);
}

/// One telling of a pass.
#[derive(Clone, Debug)]
enum Tell {
    Number(u8, u32),
    Text(String),
    Absent(u8, Absence),
    AbsentText(Absence),
}

fn tell() -> impl Strategy<Value = Tell> {
    let absence = (0_usize..4).prop_map(|code| Absence::ALL[code]);
    prop_oneof![
        (0_u8..6, 0_u32..9).prop_map(|(core, number)| Tell::Number(core, number)),
        "[ab]{0,3}".prop_map(Tell::Text),
        (0_u8..6, absence.clone()).prop_map(|(core, absence)| Tell::Absent(core, absence)),
        absence.prop_map(Tell::AbsentText),
    ]
}

/// A pass as the model sees it: what it knew before, and what this pass told.
#[derive(Default)]
struct Model {
    known: BTreeMap<Option<u8>, (State, u64)>,
    told: Vec<Option<u8>>,
}

impl Model {
    fn put(&mut self, key: Option<u8>, state: State, now_ms: u64) {
        let (state, read_at_ms) = match state {
            State::Absent(absence @ (Absence::Failed | Absence::Sleeping)) => match self.known.get(&key) {
                Some((before, read_at_ms)) if before.value().is_some() => {
                    let value = before.value().unwrap().clone();
                    let age_ms = u32::try_from(now_ms - read_at_ms).unwrap();
                    (State::Kept { value, absence, age_ms }, *read_at_ms)
                }
                _ => (State::Absent(absence), 0),
            },
            state => (state, now_ms),
        };
        self.known.insert(key, (state, read_at_ms));
        if !self.told.contains(&key) {
            self.told.push(key);
        }
    }

    fn finish(&mut self) {
        self.known.retain(|key, _| self.told.contains(key));
    }

    fn states(&self) -> Vec<(String, State)> {
        let label = |key: Option<u8>| key.map(|core| core.to_string()).unwrap_or_default();
        self.told.iter().map(|key| (label(*key), self.known[key].0.clone())).collect()
    }
}

fn apply(tell: &Tell, sample: &mut Sample, model: &mut Model) {
    let now_ms = sample.now_ms();
    match tell {
        Tell::Number(core, value) => {
            sample.number(USE, &[&core.to_string()], f64::from(*value));
            model.put(Some(*core), number(f64::from(*value)), now_ms);
        }
        Tell::Text(text) => {
            sample.text(KERNEL, &[], text);
            model.put(None, State::Present(Value::Text(text.clone())), now_ms);
        }
        Tell::Absent(core, absence) => {
            sample.absent(USE, &[&core.to_string()], *absence);
            model.put(Some(*core), State::Absent(*absence), now_ms);
        }
        Tell::AbsentText(absence) => {
            sample.absent(KERNEL, &[], *absence);
            model.put(None, State::Absent(*absence), now_ms);
        }
    }
}

proptest! {
    #[test]
    fn a_sample_is_what_the_model_says(passes in prop::collection::vec(prop::collection::vec(tell(), 0..12), 0..8)) {
        let mut sample = Sample::default();
        let mut model = Model::default();
        let mut copy = Sample::default();
        for (now_ms, pass) in (0..).step_by(1000).zip(passes) {
            sample.begin(now_ms);
            model.told.clear();
            for tell in &pass {
                apply(tell, &mut sample, &mut model);
            }
            sample.finish();
            model.finish();
            prop_assert_eq!(states(&sample), model.states());
            copy.clone_from(&sample);
            prop_assert!(copy.readings().eq(sample.readings()));
            prop_assert_eq!(copy.now_ms(), sample.now_ms());
        }
    }
}
