//! A program that stays, and answers over its standard input and output.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::ioctl_fionbio;
use rustix::process::{Pid, Signal};

use super::{GRACE, RunError, Runner, await_exit, exit_of, signal};

/// A program that answers requests one after the other, and is killed when this is dropped.
///
/// Request and answer are a length in four bytes, little-endian, and so many bytes. The program has the environment
/// that [`Runner`] gives; what it says on its standard error goes where the caller's goes. It has to end by itself when
/// its standard input ends, as it does when the caller is killed.
#[derive(Debug)]
pub struct Companion {
    program: String,
    child: Option<Child>,
    requests: File,
    answers: File,
    runner: Arc<Runner>,
}

impl Runner {
    /// Starts a program that stays.
    ///
    /// # Errors
    /// [`RunError`] when it cannot be started, or when too many are in the kernel that cannot be killed.
    pub fn accompany(self: &Arc<Self>, program: &Path, arguments: &[&OsStr]) -> Result<Companion, RunError> {
        let name = program.display().to_string();
        let dying = self.reap_dying();
        if dying >= DYING_MAX {
            return Err(RunError::StillDying { program: name, dying });
        }
        let mut child = spawn(program, arguments, &self.search_path)
            .map_err(|source| RunError::from_start(&name, source))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let (requests, answers) =
            pipes.map(|(stdin, stdout)| (OwnedFd::from(stdin), OwnedFd::from(stdout))).ok_or_else(|| {
                RunError::System { program: name.clone(), source: io::Error::other("it has no pipes") }
            })?;
        let companion = Companion {
            program: name,
            child: Some(child),
            requests: requests.into(),
            answers: answers.into(),
            runner: Arc::clone(self),
        };
        for pipe in [&companion.requests, &companion.answers] {
            ioctl_fionbio(pipe, true).map_err(|error| companion.system(error.into()))?;
        }
        Ok(companion)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that starts processes")]
fn spawn(program: &Path, arguments: &[&OsStr], search_path: &OsStr) -> io::Result<Child> {
    use std::os::unix::process::CommandExt;
    Command::new(program)
        .args(arguments)
        .env_clear()
        .env("PATH", search_path)
        .env("LC_ALL", "C")
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .process_group(0)
        .spawn()
}

impl Companion {
    /// Puts a request, and waits for its answer. After an error the program is of no more use: drop it.
    ///
    /// # Errors
    /// [`RunError`] when the program has ended, passes the deadline or claims a longer answer.
    pub fn ask(
        &mut self,
        request: &[u8],
        deadline: Duration,
        answer_bytes_max: usize,
    ) -> Result<Vec<u8>, RunError> {
        let until = Instant::now() + deadline;
        let length =
            u32::try_from(request.len()).map_err(|_| self.system(io::Error::other("a long request")))?;
        let message = [&length.to_le_bytes(), request].concat();
        // A pipe takes 64 KiB (pipe(7)) and is empty, so a short request never waits.
        self.requests.write_all(&message).map_err(|source| self.lost(source))?;
        let mut length = [0; 4];
        self.read(&mut length, until, deadline)?;
        let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
        if length > answer_bytes_max {
            return Err(RunError::OutputTooLong {
                program: self.program.clone(),
                limit_bytes: answer_bytes_max,
            });
        }
        let mut answer = vec![0; length];
        self.read(&mut answer, until, deadline)?;
        Ok(answer)
    }

    /// Its process number.
    pub fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Memory that it has resident, in bytes (proc(5), `statm`); none if it has ended.
    pub fn resident_bytes(&self) -> Option<u64> {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.id()?)).ok()?;
        let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
        Some(pages.saturating_mul(u64::try_from(rustix::param::page_size()).ok()?))
    }

    fn read(&mut self, mut to: &mut [u8], until: Instant, deadline: Duration) -> Result<(), RunError> {
        while !to.is_empty() {
            match self.answers.read(to) {
                Ok(0) => return Err(self.lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(length) => to = to.get_mut(length..).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(RunError::TimedOut { program: self.program.clone(), deadline });
                    }
                    self.wait(left)?;
                }
                Err(error) => return Err(self.system(error)),
            }
        }
        Ok(())
    }

    fn wait(&self, left: Duration) -> Result<(), RunError> {
        let timeout = Timespec::try_from(left).map_err(|error| self.system(io::Error::other(error)))?;
        match poll(&mut [PollFd::new(&self.answers, PollFlags::IN)], Some(&timeout)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(self.system(error.into())),
        }
    }

    /// Why a pipe is closed: the program has ended, or is about to.
    fn lost(&self, source: io::Error) -> RunError {
        if !matches!(source.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) {
            return self.system(source);
        }
        let child = self.child.as_ref().map(Pid::from_child);
        let code = child.filter(|child| await_exit(*child, GRACE)).and_then(exit_of).flatten();
        RunError::Ended { program: self.program.clone(), code }
    }

    fn system(&self, source: io::Error) -> RunError {
        RunError::System { program: self.program.clone(), source }
    }
}

impl Drop for Companion {
    fn drop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let group = Pid::from_child(&child);
        signal(group, Signal::KILL);
        if await_exit(group, GRACE) {
            // The exit was seen: this neither waits nor fails.
            child.wait().ok();
        } else {
            self.runner.put_aside(child);
        }
    }
}

/// Killed programs that may hang in the kernel. More of them would hang there, too.
pub(super) const DYING_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    /// Far beyond what anything here takes.
    const SOON: Duration = Duration::from_secs(20);

    fn companion(script: &str) -> Companion {
        let runner = Arc::new(std::env::var_os("PATH").map_or_else(Runner::default, Runner::new));
        runner.accompany(Path::new("sh"), &[OsStr::new("-c"), OsStr::new(script)]).unwrap()
    }

    /// Whether a process is there and is not a zombie.
    fn lives(pid: u32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
    }

    #[test]
    fn requests_are_answered_one_after_the_other() {
        let mut echo = companion("exec cat");
        for request in [&b"first"[..], b"", b"third"] {
            assert_eq!(echo.ask(request, SOON, 100).unwrap(), request);
        }
        assert!(echo.resident_bytes().unwrap() > 0);
    }

    #[test]
    fn it_dies_with_its_owner() {
        let mut echo = companion("exec cat");
        echo.ask(b"x", SOON, 100).unwrap();
        let pid = echo.id().unwrap();
        assert!(lives(pid));
        drop(echo);
        assert!(!lives(pid));
    }

    #[test]
    fn silence_and_half_an_answer_pass_the_deadline() {
        for script in ["exec sleep 600", "printf '\\005\\000\\000\\000ab'; exec sleep 600"] {
            let error = companion(script).ask(b"x", Duration::from_millis(300), 100).unwrap_err();
            assert!(matches!(error, RunError::TimedOut { .. }), "{error}");
        }
    }

    #[test]
    fn an_end_is_told_with_its_status() {
        let error = companion("exit 3").ask(b"x", SOON, 100).unwrap_err();
        assert_eq!(error.to_string(), "sh ended with status 3");
        let error = companion("head -c 1 >/dev/null; kill -9 $$").ask(b"x", SOON, 100).unwrap_err();
        assert_eq!(error.to_string(), "sh ended with a signal");
    }

    #[test]
    fn a_long_answer_is_not_waited_for() {
        let error =
            companion("printf '\\377\\377\\377\\377'; exec sleep 600").ask(b"x", SOON, 100).unwrap_err();
        assert!(matches!(error, RunError::OutputTooLong { limit_bytes: 100, .. }), "{error}");
    }

    #[test]
    fn a_program_that_is_missing_is_told() {
        let runner = Arc::new(Runner::new("/nonexistent"));
        let error = runner.accompany(Path::new("/nonexistent/program"), &[]).unwrap_err();
        assert!(matches!(error, RunError::NotFound { .. }), "{error}");
    }
}
