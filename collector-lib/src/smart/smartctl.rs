//! Asking smartctl, which asks the drives.

use std::sync::Arc;
use std::time::Duration;

use super::report::{REPORT_BYTES_MAX, Report, Standing};
use super::scan::{self, Drive};
use crate::process::{Job, RunError, Runner};

/// The program smartctl.
#[derive(Debug)]
pub(super) struct Smartctl {
    runner: Arc<Runner>,
    program: String,
    /// The longest that it may take for one drive.
    deadline: Duration,
}

/// A drive's answer: as it came, unless it is worthless, and what it says.
pub(super) struct Answer {
    pub(super) json: Option<Vec<u8>>,
    pub(super) report: Report,
}

impl Smartctl {
    pub(super) fn new(runner: Arc<Runner>, program: &str, deadline: Duration) -> Self {
        Self { runner, program: program.to_owned(), deadline }
    }

    /// The drives that it finds, whatever its exit status.
    ///
    /// # Errors
    /// How the drives stand then: missing where it is not installed, denied, or failed.
    pub(super) fn scan(&self) -> Result<Vec<Drive>, Report> {
        let json = self.run(&["--scan-open", "--json=c"])?;
        scan::parse(&json).map_err(|error| Report::empty(Standing::Failed, error.to_string()))
    }

    /// Reads a drive; one in standby is left there if `lets_sleep`, which no drive that cannot sleep is asked for.
    pub(super) fn read(&self, drive: &Drive, lets_sleep: bool) -> Answer {
        if !drive.open_error.is_empty() {
            return Answer { json: None, report: Report::unopened(&drive.open_error) };
        }
        let mut arguments = vec!["--json=c", "-x"];
        if !drive.kind.is_empty() {
            arguments.extend(["-d", drive.kind.as_str()]);
        }
        if lets_sleep {
            // Without a status of its own a drive that sleeps looks like one that cannot be opened.
            arguments.extend(["-n", "standby,3"]);
        }
        arguments.push(&drive.path);
        let json = match self.run(&arguments) {
            Ok(json) => json,
            Err(report) => return Answer { json: None, report },
        };
        match Report::parse(&json) {
            Ok(report) => Answer { json: Some(json), report },
            Err(error) => Answer { json: None, report: Report::empty(Standing::Failed, error.to_string()) },
        }
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Report> {
        let job = Job {
            program: &self.program,
            arguments,
            deadline: self.deadline,
            stdout_bytes_max: REPORT_BYTES_MAX,
        };
        match self.runner.run(&job) {
            Ok(finished) => Ok(finished.stdout),
            Err(error) => {
                let standing = match error {
                    RunError::NotFound { .. } => Standing::Missing,
                    RunError::Denied { .. } => Standing::Denied,
                    _ => Standing::Failed,
                };
                Err(Report::empty(standing, error.to_string()))
            }
        }
    }
}
