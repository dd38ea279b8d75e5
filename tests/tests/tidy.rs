//! House rules as tests.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use grapevine_tests::programs::{command, repository};
use serde_json::Value;

/// Which of our packages each of our packages may use: the arrows of ARCHITECTURE.md.
const ARROWS: [(&str, &[&str]); 15] = [
    ("grapevine-proto", &[]),
    ("grapevine-zmtp", &[]),
    ("grapevine-fuzz", &["grapevine-proto", "grapevine-zmtp"]),
    ("grapevine-sim", &["grapevine-proto"]),
    ("grapevine-collectors", &["grapevine-proto"]),
    ("grapevine-gpu", &["grapevine-proto", "grapevine-collectors"]),
    ("grapevine-config", &[]),
    ("grapevine-agent", &["grapevine-proto", "grapevine-zmtp", "grapevine-collectors", "grapevine-config"]),
    ("grapevine-sub", &["grapevine-proto", "grapevine-zmtp"]),
    ("grapevine-demo", &["grapevine-proto"]),
    ("grapevine-tui", &["grapevine-proto", "grapevine-sub", "grapevine-config"]),
    ("grapevine-web", &["grapevine-proto", "grapevine-sub"]),
    (
        "grapevine-cli",
        &[
            "grapevine-proto",
            "grapevine-sub",
            "grapevine-demo",
            "grapevine-tui",
            "grapevine-web",
            "grapevine-config",
        ],
    ),
    ("grapevine-fake-nvml", &[]),
    ("grapevine-tests", &["grapevine-proto", "grapevine-zmtp", "grapevine-sub"]),
];

#[test]
fn packages_use_each_other_as_the_architecture_says() {
    let metadata = command(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(repository())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let arrows: BTreeMap<&str, &[&str]> = ARROWS.into_iter().collect();
    assert_eq!(packages.len(), arrows.len(), "a package is missing from the list of arrows");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let allowed = arrows.get(name).unwrap_or_else(|| panic!("{name} has no arrows yet"));
        for dependency in package["dependencies"].as_array().unwrap() {
            // Tests may look further than the code that they test.
            if dependency["kind"] == "dev" {
                continue;
            }
            let used = dependency["name"].as_str().unwrap();
            assert!(!used.starts_with("grapevine") || allowed.contains(&used), "{name} must not use {used}");
        }
    }
}

/// What dashboards need to check signatures in batches is no part of the agent.
#[test]
fn the_agent_has_nothing_that_only_dashboards_need() {
    let tree = command(env!("CARGO"))
        .args(["tree", "--package", "grapevine-agent", "--edges", "normal", "--prefix", "none", "--offline"])
        .current_dir(repository())
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    assert!(tree.contains("ed25519-dalek"), "{tree}");
    for package in ["merlin", "rand_core v0.6", "grapevine-sub"] {
        assert!(!tree.contains(package), "the agent depends on {package}");
    }
}

#[test]
fn files_are_short_enough_to_know() {
    for path in sources() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 600, "{} has {lines} lines, 600 are the most", path.display());
    }
}

#[test]
fn no_room_is_called_after_nothing() {
    for path in sources() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        for name in ["util", "utils", "common", "helper", "helpers", "manager", "misc"] {
            let folder = path.parent().unwrap().ends_with(name);
            assert!(stem != name && !folder, "{}: name what is inside", path.display());
        }
    }
}

#[test]
fn no_test_is_ignored() {
    let ignored = concat!("#[", "ignore");
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(ignored), "{}: assert today's behaviour and say why", path.display());
    }
}

/// All Rust files of this repository.
fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, sources: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                walk(&path, sources);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(path);
            }
        }
    }
    let mut sources = Vec::new();
    walk(repository(), &mut sources);
    assert!(sources.len() > 20, "the walk has lost its way");
    sources
}
