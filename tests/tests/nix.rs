//! The files in `nix/`: that they parse, and that what the module writes is what the programs read.
//!
//! Without nixpkgs nothing is built: `tests/nix/evaluate.nix` stands in for as much of its library as the module uses.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may panic, and say why they were skipped"
)]

use std::path::Path;
use std::process::{Command, Output};

use grapevine_tests::programs::{agent, command, grapevine, repository};
use serde_json::Value;

#[test]
fn all_files_parse() {
    let files = repository().join("nix").read_dir().unwrap().map(|file| file.unwrap().path());
    for file in files.chain([repository().join("flake.nix"), repository().join("tests/nix/evaluate.nix")]) {
        let folder = tempfile::tempdir().unwrap();
        let Some(mut parse) = nix_instantiate(folder.path()) else { return };
        let parsed = parse.arg("--parse").arg(&file).output().unwrap();
        assert!(parsed.status.success(), "{}: {}", file.display(), complaint(&parsed));
    }
}

#[test]
fn the_programs_take_what_the_module_writes() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut evaluate) = nix_instantiate(folder.path()) else { return };
    let evaluated = evaluate
        .args(["--eval", "--strict", "--json"])
        .arg(repository().join("tests/nix/evaluate.nix"))
        .output()
        .unwrap();
    assert!(evaluated.status.success(), "{}", complaint(&evaluated));
    let made: Value = serde_json::from_slice(&evaluated.stdout).unwrap();

    let made_keys = command(agent()).args(["keygen", "--out"]).arg(folder.path()).output().unwrap();
    assert!(made_keys.status.success(), "{}", complaint(&made_keys));
    for case in ["full", "least"] {
        let file = write_toml(folder.path(), &made[case], "agent.toml");
        let mut check = command(agent());
        check.arg("check-config").arg(file);
        if case == "full" {
            // As systemd hands over the key that the module was told of.
            check.env("CREDENTIALS_DIRECTORY", folder.path());
        }
        let checked = check.output().unwrap();
        assert!(checked.status.success(), "{case}: {}", complaint(&checked));
    }
    let file = write_toml(folder.path(), &made["full"], "dashboard.toml");
    let looked = command(grapevine())
        .args(["--attach", "unix:/nowhere", "doctor", "--config"])
        .arg(file)
        .output()
        .unwrap();
    assert_eq!(looked.status.code(), Some(1), "2 is for a configuration: {}", complaint(&looked));

    let full = &made["full"];
    assert_eq!(full["networking"]["firewall"]["allowedTCPPorts"], serde_json::json!([6131, 8131]));
    let service = &full["systemd"]["services"]["grapevine-agent"]["serviceConfig"];
    assert_eq!(service["LoadCredential"], serde_json::json!(["cluster.key:/run/secrets/cluster.key"]));
    assert_eq!(made["least"]["networking"]["firewall"]["allowedTCPPorts"], serde_json::json!([]));
    assert_eq!(made["nothing"]["systemd"], serde_json::json!({}));
    assert!(made["secret_in_store"][0].as_str().unwrap().contains("keyFile"), "{made}");
    for (what, is_refused) in made["refused"].as_object().unwrap() {
        assert_eq!(is_refused, &Value::Bool(true), "{what} of a wrong type");
    }
}

/// `nix-instantiate` with a store in `folder`. None, with the reason printed, where there is no such program.
fn nix_instantiate(folder: &Path) -> Option<Command> {
    let found = command("nix-instantiate").env("NIX_STATE_DIR", folder).arg("--version").output();
    if let Err(error) = found {
        println!("skipped: nix-instantiate (package nix-bin): {error}");
        return None;
    }
    let mut nix = command("nix-instantiate");
    nix.env("NIX_STATE_DIR", folder.join("state")).env("NIX_STORE_DIR", folder.join("store"));
    Some(nix)
}

/// Writes a file that the module makes, as nixpkgs would: all of its values are the same in TOML and in JSON.
fn write_toml(folder: &Path, made: &Value, name: &str) -> std::path::PathBuf {
    let tables = &made["environment"]["etc"][format!("grapevine/{name}")]["source"]["value"];
    let tables = tables.as_object().unwrap_or_else(|| panic!("no {name} in {made}"));
    let mut text = String::new();
    for (table, keys) in tables {
        text += &format!("[{table}]\n");
        for (key, value) in keys.as_object().unwrap() {
            text += &format!("{key} = {}\n", inline(value));
        }
    }
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

fn inline(value: &Value) -> String {
    match value.as_object() {
        Some(table) => {
            let keys = table.iter().map(|(key, value)| format!("{key} = {}", inline(value)));
            format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
        }
        None => value.to_string(),
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
