//! What jobs say of themselves while they run: pings.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::job::{Outcome, Report, Success, outcome_of_exit};
use super::report::duration_s;
use super::text::line;

/// What a job says, as healthchecks.io has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ping {
    /// It begins.
    Start,
    /// It made a backup.
    Success,
    /// It made none.
    Fail,
    /// It has something to say, and goes on.
    Log,
    /// It ended with this exit status.
    Exit(u8),
}

/// The latest pings of all jobs, shared by who hears them and who tells of them.
#[derive(Debug, Default)]
pub struct Pings(Mutex<BTreeMap<String, Pinged>>);

/// What a job said last. Times are seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Pinged {
    outcome: Option<Said>,
    started: Option<u64>,
    finished: Option<u64>,
    last_success: Option<u64>,
    exit_code: Option<i32>,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Ok,
    Warn,
    Fail,
    Running,
}

impl Pings {
    /// Takes in what `job`, whose backups `tool` makes, said at `now`, with the text that came along.
    pub fn take(&self, job: &str, tool: Option<&str>, ping: Ping, now: u64, text: &str) {
        let mut jobs = self.lock();
        let pinged = jobs.entry(job.to_owned()).or_default();
        pinged.take(tool, ping, now);
        let last = text.lines().rev().map(line).find(|line| !line.is_empty());
        if ping != Ping::Log || last.is_some() {
            pinged.message = last.unwrap_or_default();
        }
    }

    /// What is known of a job; none if it said nothing yet.
    pub fn report(&self, job: &str) -> Option<Report> {
        self.lock().get(job).map(Pinged::report)
    }

    /// All of it as JSON, to be remembered.
    pub fn to_json(&self) -> String {
        // Maps of texts and numbers always have a form in JSON.
        serde_json::to_string_pretty(&*self.lock()).unwrap_or_default()
    }

    /// Goes on from what was remembered, as far as it is of these jobs.
    ///
    /// # Errors
    /// A text if it was not remembered whole.
    pub fn restore(&self, json: &str, is_known: impl Fn(&str) -> bool) -> Result<(), String> {
        let mut jobs: BTreeMap<String, Pinged> =
            serde_json::from_str(json).map_err(|error| error.to_string())?;
        jobs.retain(|job, _| is_known(job));
        for pinged in jobs.values_mut() {
            pinged.message = line(&pinged.message);
        }
        *self.lock() = jobs;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Pinged>> {
        // Nothing that could panic is done under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pinged {
    fn take(&mut self, tool: Option<&str>, ping: Ping, now: u64) {
        let outcome = match ping {
            Ping::Log => return,
            Ping::Start => Outcome::Running,
            Ping::Success => Outcome::Ok,
            Ping::Fail => Outcome::Fail,
            Ping::Exit(code) => outcome_of_exit(tool, code.into()),
        };
        self.exit_code = match ping {
            Ping::Exit(code) => Some(code.into()),
            _ => None,
        };
        if ping == Ping::Start {
            (self.started, self.finished) = (Some(now), None);
        } else {
            // A start that was not said is not known: the one before belongs to the run before.
            self.started = self.started.filter(|_| self.outcome == Some(Said::Running));
            self.finished = Some(now);
        }
        if matches!(outcome, Outcome::Ok | Outcome::Warn) {
            self.last_success = Some(now);
        }
        self.outcome = match outcome {
            Outcome::Ok => Some(Said::Ok),
            Outcome::Warn => Some(Said::Warn),
            Outcome::Fail => Some(Said::Fail),
            Outcome::Running => Some(Said::Running),
            Outcome::Unknown => None,
        };
    }

    fn report(&self) -> Report {
        Report {
            outcome: match self.outcome {
                Some(Said::Ok) => Outcome::Ok,
                Some(Said::Warn) => Outcome::Warn,
                Some(Said::Fail) => Outcome::Fail,
                Some(Said::Running) => Outcome::Running,
                None => Outcome::Unknown,
            },
            success: self.last_success.map_or(Success::Unknown, Success::At),
            started: self.started,
            finished: self.finished,
            duration_s: duration_s(self.started, self.finished),
            exit_code: self.exit_code,
            message: self.message.clone(),
            ..Report::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(pings: &[(Ping, u64, &str)]) -> Report {
        let all = Pings::default();
        for (ping, now, text) in pings {
            all.take("home", Some("restic"), *ping, *now, text);
        }
        all.report("home").unwrap()
    }

    #[test]
    fn a_run_is_told_from_its_start_to_its_end() {
        let report = said(&[(Ping::Start, 100, ""), (Ping::Log, 150, "half\n")]);
        assert_eq!(
            (report.outcome, report.started, report.message.as_str()),
            (Outcome::Running, Some(100), "half")
        );
        let report = said(&[(Ping::Start, 100, ""), (Ping::Success, 160, "log\ndone \n\n")]);
        assert_eq!((report.outcome, report.success), (Outcome::Ok, Success::At(160)));
        assert_eq!((report.duration_s, report.message.as_str()), (Some(60.0), "done"));
        let report = said(&[(Ping::Success, 160, ""), (Ping::Start, 200, ""), (Ping::Fail, 210, "no space")]);
        assert_eq!((report.outcome, report.success), (Outcome::Fail, Success::At(160)));
    }

    #[test]
    fn exit_statuses_mean_what_the_tool_says() {
        let report = said(&[(Ping::Exit(3), 160, "")]);
        assert_eq!(
            (report.outcome, report.success, report.exit_code),
            (Outcome::Warn, Success::At(160), Some(3))
        );
        let report = said(&[(Ping::Exit(1), 160, "")]);
        assert_eq!(
            (report.outcome, report.success, report.exit_code),
            (Outcome::Fail, Success::Unknown, Some(1))
        );
    }

    #[test]
    fn a_start_that_was_not_said_makes_no_duration() {
        let report = said(&[(Ping::Start, 1, ""), (Ping::Success, 2, ""), (Ping::Success, 90, "")]);
        assert_eq!((report.started, report.finished, report.duration_s), (None, Some(90), None));
    }

    proptest! {
        #[test]
        fn what_is_remembered_is_what_was_said(codes in prop::collection::vec(0_u8..6, 1..8), text: String) {
            let pings = Pings::default();
            for (now, code) in (1_u64..).zip(&codes) {
                let ping = [Ping::Start, Ping::Success, Ping::Fail, Ping::Log, Ping::Exit(0), Ping::Exit(9)][usize::from(*code)];
                pings.take("home", None, ping, now, &text);
            }
            let later = Pings::default();
            later.restore(&pings.to_json(), |_| true).unwrap();
            prop_assert_eq!(later.report("home"), pings.report("home"));
            later.restore(&pings.to_json(), |job| job != "home").unwrap();
            prop_assert_eq!(later.report("home"), None);
        }

        #[test]
        fn any_memory_is_restored_or_refused(json: String) {
            drop(Pings::default().restore(&json, |_| true));
        }
    }
}
