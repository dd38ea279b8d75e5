//! Whether the files are those that are there, and those of others unchanged.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("page")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_in(&path) } else { vec![path] }).collect()
}

/// Declarations of types are for whoever checks the page, licences for whoever reads the source.
fn is_served(path: &str) -> bool {
    !(path.ends_with(".d.mts") || path.ends_with(".txt") || path.ends_with(".json") || path == "/index.html")
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn all_files_of_the_page_are_served() {
    let folder = folder();
    let path = |file: PathBuf| format!("/{}", file.strip_prefix(&folder).unwrap().display());
    let there: BTreeSet<String> =
        files_in(&folder).into_iter().map(path).filter(|path| is_served(path)).collect();
    let served: BTreeSet<String> = FILES.iter().map(|file| file.path.to_owned()).collect();
    assert_eq!(served, there);
}

#[test]
fn modules_of_others_are_as_they_were_published() {
    let vendor = folder().join("vendor");
    let manifest: Value = serde_json::from_slice(&fs::read(vendor.join("manifest.json")).unwrap()).unwrap();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    let mut listed = BTreeSet::new();
    for module in manifest["modules"].as_array().unwrap() {
        let file = text(module, "file");
        let here = fs::read_to_string(vendor.join(&file)).unwrap();
        assert_eq!(sha256(here.as_bytes()), text(module, "sha256"), "{file}");
        // Nothing but the names of imports differs from what is in the package.
        let mut published = here;
        for (from, to) in manifest["imports"].as_object().unwrap() {
            published = published.replace(to.as_str().unwrap(), from);
        }
        assert_eq!(sha256(published.as_bytes()), text(module, "sha256_in_package"), "{file}");
        assert!(["MIT", "Apache-2.0"].contains(&text(module, "licence").as_str()), "{file}");
        let licence = fs::read_to_string(vendor.join(text(module, "licence_file"))).unwrap();
        assert!(licence.contains("MIT License") || licence.contains("Apache License"), "{file}");
        listed.insert(file);
    }
    let there = FILES.iter().filter_map(|file| file.path.strip_prefix("/vendor/"));
    assert_eq!(there.map(str::to_owned).collect::<BTreeSet<_>>(), listed);
}

/// What is imported, loaded or linked is another file of the page, so that it works without the internet.
#[test]
fn the_page_asks_nobody_else() {
    for file in FILES.iter().chain([&INDEX]).filter(|file| !file.path.starts_with("/vendor/")) {
        let text = String::from_utf8_lossy(file.bytes);
        let foreign = text.replace("http://www.w3.org/2000/svg", "");
        assert!(!foreign.contains("http://") && !foreign.contains("https://"), "{}", file.path);
        for attribute in [" style=\"", "javascript:", "<script>", "<style>"] {
            assert!(!text.contains(attribute), "{} has {attribute}", file.path);
        }
    }
}
