//! A program that runs while its owner does something else.

use std::ffi::OsStr;
use std::sync::Arc;

use super::companion::DYING_MAX;
use super::{Job, RunError, Runner, Running};

/// A program on its way to its end, which is killed when this is dropped.
///
/// It waits when it has written more than a pipe holds (64 KiB, pipe(7)) until it is looked at again.
#[derive(Debug)]
pub struct Background {
    running: Option<Running>,
    runner: Arc<Runner>,
}

/// A program that has come to its end while its owner did something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its exit status, or none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// The end of what it wrote to its standard error.
    pub complaints: String,
}

impl Runner {
    /// Starts a program with these variables in its environment, and does not wait for it.
    ///
    /// # Errors
    /// [`RunError`] when it cannot be started, or when too many are in the kernel that cannot be killed.
    pub fn start(
        self: &Arc<Self>,
        job: &Job<'_>,
        environment: &[(&str, &OsStr)],
    ) -> Result<Background, RunError> {
        let dying = self.reap_dying();
        if dying >= DYING_MAX {
            return Err(RunError::StillDying { program: job.program.to_owned(), dying });
        }
        let running = Running::start(job, &self.search_path, environment)?;
        Ok(Background { running: Some(running), runner: Arc::clone(self) })
    }
}

impl Background {
    /// How the program ended, once it has; none before that and after it was told.
    pub fn look(&mut self) -> Option<Result<Ended, RunError>> {
        let end = self.running.as_mut()?.look().transpose()?;
        let Running { child, stdout, stderr, .. } = self.running.take()?;
        self.runner.put_away(child, &end);
        let complaints = String::from_utf8_lossy(&stderr.into_kept()).into_owned();
        Some(end.map(|code| Ended { code, stdout: stdout.into_kept(), complaints }))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runner
                .put_away(running.child, &Err(RunError::Ended { program: running.program, code: None }));
        }
    }
}
