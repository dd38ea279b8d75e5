use super::*;
use grapevine_collectors::{CollectError, Collector};
use grapevine_proto::catalogue::load;
use grapevine_proto::{Absence, State};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// Works once, then panics at every other pass.
struct Panics(bool);

impl Collector for Panics {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        assert!(!std::mem::replace(&mut self.0, true), "a collector's bug");
        sample.number(&load::AVG1, &[], 1.0);
        Ok(())
    }
}

static PANICS: Entry = entry("panics", Cost::Cheap, |_| Box::new(Panics(false)));

/// Counts its passes.
struct Works;

static PASSES: AtomicU32 = AtomicU32::new(0);

impl Collector for Works {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        let passes = PASSES.fetch_add(1, Ordering::Relaxed);
        sample.number(&load::AVG5, &[], passes.into());
        Ok(())
    }
}

static WORKS: Entry = entry("works", Cost::Cheap, |_| Box::new(Works));

/// Works once, then waits for a server that never answers.
struct Hangs(bool);

static FOR_EVER: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());

impl Collector for Hangs {
    fn collect(&mut self, sample: &mut Sample) -> Result<(), CollectError> {
        if std::mem::replace(&mut self.0, true) {
            let guard = FOR_EVER.0.lock().unwrap();
            drop(FOR_EVER.1.wait_while(guard, |()| true));
        }
        sample.number(&load::AVG15, &[], 15.0);
        Ok(())
    }
}

static HANGS: Entry = entry("hangs", Cost::Slow, |_| Box::new(Hangs(false)));

const fn entry(name: &'static str, cost: Cost, build: fn(&Context) -> Box<dyn Collector>) -> Entry {
    Entry { name, table: "", interval_ms: 10, is_opt_in: false, cost, rows: &[], build }
}

fn start(entries: &[&'static Entry]) -> Collecting {
    let entries = entries.iter().map(|entry| (*entry, entry.interval_ms));
    Collecting::of(entries, Context::of_this_machine(), Clock::start())
}

/// The readings, once `is_it` holds for them.
fn readings_until(collecting: &Collecting, is_it: impl Fn(&[Reading]) -> bool) -> Vec<Reading> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let readings: Vec<Reading> =
            collecting.with_readings(&Sample::default(), |readings| readings.cloned().collect());
        if is_it(&readings) {
            return readings;
        }
        assert!(Instant::now() < deadline, "{readings:?}");
        std::thread::yield_now();
    }
}

fn report(collecting: &Collecting, name: &str) -> PassReport {
    collecting.reports().find(|(collector, _)| *collector == name).unwrap().1
}

fn state_of(readings: &[Reading], metric: &'static grapevine_proto::Metric) -> Option<State> {
    readings.iter().find(|reading| reading.metric.id == metric.id).map(|reading| reading.state.clone())
}

#[test]
fn a_panic_shows_as_failed_and_the_others_go_on() {
    let collecting = start(&[&PANICS, &WORKS]);
    let failed = |readings: &[Reading]| {
        state_of(readings, &load::AVG1).is_some_and(|state| state.absence() == Some(Absence::Failed))
    };
    let readings = readings_until(&collecting, failed);
    let kept = state_of(&readings, &load::AVG1).and_then(|state| state.number());
    assert_eq!(kept, Some(1.0), "the last value is kept");
    let passes = PASSES.load(Ordering::Relaxed);
    readings_until(&collecting, |readings| {
        state_of(readings, &load::AVG5).and_then(|state| state.number()) > Some(f64::from(passes + 3))
    });
    assert!(report(&collecting, "panics").failures > 0);
    assert_eq!(report(&collecting, "works").failures, 0);
    // Made anew, it works again.
    readings_until(&collecting, |readings| {
        state_of(readings, &load::AVG1).is_some_and(|state| state.absence().is_none())
    });
}

#[test]
fn a_hang_shows_as_failed_and_is_left_behind_so_many_times() {
    let mut collecting = start(&[&HANGS]);
    let hangs =
        |collecting: &Collecting| collecting.tasks().all(|task| task.board.lock().busy_since.is_some());
    for restart in 0..=RESTARTS_MAX {
        readings_until(&collecting, |readings| {
            state_of(readings, &load::AVG15).is_some_and(|state| state.absence().is_none())
        });
        readings_until(&collecting, |_| hangs(&collecting));
        collecting.restart_hung(collecting.clock.now());
        assert!(collecting.lanes[0].lane.is_some(), "a pass that has just begun does not hang");
        let later = collecting.clock.now().after_ms(HANG_MS + 1000);
        // Only what is busy for too long: the first pass after a restart may not have come yet.
        let readings = readings_until(&collecting, |_| hangs(&collecting));
        assert_eq!(state_of(&readings, &load::AVG15).and_then(|state| state.absence()), None);
        collecting.restart_hung(later);
        assert_eq!(report(&collecting, "hangs").failures, restart + 1);
        assert_eq!(collecting.lanes[0].lane.is_some(), restart < RESTARTS_MAX);
    }
    let readings = readings_until(&collecting, |_| true);
    assert_eq!(state_of(&readings, &load::AVG15).and_then(|state| state.absence()), Some(Absence::Failed));
}
