//! The real program, whose best source fails.

use std::io::{Read, Write};
use std::process::Stdio;

use grapevine_collectors::gpu::Answer;
use grapevine_tests::programs::{command, gpu_reader};

use crate::machine::{Machine, fixture, state};
use crate::stand_in::Programs;

#[test]
fn a_source_that_fails_falls_through_with_one_warning() {
    let machine = Machine::new("gb10");
    let programs = Programs::new();
    programs.put("nvidia-smi", "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
    programs.print("nvtop", &fixture("gb10").join("nvtop.json"));
    let mut reader = command(gpu_reader())
        .args(["--nvml-library", "/nonexistent.so", "--search-path", &programs.search_path(), "--proc"])
        .arg(machine.proc())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let roster = machine.roster().to_string();
    let mut requests = reader.stdin.take().unwrap();
    let mut answers = reader.stdout.take().unwrap();
    for pass in 0..5 {
        let length = u32::try_from(roster.len()).unwrap();
        requests.write_all(&[&length.to_le_bytes(), roster.as_bytes()].concat()).unwrap();
        let mut length = [0; 4];
        answers.read_exact(&mut length).unwrap();
        let mut answer = vec![0; usize::try_from(u32::from_le_bytes(length)).unwrap()];
        answers.read_exact(&mut answer).unwrap();
        let readings = match Answer::decode(&answer).unwrap() {
            Answer::Readings(readings) => readings,
            // On a busy machine the script takes so long that the next source is for the next pass.
            Answer::Failed(_) if pass == 0 => continue,
            Answer::Failed(reason) => panic!("{reason}"),
        };
        assert_eq!(state(&readings, "gpu.source", &["0"]).text(), Some("nvtop"));
        assert_eq!(state(&readings, "gpu.memory.kind", &["0"]).text(), Some("unified"));
    }
    drop(requests);
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success());
    let log = String::from_utf8(output.stderr).unwrap();
    let warnings: Vec<&str> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 2, "one of each source that fails:\n{log}");
    assert!(warnings[0].contains("source=\"nvml\"") && warnings[0].contains("/nonexistent.so"), "{log}");
    assert!(
        warnings[1].contains("source=\"nvidia-smi\"") && warnings[1].contains("different versions"),
        "{log}"
    );
}
