//! Programs of others that judge what we say.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and says what it leaves out"
)]
#![expect(clippy::disallowed_methods, reason = "the one place of these tests that starts programs")]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Runs `program`, or the one that the variable `variable` names, with `input`. None, with a word why, where it is not
/// there.
pub(crate) fn run(variable: &str, program: &str, arguments: &[&str], input: &str) -> Option<Output> {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, input.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    let output = command(variable, program).args(arguments).stdin(file).output();
    if output.is_err() {
        println!("skipped: no {program}; set {variable} to one");
    }
    output.ok()
}

/// Starts `program`, or the one that the variable `variable` names, silently. None, with a word why, where it is not there.
pub(crate) fn start(variable: &str, program: &str, arguments: &[&str], errors: File) -> Option<Running> {
    let child = command(variable, program).args(arguments).stdout(Stdio::null()).stderr(errors).spawn();
    if child.is_err() {
        println!("skipped: no {program}; set {variable} to one");
    }
    child.ok().map(Running)
}

/// Where one of Prometheus' programs says in its log that it listens, on loopback.
pub(crate) fn address(log: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        let words = fs::read_to_string(log).unwrap();
        // Only of lines that are whole. Prometheus first says what it was told to listen to.
        let whole = words.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let mut ports = whole.split_whitespace().filter_map(|word| word.strip_prefix("address=127.0.0.1:"));
        if let Some(port) = ports.find(|port| *port != "0") {
            return format!("127.0.0.1:{port}");
        }
        std::thread::yield_now();
    }
    panic!("it does not listen: {}", fs::read_to_string(log).unwrap());
}

fn command(variable: &str, program: &str) -> Command {
    let mut command = Command::new(std::env::var_os(variable).unwrap_or_else(|| program.into()));
    command.stdin(Stdio::null());
    command
}

/// A program that is killed with this.
pub(crate) struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// What a program wrote, if it is text.
pub(crate) fn words(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat()
}
