//! Reports that jobs drop as files: a JSON object, put there by renaming.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};

use super::job::{Outcome, Report, Success, outcome_of_exit};
use super::text::{line, without_password};
use super::time::unix_seconds;

/// What a job's report says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filed {
    pub(super) report: Report,
    /// From which age of the last success on the job is stale, if it says so.
    pub(super) max_age_s: Option<u64>,
}

/// Reads the report of `job`, last changed at `changed`.
pub(super) fn parse(job: &str, bytes: &[u8], changed: u64) -> Result<Filed, String> {
    let file: ReportFile =
        serde_json::from_slice(bytes).map_err(|error| line(&format!("{job}.json: {error}")))?;
    if let Some(other) = file.job.as_deref().filter(|name| *name != job) {
        return Err(line(&format!("{job}.json is about the job {other}: name it {other}.json")));
    }
    Ok(file.mean(changed))
}

/// The keys of a report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportFile {
    job: Option<String>,
    tool: Option<String>,
    repository: Option<String>,
    state: Option<Said>,
    started: Option<Time>,
    finished: Option<Time>,
    duration_seconds: Option<f64>,
    bytes_read: Option<u64>,
    bytes_stored: Option<u64>,
    files: Option<u64>,
    snapshots: Option<u64>,
    next_due: Option<Time>,
    last_success: Option<Time>,
    exit_code: Option<i32>,
    message: Option<String>,
    max_age_seconds: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Ok,
    Warn,
    Fail,
    Running,
}

impl ReportFile {
    /// A success without a time was when the file was written, and none can be later than that.
    fn mean(self, changed: u64) -> Filed {
        let seconds = |time: Option<Time>| time.map(|Time(seconds)| seconds);
        let (started, finished) = (seconds(self.started), seconds(self.finished));
        let outcome = match (self.state, self.exit_code) {
            (Some(Said::Ok), _) => Outcome::Ok,
            (Some(Said::Warn), _) => Outcome::Warn,
            (Some(Said::Fail), _) => Outcome::Fail,
            (Some(Said::Running), _) => Outcome::Running,
            (None, Some(code)) => outcome_of_exit(self.tool.as_deref(), code),
            (None, None) => Outcome::Unknown,
        };
        let made_a_backup = matches!(outcome, Outcome::Ok | Outcome::Warn);
        let success = seconds(self.last_success)
            .or_else(|| made_a_backup.then(|| finished.unwrap_or(changed)))
            .map_or(Success::Unknown, |at| Success::At(at.min(changed)));
        let report = Report {
            outcome,
            success,
            tool: self.tool.as_deref().map(line),
            repository: self.repository.as_deref().map(without_password),
            started,
            finished,
            duration_s: self.duration_seconds.or_else(|| duration_s(started, finished)),
            bytes_read: self.bytes_read,
            bytes_stored: self.bytes_stored,
            files: self.files,
            snapshots: self.snapshots,
            next_due: seconds(self.next_due),
            exit_code: self.exit_code,
            message: line(self.message.as_deref().unwrap_or_default()),
        };
        Filed { report, max_age_s: self.max_age_seconds }
    }
}

/// How long a run took.
pub(super) fn duration_s(started: Option<u64>, finished: Option<u64>) -> Option<f64> {
    let seconds = finished?.checked_sub(started?)?;
    u32::try_from(seconds).ok().map(f64::from)
}

/// Seconds since 1970, or a text in the form of RFC 3339 with its zone.
#[derive(Debug)]
struct Time(u64);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Times;
        impl Visitor<'_> for Times {
            type Value = Time;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("seconds since 1970, or a time such as 2026-01-31T04:05:06+01:00, with its zone")
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Time, E> {
                Ok(Time(seconds))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                unix_seconds(text, false)
                    .map(Time)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_full_report_is_read() {
        let text = br#"{"job": "home", "tool": "borg", "repository": "ssh://u:secret@nas/./home", "state": "warn",
            "started": 1700000000, "finished": "2023-11-14T23:15:20+01:00", "bytes_read": 5, "bytes_stored": 3,
            "files": 2, "snapshots": 9, "next_due": 1700090000, "exit_code": 1, "message": "a\nb",
            "max_age_seconds": 7200}"#;
        let Filed { report, max_age_s } = parse("home", text, 1_700_000_200).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Warn, Success::At(1_700_000_120)));
        assert_eq!(report.duration_s, Some(120.0));
        assert_eq!(report.repository.as_deref(), Some("ssh://u@nas/./home"));
        assert_eq!((report.message.as_str(), max_age_s), ("a b", Some(7200)));
    }

    #[test]
    fn a_short_report_is_as_old_as_its_file() {
        let Filed { report, .. } = parse("home", br#"{"exit_code": 0}"#, 500).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Ok, Success::At(500)));
        let Filed { report, .. } = parse("home", br#"{"exit_code": 3, "tool": "restic"}"#, 500).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Warn, Success::At(500)));
        let Filed { report, .. } = parse("home", br#"{"state": "fail", "last_success": 400}"#, 500).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Fail, Success::At(400)));
    }

    #[test]
    fn no_report_claims_a_success_after_it_was_written() {
        let Filed { report, .. } =
            parse("home", br#"{"state": "ok", "last_success": 9999999999}"#, 500).unwrap();
        assert_eq!(report.success, Success::At(500));
    }

    #[test]
    fn mistakes_are_told() {
        for (text, expected) in [
            (r#"{"stat": "ok"}"#, "home.json: unknown field `stat`"),
            (r#"{"state": "great"}"#, "home.json: unknown variant `great`"),
            (r#"{"started": "2026-01-31T04:05:06"}"#, "with its zone"),
            (r#"{"job": "other"}"#, "name it other.json"),
            ("", "home.json: EOF"),
        ] {
            let complaint = parse("home", text.as_bytes(), 0).unwrap_err();
            assert!(complaint.contains(expected), "{complaint}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            drop(parse("home", &bytes, 1));
        }
    }
}
