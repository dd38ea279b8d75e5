//! The description of the server, and whether the server is as it says.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use crate::site::{ADMIN, Site};

async fn document(site: &Site) -> Value {
    let answer = site.get("/api/openapi.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    answer.json()
}

/// All objects of the description, wherever they are.
fn walk<'v>(value: &'v Value, see: &mut impl FnMut(&'v serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            see(object);
            object.values().for_each(|value| walk(value, see));
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, see)),
        _ => {}
    }
}

#[tokio::test]
async fn everything_is_described_and_every_number_has_its_unit() {
    let site = Site::open(1).await;
    let document = document(&site).await;
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(!summary.is_empty() && operation["responses"]["default"].is_object(), "{method} {path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{path}: {parameter}");
            }
        }
    }
    let units = [
        "_percent", "_bytes", "_celsius", "_watts", "_hertz", "_s", "_ms", "_us", "_second", "_joules",
        "_hours",
    ];
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let kinds =
                property["type"].as_array().cloned().unwrap_or_else(|| vec![property["type"].clone()]);
            let is_number = kinds.iter().any(|kind| kind == "number" || kind == "integer");
            let described = property["description"].as_str().unwrap_or_default();
            assert!(!is_number || !described.is_empty(), "{name}.{field} is not described");
            if is_number && units.iter().any(|unit| field.ends_with(unit)) {
                let words = ["In ", " in ", "1970"];
                assert!(words.iter().any(|word| described.contains(word)), "{name}.{field}: {described}");
            }
        }
    }
    let mut names = BTreeSet::new();
    walk(&document, &mut |object| names.extend(object.get("$ref").and_then(Value::as_str)));
    for name in names {
        let pointer = name.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{name} is nowhere");
    }
}

#[tokio::test]
async fn people_can_read_it_without_any_other_site() {
    let site = Site::open(1).await;
    let page = site.get("/api/").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let html = String::from_utf8(page.body).unwrap();
    for path in document(&site).await["paths"].as_object().unwrap().keys() {
        assert!(html.contains(&format!(" {path}</code>")), "{path}");
    }
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"));
    assert_eq!(site.get("/api/style.css").await.header("content-type"), Some("text/css; charset=utf-8"));
}

/// Where the programs that judge descriptions are: `.ci/run` installs them.
fn tools() -> Option<PathBuf> {
    let tools = std::env::var_os("GRAPEVINE_OPENAPI_TOOLS").map(PathBuf::from);
    if tools.is_none() {
        println!(
            "skipped: GRAPEVINE_OPENAPI_TOOLS names no folder with schemathesis and openapi-spec-validator"
        );
    }
    tools
}

/// What the program wrote; it must end well.
#[expect(clippy::disallowed_methods, reason = "a test of what is described runs who judges descriptions")]
async fn judge(program: PathBuf, args: &[OsString]) -> String {
    let mut command = Command::from(std::process::Command::new(&program));
    command.args(args).stdin(Stdio::null()).kill_on_drop(true).current_dir(std::env::temp_dir());
    let output = timeout(Duration::from_secs(600), command.output()).await.unwrap().unwrap();
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}:\n{text}", program.display());
    text
}

#[tokio::test]
async fn it_is_valid() {
    let Some(tools) = tools() else { return };
    let site = Site::open(1).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), site.get("/api/openapi.json").await.body).unwrap();
    judge(tools.join("openapi-spec-validator"), &[file.path().into()]).await;
}

/// Tries what is described with good and bad requests that are made from the description.
async fn try_out(site: &Site, tools: PathBuf, args: &[&str]) {
    let url = format!("http://{}/api/openapi.json", site.address);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("schemathesis.toml");
    std::fs::write(&config, CONFIGURATION).unwrap();
    let mut all: Vec<OsString> = vec!["--config-file".into(), config.into(), "run".into(), url.into()];
    all.extend(args.iter().map(OsString::from));
    let said = judge(tools.join("schemathesis"), &all).await;
    let summary = said.find("Test cases:").map_or("", |at| &said[at..]);
    println!("{summary}");
    assert!(!said.contains("FAILURES") && !said.contains("ERRORS"), "{said}");
    assert!(!said.contains("Internal Server Error"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_as_it_says() {
    let Some(tools) = tools() else { return };
    let site = Site::open(12).await;
    try_out(&site, tools, &["--exclude-tag", "auth", "--exclude-checks", "ignored_auth"]).await;
    assert_eq!(site.get("/api/v1/hosts").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_in_is_as_it_says() {
    let Some(tools) = tools() else { return };
    let site = Site::closed(1).await;
    let header = format!("Authorization: Bearer {ADMIN}");
    try_out(&site, tools, &["--include-tag", "auth", "--header", &header]).await;
}

/// That not every text is a filter no schema can say, and who tries it speaks no WebSocket.
const CONFIGURATION: &str = r#"
color = false
[generation]
max-examples = 40
deterministic = true
[checks]
negative_data_rejection.expected-statuses = ["4xx"]
[phases.stateful]
enabled = false
[[operations]]
include-path = "/api/v1/hosts"
checks.positive_data_acceptance.expected-statuses = ["2xx", 422]
[[operations]]
include-path = "/ws/gpu"
checks.positive_data_acceptance.expected-statuses = [101, 426]
"#;
