//! Running the program.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::timeout;

/// What became of a run.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// The lines of the output as JSON.
    pub(crate) fn json(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// The program with these arguments, without what the environment could say to it.
pub(crate) fn grapevine<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    program(Path::new(env!("CARGO_BIN_EXE_grapevine")), args)
}

#[expect(clippy::disallowed_methods, reason = "a test of a program starts it")]
pub(crate) fn program<S: AsRef<OsStr>>(path: &Path, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::from(std::process::Command::new(path));
    command.args(args).env_remove("GRAPEVINE_ATTACH").env_remove("NO_COLOR").kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `command` to its end.
pub(crate) async fn run(command: Command) -> Ended {
    let output = timeout(Duration::from_secs(20), start(command).wait_with_output()).await.unwrap().unwrap();
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Starts `command`. Not while a program is being installed: the new process would hold the file open for writing
/// for a moment, and nobody could run it.
pub(crate) fn start(mut command: Command) -> Child {
    let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    command.spawn().unwrap()
}

/// Held while a process is started or a program is written.
pub(crate) static STARTING: Mutex<()> = Mutex::new(());
