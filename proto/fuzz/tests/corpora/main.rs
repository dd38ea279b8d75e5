//! Every input of the corpora, and some thousand mutations of them that are the same in every run.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod mutate;
mod seeds;

use std::fs;
use std::panic::catch_unwind;
use std::path::PathBuf;

use grapevine_fuzz::TARGETS;

#[test]
fn every_input_of_the_corpora_is_stood() {
    for (target, run) in TARGETS {
        for (name, input) in corpus(target) {
            stand(run, &input, || format!("corpus/{target}/{name}"));
        }
    }
}

#[test]
fn every_corpus_belongs_to_a_target() {
    let mut folders: Vec<_> = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut targets = TARGETS.map(|(target, _)| target.to_owned());
    folders.sort();
    targets.sort();
    assert_eq!(folders, targets);
}

#[test]
fn every_target_is_one_of_libfuzzers() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("libfuzzer");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for (target, _) in TARGETS {
        let path = format!("fuzz_targets/{target}.rs");
        assert!(manifest.contains(&format!("path = \"{path}\"")), "libfuzzer/Cargo.toml lacks {target}");
        let calls = fs::read_to_string(folder.join(path)).unwrap();
        assert!(calls.contains(&format!("grapevine_fuzz::{target}::run(input)")), "{calls}");
    }
}

/// Runs a target on an input; where it panics, the input is told.
fn stand(run: fn(&[u8]), input: &[u8], name: impl Fn() -> String) {
    if catch_unwind(|| run(input)).is_err() {
        let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("the panic above is that of {}: {hex}", name());
    }
}

/// The names and bytes of a target's inputs, in the order of names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fs::read_dir(root().join(target)).unwrap().map(|entry| entry.unwrap().path());
    let mut inputs: Vec<_> = folder
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{target} has no inputs");
    inputs
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus")
}
