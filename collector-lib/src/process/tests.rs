//! Real processes, for what matters here is what the kernel makes of them.

use super::*;
use std::path::Path;

/// Far beyond what anything here takes.
const SOON: Duration = Duration::from_secs(20);

/// Enough for a shell to get going even on a busy machine.
const TOO_SHORT: Duration = Duration::from_millis(1500);

fn sh(script: &str) -> Result<Finished, RunError> {
    sh_within(script, SOON)
}

fn sh_within(script: &str, deadline: Duration) -> Result<Finished, RunError> {
    let arguments = &["-c", script];
    runner().run(&Job { program: "sh", arguments, deadline, stdout_bytes_max: 100_000 })
}

/// Looks where the tests' own tools are, which may be none of the usual places.
fn runner() -> Runner {
    std::env::var_os("PATH").map_or_else(Runner::default, Runner::new)
}

/// Whether a process is there and is not a zombie.
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// A killed process may take a moment to disappear.
fn dies(pid: &str) -> bool {
    let deadline = Instant::now() + SOON;
    while lives(pid) {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::yield_now();
    }
    true
}

#[test]
fn output_and_status_come_back() {
    let finished = sh("echo out; echo first >&2; echo last >&2; exit 3").unwrap();
    assert_eq!(finished.code, Some(3));
    assert_eq!(finished.stdout, b"out\n");
    assert_eq!(finished.complaint, "last");
    let error = finished.success().unwrap_err();
    assert_eq!(error.to_string(), "sh ended with status 3: last");
}

#[test]
fn a_program_ended_by_a_signal_has_no_status() {
    let finished = sh("kill -9 $$").unwrap();
    assert_eq!(finished.code, None);
}

#[test]
fn the_environment_is_clean_and_there_is_no_input() {
    let finished = sh("env | grep -v -e ^_= -e ^PWD= -e ^SHLVL= -e ^OLDPWD= | sort; pwd; cat").unwrap();
    let text = String::from_utf8(finished.stdout).unwrap();
    let search_path = runner().search_path.into_string().unwrap();
    assert_eq!(text, format!("LC_ALL=C\nPATH={search_path}\n/\n"));
}

#[test]
fn a_missing_program_and_a_forbidden_one_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("locked"), "#!/bin/sh\n").unwrap();
    let runner = Runner::new(directory.path());
    let run = |program| {
        runner.run(&Job { program, arguments: &[], deadline: SOON, stdout_bytes_max: 1 }).unwrap_err()
    };
    assert!(matches!(run("nosuchthing"), RunError::NotFound { .. }));
    assert!(matches!(run("locked"), RunError::Denied { .. }));
}

#[test]
fn a_program_that_ignores_sigterm_is_killed() {
    let directory = tempfile::tempdir().unwrap();
    let pid_file = directory.path().join("pid");
    let script = format!("trap '' TERM; echo $$ > {}; while :; do sleep 1; done", pid_file.display());
    let error = sh_within(&script, TOO_SHORT).unwrap_err();
    assert!(matches!(error, RunError::TimedOut { .. }), "{error}");
    assert!(dies(std::fs::read_to_string(pid_file).unwrap().trim()));
}

#[test]
fn a_program_may_clean_up_when_its_time_is_over() {
    let directory = tempfile::tempdir().unwrap();
    let trace = directory.path().join("trace");
    let script = format!("trap 'echo clean > {}; exit' TERM; while :; do sleep 0.01; done", trace.display());
    let error = sh_within(&script, TOO_SHORT).unwrap_err();
    assert!(matches!(error, RunError::TimedOut { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(trace).unwrap(), "clean\n");
}

#[test]
fn a_descendant_that_holds_the_pipe_delays_nothing_and_dies() {
    let started = Instant::now();
    let finished = sh("sleep 600 & echo $!").unwrap();
    assert!(started.elapsed() < SOON, "{:?}", started.elapsed());
    let pid = String::from_utf8(finished.stdout).unwrap();
    assert!(dies(pid.trim()));
}

#[test]
fn a_flood_of_output_ends_the_program() {
    let error = sh("while :; do echo 0123456789012345678901234567890123456789; done").unwrap_err();
    assert!(matches!(error, RunError::OutputTooLong { limit_bytes: 100_000, .. }), "{error}");
}

#[test]
fn a_flood_of_complaints_is_read_and_forgotten() {
    let script = "i=0; while [ $i -lt 20000 ]; do echo complaint $i >&2; i=$((i+1)); done; echo done";
    let finished = sh(script).unwrap();
    assert_eq!(finished.stdout, b"done\n");
    assert_eq!(finished.complaint, "complaint 19999");
}

#[test]
fn output_beyond_a_pipes_capacity_comes_back_whole() {
    let finished = sh("head -c 90000 /dev/zero").unwrap();
    assert_eq!(finished.stdout.len(), 90_000);
}

/// The end of a program that runs while its owner looks at it now and then.
fn end_of(mut background: Background) -> Result<Ended, RunError> {
    let until = Instant::now() + SOON;
    loop {
        if let Some(end) = background.look() {
            assert!(background.look().is_none(), "an end is told once");
            return end;
        }
        assert!(Instant::now() < until, "it does not end");
        std::thread::yield_now();
    }
}

fn background(script: &str, deadline: Duration, environment: &[(&str, &OsStr)]) -> Background {
    let job = Job { program: "sh", arguments: &["-c", script], deadline, stdout_bytes_max: 100_000 };
    std::sync::Arc::new(runner()).start(&job, environment).unwrap()
}

#[test]
fn a_program_in_the_background_has_its_environment_and_is_told_when_it_ends() {
    let script = "echo $SECRET_FILE; echo one >&2; echo two >&2; exit 12";
    let end = end_of(background(script, SOON, &[("SECRET_FILE", OsStr::new("/x y"))])).unwrap();
    assert_eq!((end.code, end.stdout.as_slice()), (Some(12), &b"/x y\n"[..]));
    assert_eq!(end.complaints, "one\ntwo\n");
}

#[test]
fn a_program_in_the_background_passes_its_deadline_or_its_cap() {
    let error = end_of(background("exec sleep 600", Duration::from_millis(300), &[])).unwrap_err();
    assert!(matches!(error, RunError::TimedOut { .. }), "{error}");
    let error = end_of(background("exec yes", SOON, &[])).unwrap_err();
    assert!(matches!(error, RunError::OutputTooLong { limit_bytes: 100_000, .. }), "{error}");
}

#[test]
fn a_program_in_the_background_dies_with_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pid");
    let mut running =
        background("echo $$ > \"$PID_FILE\"; exec sleep 600", SOON, &[("PID_FILE", path.as_os_str())]);
    let until = Instant::now() + SOON;
    let pid = loop {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if text.ends_with('\n') {
            break text.trim().to_owned();
        }
        assert!(running.look().is_none() && Instant::now() < until);
    };
    assert!(lives(&pid));
    drop(running);
    assert!(dies(&pid));
}
