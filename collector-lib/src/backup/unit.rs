//! systemd's word on a service that makes backups, by `systemctl show`.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Duration;

use super::job::{Outcome, Report, Success, outcome_of_exit};
use super::report::duration_s;
use super::time::unix_seconds;
use crate::process::{Background, Job, Runner};

/// A service, and the timer that starts it.
#[derive(Debug)]
pub(super) struct Unit {
    runner: Arc<Runner>,
    service: String,
    timer: String,
    asked: Option<Background>,
    due_ms: u64,
    report: Result<Report, String>,
}

impl Unit {
    /// The service named `service`; its timer has the same name.
    pub(super) fn new(runner: Arc<Runner>, service: &str) -> Self {
        let stem = service.strip_suffix(".service").unwrap_or(service);
        Self {
            runner,
            service: format!("{stem}.service"),
            timer: format!("{stem}.timer"),
            asked: None,
            due_ms: 0,
            report: Err("not asked yet".to_owned()),
        }
    }

    /// Takes the answer that is there, and asks again when it is time. `tool` says what exit statuses mean.
    pub(super) fn look(&mut self, tool: Option<&str>, now_ms: u64) -> Result<&Report, &str> {
        if let Some(asked) = &mut self.asked {
            let Some(end) = asked.look() else { return self.report.as_ref().map_err(String::as_str) };
            let said = end.map_err(|error| error.to_string()).and_then(|ended| match ended.code {
                Some(0) => Ok(ended.stdout),
                _ => Err(ended.complaints),
            });
            let known = self.report.as_ref().map_or(Success::Unknown, |report| report.success);
            self.report = said.and_then(|answer| parse(&answer, tool, known));
            self.asked = None;
        }
        if now_ms >= self.due_ms {
            self.due_ms = now_ms.saturating_add(INTERVAL_MS);
            self.ask();
        }
        self.report.as_ref().map_err(String::as_str)
    }

    fn ask(&mut self) {
        let arguments = &["show", "--timestamp=unix", "--property", PROPERTIES, &self.service, &self.timer];
        let job =
            Job { program: "systemctl", arguments, deadline: DEADLINE, stdout_bytes_max: ANSWER_BYTES_MAX };
        match self.runner.start(&job, &[("TZ", OsStr::new("UTC"))]) {
            Ok(asked) => self.asked = Some(asked),
            Err(error) => self.report = Err(error.to_string()),
        }
    }
}

/// Reads what `systemctl show` says of the service and then of its timer.
///
/// systemd knows the last run only: an earlier success is what was `known` before.
fn parse(answer: &[u8], tool: Option<&str>, known: Success) -> Result<Report, String> {
    let answer = String::from_utf8_lossy(answer);
    let (service, timer) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    let of = |unit: &str, key: &str| {
        unit.lines().find_map(|line| Some(line.strip_prefix(key)?.strip_prefix('=')?.to_owned()))
    };
    if of(service, "LoadState").as_deref() != Some("loaded") {
        return Err("systemd knows no such service".to_owned());
    }
    let time = |unit, key| of(unit, key).and_then(|text| seconds(&text));
    let (started, finished) =
        (time(service, "ExecMainStartTimestamp"), time(service, "ExecMainExitTimestamp"));
    let runs = matches!(
        of(service, "ActiveState").as_deref(),
        Some("activating" | "active" | "reloading" | "deactivating")
    );
    let result = of(service, "Result").unwrap_or_default();
    let status = of(service, "ExecMainStatus").and_then(|status| status.parse().ok());
    // While it runs, the exit is that of the run before.
    let finished = finished.filter(|finished| started.is_none_or(|started| started <= *finished));
    let outcome = match (result.as_str(), finished) {
        _ if runs && finished.is_none() => Outcome::Running,
        (_, None) => Outcome::Unknown,
        ("success", Some(_)) => match outcome_of_exit(tool, status.unwrap_or_default()) {
            // The unit says that this status is a success.
            Outcome::Fail => Outcome::Warn,
            other => other,
        },
        ("exit-code", Some(_)) => status.map_or(Outcome::Fail, |status| outcome_of_exit(tool, status)),
        (_, Some(_)) => Outcome::Fail,
    };
    let success = match (outcome, finished) {
        (Outcome::Ok | Outcome::Warn, Some(at)) => Success::At(at),
        _ => known,
    };
    Ok(Report {
        outcome,
        success,
        started,
        finished,
        duration_s: duration_s(started, finished),
        next_due: time(timer, "NextElapseUSecRealtime"),
        exit_code: finished.and(status),
        message: match (outcome, result.as_str()) {
            (Outcome::Fail, result) => format!("systemd says {result}"),
            (Outcome::Unknown, _) => "it has not run since the host started".to_owned(),
            _ => String::new(),
        },
        ..Report::default()
    })
}

/// `@1700000000`, or where `--timestamp` does not count, as for timers, `Tue 2023-11-14 22:13:20 UTC`.
fn seconds(text: &str) -> Option<u64> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    let (_day, time) = text.strip_suffix(" UTC")?.split_once(' ')?;
    unix_seconds(time, true)
}

/// What is asked of both units; each tells those that it has.
const PROPERTIES: &str = "LoadState,ActiveState,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,NextElapseUSecRealtime";

/// A program is started each time; backups take longer.
const INTERVAL_MS: u64 = 30_000;

/// systemctl(1) itself waits for 25 s for a bus that does not answer.
const DEADLINE: Duration = Duration::from_secs(30);

/// Two units with seven properties each.
const ANSWER_BYTES_MAX: usize = 16 << 10;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TIMER: &str =
        "\nNextElapseUSecRealtime=Wed 2023-11-15 23:13:20 UTC\nLoadState=loaded\nActiveState=active\n";

    fn said(state: &str, result: &str, status: i32, start: u64, exit: u64) -> Report {
        let answer = format!(
            "Result={result}\nExecMainStartTimestamp=@{start}\nExecMainExitTimestamp=@{exit}\n\
             ExecMainStatus={status}\nLoadState=loaded\nActiveState={state}\n{TIMER}"
        );
        parse(answer.as_bytes(), Some("restic"), Success::At(5)).unwrap()
    }

    #[test]
    fn runs_end_as_systemd_says() {
        let report = said("inactive", "success", 0, 100, 160);
        assert_eq!((report.outcome, report.success), (Outcome::Ok, Success::At(160)));
        assert_eq!((report.duration_s, report.next_due), (Some(60.0), Some(1_700_090_000)));
        let report = said("failed", "exit-code", 1, 100, 160);
        assert_eq!(
            (report.outcome, report.success, report.exit_code),
            (Outcome::Fail, Success::At(5), Some(1))
        );
        assert_eq!(said("failed", "exit-code", 3, 100, 160).outcome, Outcome::Warn);
        assert_eq!(said("failed", "timeout", 15, 100, 160).message, "systemd says timeout");
        let report = said("activating", "success", 0, 200, 160);
        assert_eq!((report.outcome, report.exit_code, report.duration_s), (Outcome::Running, None, None));
    }

    #[test]
    fn a_service_that_never_ran_or_is_none_is_told_as_such() {
        let text = "Result=success\nExecMainStartTimestamp=\nExecMainExitTimestamp=\nExecMainStatus=0\nLoadState=loaded\nActiveState=inactive\n";
        let report = parse(text.as_bytes(), None, Success::Unknown).unwrap();
        assert_eq!((report.outcome, report.exit_code), (Outcome::Unknown, None));
        assert!(parse(b"LoadState=not-found\n", None, Success::Unknown).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            drop(parse(&bytes, None, Success::Unknown));
        }
    }
}
