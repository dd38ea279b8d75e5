//! What is known of a backup job, and how it is.

use crate::backup::text::line;

/// What a source knows of a job's runs. Times are seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What the source says of the last run.
    pub outcome: Outcome,
    /// When a run made a backup last.
    pub success: Success,
    /// The program that makes the backups.
    pub tool: Option<String>,
    /// Where they go.
    pub repository: Option<String>,
    /// When the last run began.
    pub started: Option<u64>,
    /// When the last run ended.
    pub finished: Option<u64>,
    /// How long the last run took, in seconds.
    pub duration_s: Option<f64>,
    /// What the last run read, in bytes.
    pub bytes_read: Option<u64>,
    /// What the last run added to the repository, in bytes.
    pub bytes_stored: Option<u64>,
    /// Files of the last run.
    pub files: Option<u64>,
    /// Backups in the repository.
    pub snapshots: Option<u64>,
    /// When the next run is due.
    pub next_due: Option<u64>,
    /// Exit status of the last run, or of the program that was asked for it.
    pub exit_code: Option<i32>,
    /// What there is to say, in one line; may be empty.
    pub message: String,
}

impl Report {
    /// What remains when the source says nothing more, for this reason. What was known stays true; that the source is
    /// gone shows, and the job will be stale.
    #[must_use]
    pub fn lost(self, reason: &str) -> Self {
        Self { outcome: Outcome::Unknown, message: line(reason), ..self }
    }

    /// The job's state at `now`, if its last success may be `max_age_s` old.
    ///
    /// There is one rule of staleness: a job whose last success is older than its maximal age is stale, whatever else
    /// is known, unless its last run failed, which is worse. A source that vanished, a run that never ends and a lock
    /// that was left behind all come to that in time. A success that lies in the future says nothing, or it would
    /// hide the staleness of years.
    pub fn state(&self, now: u64, max_age_s: u64) -> State {
        let success = match self.success {
            Success::At(at) if at > now.saturating_add(SKEW_S) => Success::Unknown,
            success => success,
        };
        let is_stale = match success {
            Success::At(at) => now.saturating_sub(at) > max_age_s,
            Success::Never => self.outcome != Outcome::Running,
            Success::Unknown => false,
        };
        match (self.outcome, success) {
            (Outcome::Fail, _) => State::Fail,
            _ if is_stale => State::Stale,
            (Outcome::Running, _) => State::Running,
            (Outcome::Unknown, _) | (_, Success::Unknown) => State::Unknown,
            (Outcome::Warn, _) => State::Warn,
            (Outcome::Ok, _) => State::Ok,
        }
    }
}

/// What a source says of the last run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// It made a backup.
    Ok,
    /// It made a backup, but something is wrong with it.
    Warn,
    /// It made none.
    Fail,
    /// It has not ended.
    Running,
    /// The source cannot say.
    #[default]
    Unknown,
}

/// When a run made a backup last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Success {
    /// Then, in seconds since 1970.
    At(u64),
    /// Not once: the source knows all runs.
    Never,
    /// The source does not know.
    #[default]
    Unknown,
}

impl Success {
    /// The time, if there is one.
    pub fn at(self) -> Option<u64> {
        match self {
            Self::At(at) => Some(at),
            Self::Never | Self::Unknown => None,
        }
    }
}

/// How a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its last run made a backup.
    Ok,
    /// Its last run made a backup, but something is wrong with it.
    Warn,
    /// Its last run made none.
    Fail,
    /// A run has not ended.
    Running,
    /// Its last success is older than it may be.
    Stale,
    /// Nobody can say.
    Unknown,
}

impl State {
    /// The state's name in readings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Running => "running",
            Self::Stale => "stale",
            Self::Unknown => "unknown",
        }
    }
}

/// What the exit status of a run of `tool` says of it.
///
/// borg(1) gives 1, and since 1.4 also 100 to 127, for warnings; restic-backup(1) gives 3 where it could not read
/// all files, and has made a backup of the others.
pub fn outcome_of_exit(tool: Option<&str>, code: i32) -> Outcome {
    match (tool, code) {
        (_, 0) => Outcome::Ok,
        (Some("borg" | "borgmatic"), 1 | 100..=127) | (Some("restic"), 3) => Outcome::Warn,
        _ => Outcome::Fail,
    }
}

/// How far a clock may be behind that of the host that wrote a time, in seconds.
const SKEW_S: u64 = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const OUTCOMES: [Outcome; 5] =
        [Outcome::Ok, Outcome::Warn, Outcome::Fail, Outcome::Running, Outcome::Unknown];

    fn successes() -> impl Strategy<Value = Success> {
        prop_oneof![
            any::<u64>().prop_map(Success::At),
            (0..4_000_000_000_u64).prop_map(Success::At),
            Just(Success::Never),
            Just(Success::Unknown)
        ]
    }

    proptest! {
        #[test]
        fn stale_is_what_succeeded_too_long_ago(
            outcome in prop::sample::select(&OUTCOMES[..]),
            success in successes(),
            now in 0..4_000_000_000_u64,
            max_age_s in 0..10_000_000_u64,
        ) {
            let state = Report { outcome, success, ..Report::default() }.state(now, max_age_s);
            let old = matches!(success, Success::At(at) if at <= now && now - at > max_age_s);
            if outcome == Outcome::Fail {
                prop_assert_eq!(state, State::Fail);
            } else if old {
                prop_assert_eq!(state, State::Stale);
            }
            if matches!(state, State::Ok | State::Warn) {
                let at = success.at().unwrap();
                prop_assert!(at <= now + SKEW_S && now.saturating_sub(at) <= max_age_s);
            }
        }

        #[test]
        fn time_alone_never_makes_a_job_better(
            outcome in prop::sample::select(&OUTCOMES[..]),
            success in 0..2_000_000_000_u64,
            wait_s in 0..2_000_000_000_u64,
            max_age_s in 0..10_000_000_u64,
        ) {
            let report = Report { outcome, success: Success::At(success), ..Report::default() };
            let (then, later) = (report.state(success, max_age_s), report.state(success + wait_s, max_age_s));
            prop_assert!(later == then || later == State::Stale, "{:?} became {:?}", then, later);
        }
    }

    #[test]
    fn a_job_that_never_succeeded_is_stale_unless_it_runs_for_the_first_time() {
        let report = |outcome, success| Report { outcome, success, ..Report::default() }.state(1000, 10);
        assert_eq!(report(Outcome::Ok, Success::Never), State::Stale);
        assert_eq!(report(Outcome::Running, Success::Never), State::Running);
        assert_eq!(report(Outcome::Unknown, Success::Unknown), State::Unknown);
    }

    #[test]
    fn exit_codes_mean_what_the_tool_says() {
        assert_eq!(outcome_of_exit(Some("restic"), 3), Outcome::Warn);
        assert_eq!(outcome_of_exit(Some("restic"), 1), Outcome::Fail);
        assert_eq!(outcome_of_exit(Some("borg"), 1), Outcome::Warn);
        assert_eq!(outcome_of_exit(Some("borg"), 2), Outcome::Fail);
        assert_eq!(outcome_of_exit(None, 1), Outcome::Fail);
        assert_eq!(outcome_of_exit(None, 0), Outcome::Ok);
    }
}
