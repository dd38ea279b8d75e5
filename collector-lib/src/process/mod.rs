//! The one place that starts processes: with a deadline, a cap on the output, and an end to all that was started.
//!
//! A [`Runner`] runs a program to its end, starts one and comes back for its end ([`Background`]), or starts one that
//! stays, a [`Companion`].

mod background;
mod companion;
mod error;
mod pipe;

use std::ffi::{OsStr, OsString};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

pub use background::{Background, Ended};
pub use companion::Companion;
pub use error::RunError;
use pipe::Pipe;

/// Starts programs and waits for them.
///
/// A program gets no input, an environment of `PATH` and `LC_ALL=C`, `/` as its directory and a process group of
/// its own. When its run ends, for whatever reason, the whole group is killed; what has left the group, such as a
/// daemon, is no longer listened to.
#[derive(Debug)]
pub struct Runner {
    search_path: OsString,
    /// Killed but not yet dead, as in an uninterruptible wait for a disk.
    dying: Mutex<Vec<Child>>,
}

impl Default for Runner {
    /// A runner that looks for programs where NixOS and other distributions have the system's own.
    fn default() -> Self {
        Self::new(SEARCH_PATH)
    }
}

impl Runner {
    /// A runner that looks for programs in the directories of `search_path`, which has the form of `PATH`.
    pub fn new(search_path: impl Into<OsString>) -> Self {
        Self { search_path: search_path.into(), dying: Mutex::default() }
    }

    /// Runs a program to its end, whatever its exit status.
    ///
    /// # Errors
    /// [`RunError`] when it cannot be started, passes its deadline or writes more than its cap.
    pub fn run(&self, job: &Job<'_>) -> Result<Finished, RunError> {
        self.reap_dying();
        let mut running = Running::start(job, &self.search_path, &[])?;
        let end = running.follow();
        self.put_away(running.child, &end);
        let status = end?;
        Ok(Finished {
            program: job.program.to_owned(),
            code: status,
            stdout: running.stdout.into_kept(),
            complaint: running.stderr.last_line(),
        })
    }

    /// Ends the whole group. The child is not reaped before, so that no stranger can have got its number.
    fn put_away(&self, mut child: Child, end: &Result<Option<i32>, RunError>) {
        let group = Pid::from_child(&child);
        if end.is_err() {
            signal(group, Signal::TERM);
            await_exit(group, GRACE);
        }
        signal(group, Signal::KILL);
        if await_exit(group, GRACE) {
            // The exit was seen: this neither waits nor fails.
            child.wait().ok();
        } else {
            self.put_aside(child);
        }
    }

    /// Keeps a child that was killed until it is dead.
    fn put_aside(&self, child: Child) {
        self.dying.lock().unwrap_or_else(PoisonError::into_inner).push(child);
    }

    /// Reaps those that are dead by now; how many are not.
    fn reap_dying(&self) -> usize {
        let mut dying = self.dying.lock().unwrap_or_else(PoisonError::into_inner);
        dying.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        dying.len()
    }
}

/// A program to run.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Its name in the search path, or its path.
    pub program: &'a str,
    /// Its arguments.
    pub arguments: &'a [&'a str],
    /// The longest that it may take.
    pub deadline: Duration,
    /// The most that it may write to its standard output.
    pub stdout_bytes_max: usize,
}

/// A program that has come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// Its name.
    pub program: String,
    /// Its exit status, or none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// The last line that it wrote to its standard error; may be empty.
    pub complaint: String,
}

impl Finished {
    /// The standard output of a program whose exit status is 0.
    ///
    /// # Errors
    /// [`RunError::Exit`] for any other.
    pub fn success(self) -> Result<Vec<u8>, RunError> {
        match self.code {
            Some(0) => Ok(self.stdout),
            code => Err(RunError::Exit { program: self.program, code, complaint: self.complaint }),
        }
    }
}

#[derive(Debug)]
struct Running {
    program: String,
    child: Child,
    stdout: Pipe,
    stderr: Pipe,
    /// The longest that it may take, and when that is over.
    deadline: Duration,
    ends_at: Instant,
}

impl Running {
    #[expect(clippy::disallowed_methods, reason = "the one place that starts processes")]
    fn start(job: &Job<'_>, search_path: &OsStr, environment: &[(&str, &OsStr)]) -> Result<Self, RunError> {
        use std::os::unix::process::CommandExt;
        let mut child = Command::new(job.program)
            .args(job.arguments)
            .env_clear()
            .env("PATH", search_path)
            .env("LC_ALL", "C")
            .envs(environment.iter().copied())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|source| RunError::from_start(job.program, source))?;
        let stdout = Pipe::new(child.stdout.take().map(Into::into), job.stdout_bytes_max);
        let stderr = Pipe::new(child.stderr.take().map(Into::into), STDERR_BYTES_KEPT);
        Ok(Self {
            program: job.program.to_owned(),
            child,
            stdout,
            stderr,
            deadline: job.deadline,
            ends_at: Instant::now() + job.deadline,
        })
    }

    /// Collects the output until the program ends, and returns its exit status.
    fn follow(&mut self) -> Result<Option<i32>, RunError> {
        loop {
            if let Some(status) = self.look()? {
                return Ok(status);
            }
            let left = self.ends_at.saturating_duration_since(Instant::now());
            self.wait(left).map_err(|source| self.system(source))?;
        }
    }

    /// Collects what was written since, and returns the exit status once there is one.
    fn look(&mut self) -> Result<Option<Option<i32>>, RunError> {
        let ended = exit_of(Pid::from_child(&self.child));
        // What the program wrote is in the pipe once it has ended; a descendant may write on for ever.
        let outputs = self.stdout.read(READS_AT_ONCE).and_then(|()| self.stderr.read(READS_AT_ONCE));
        outputs.map_err(|source| self.system(source))?;
        if self.stdout.overflowed() {
            let limit_bytes = self.stdout.bytes_max();
            return Err(RunError::OutputTooLong { program: self.program.clone(), limit_bytes });
        }
        self.stderr.keep_end();
        if ended.is_none() && Instant::now() >= self.ends_at {
            return Err(RunError::TimedOut { program: self.program.clone(), deadline: self.deadline });
        }
        Ok(ended)
    }

    fn system(&self, source: std::io::Error) -> RunError {
        RunError::System { program: self.program.clone(), source }
    }

    /// Waits for output, or a little for an exit that shows in no pipe.
    fn wait(&self, left: Duration) -> std::io::Result<()> {
        let pipes = [self.stdout.file(), self.stderr.file()];
        let mut open: Vec<PollFd<'_>> =
            pipes.into_iter().flatten().map(|file| PollFd::new(file, PollFlags::IN)).collect();
        let tick = if open.is_empty() { EXIT_TICK } else { OUTPUT_TICK };
        let timeout = Timespec::try_from(left.min(tick)).map_err(std::io::Error::other)?;
        match poll(&mut open, Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the child has ended, and with which status, without reaping it. A child that cannot be asked for is gone.
fn exit_of(child: Pid) -> Option<Option<i32>> {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
    match waitid(WaitId::Pid(child), options) {
        Ok(status) => status.map(|status| status.exit_status()),
        Err(_) => Some(None),
    }
}

fn await_exit(child: Pid, at_most: Duration) -> bool {
    let deadline = Instant::now() + at_most;
    while exit_of(child).is_none() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(EXIT_TICK);
    }
    true
}

fn signal(group: Pid, signal: Signal) {
    // It fails only when there is nobody left to signal.
    kill_process_group(group, signal).ok();
}

/// Where programs of the system are, on NixOS and elsewhere.
const SEARCH_PATH: &str = "/run/current-system/sw/bin:/run/wrappers/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// For a program to clean up after SIGTERM, such as a lock, and for the kernel to end it after SIGKILL.
const GRACE: Duration = Duration::from_millis(500);

/// How soon an exit is seen while a descendant keeps the pipes open.
const OUTPUT_TICK: Duration = Duration::from_millis(50);

/// How soon an exit is seen when the pipes are closed.
const EXIT_TICK: Duration = Duration::from_millis(2);

/// Enough to empty a pipe of 1 MiB, the most that an unprivileged process can make it (pipe(7)).
const READS_AT_ONCE: usize = (1 << 20) / pipe::READ_BYTES;

/// How much of the end of standard error is kept for its last line.
const STDERR_BYTES_KEPT: usize = 4096;

#[cfg(test)]
mod tests;
