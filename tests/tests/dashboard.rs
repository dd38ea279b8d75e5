//! `grapevine serve` over a real agent with GPUs that are not there: for programs, and in a browser.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests may panic, and tell what they measure and leave out"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use grapevine_tests::gpus::{FakeDriver, GpuHost};
use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{self, Running, command, repository};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// The server of the host's agent, and where it listens.
fn serve(host: &GpuHost) -> (Running, String) {
    let attach = host.endpoint.to_string();
    let mut serve = command(programs::grapevine());
    serve.args(["serve", "--listen", "127.0.0.1:0", "--attach", &attach]).env("HOME", host.driver.folder());
    let mut serving = Running::start(&mut serve);
    let line = Lines::of(serving.stdout()).wait_for("address", 20, |line| line.starts_with("listening "));
    (serving, line["listening ".len()..].to_owned())
}

/// The first report of a host's GPUs that is as expected.
async fn report(stream: &mut WebSocketStream<TcpStream>, is_expected: impl Fn(&Value) -> bool) -> Value {
    let find = async {
        loop {
            let Message::Text(text) = stream.next().await.unwrap().unwrap() else { continue };
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] == "gpus" && is_expected(&message) {
                return message;
            }
        }
    };
    timeout(Duration::from_secs(60), find).await.unwrap_or_else(|_| panic!("never as expected"))
}

#[test]
fn programs_follow_the_gpus_of_a_host() {
    let Some(host) = GpuHost::start(FakeDriver::new("two-3090"), "", false) else { return };
    let (_serving, url) = serve(&host);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = loop {
            let stream = TcpStream::connect(address).await.unwrap();
            // Refused until the agent has told of its host.
            match tokio_tungstenite::client_async(format!("ws://{address}/ws/gpu"), stream).await {
                Ok((stream, _)) => break stream,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let told = report(&mut stream, |it| {
            it["gpus"][1]["powerUsage"].is_number() && it["system"]["cpuUsage"].is_number()
        })
        .await;
        let mut first = told["gpus"][0].clone();
        let processes = first.as_object_mut().unwrap().remove("processes").unwrap();
        let expected = json!({
            "id": "0", "name": "NVIDIA GeForce RTX 3090", "uuid": "GPU-5a1c0d3e-0000-4000-8000-000000000001",
            "state": "ok", "driverVersion": "570.86.10", "cudaVersion": "12.8", "utilization": 97.0,
            "memoryUsed": 21064, "memoryTotal": 24576, "memoryFree": 3202, "temperature": 74.0,
            "powerUsage": 341.3, "powerLimit": 350.0, "fanSpeed": 71.0,
            "encoderUtilization": 0.0, "decoderUtilization": 12.0,
        });
        assert_eq!(first, expected);
        let used = |pid: u32| processes.as_array().unwrap().iter().find(|it| it["pid"] == pid).unwrap();
        assert_eq!(used(4101)["usedMemoryMiB"], 17_408);
        for figure in ["memoryUsage", "uptime", "loadAverage"] {
            assert!(!told["system"][figure].is_null(), "{figure} of {told}");
        }
        host.driver.change(|machine| {
            machine["gpus"][0]["lost"] = json!(true);
            machine["gpus"][1]["answers"]["nvmlDeviceGetPowerUsage"] = json!(55_000);
        });
        let told = report(&mut stream, |it| it["gpus"][0]["state"] == "lost").await;
        assert_eq!(told["gpus"][0]["powerUsage"], Value::Null);
        report(&mut stream, |it| it["gpus"][1]["powerUsage"] == 55.0).await;
    });
}

#[test]
fn people_see_the_gpus_of_a_host() {
    let Some(mut browser) = browser() else { return };
    let Some(mut host) = GpuHost::start(FakeDriver::new("two-3090"), "", false) else { return };
    let (_serving, url) = serve(&host);
    host.wait_for("figures", |host| host.readings_of("gpu.power").count() == 2);
    let mut child = browser.arg(&url).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines = Lines::of(child.stdout.take().unwrap());
    let mut failures = Vec::new();
    loop {
        // The last line is of the last story.
        let line = lines.wait_for("word of the browser", 120, |_| true);
        println!("{line}");
        if let Some(what) = line.strip_prefix("> ") {
            obey(&mut host, what);
            stdin.write_all(b"ok\n").unwrap();
        } else if line.contains("FAILED") {
            failures.push(line);
        } else if line == "the end" {
            break;
        }
    }
    assert!(child.wait().unwrap().success() && failures.is_empty(), "{failures:#?}");
}

/// Does what the browser asks for.
fn obey(host: &mut GpuHost, what: &str) {
    match what.split_once(' ').unwrap_or((what, "")) {
        ("power", watts) => {
            let milliwatts = watts.parse::<u32>().unwrap() * 1000;
            host.driver.change(|machine| {
                machine["gpus"][0]["answers"]["nvmlDeviceGetPowerUsage"] = json!(milliwatts);
            });
        }
        ("lose", _) => host.driver.change(|machine| machine["gpus"][0]["lost"] = json!(true)),
        ("find", _) => host.driver.change(|_| {}),
        ("kill", _) => host.kill_agent(),
        ("return", _) => host.restart_agent(),
        other => panic!("asked for {other:?}"),
    }
}

/// Node with the script, where there is what it needs; none, with a word why, where there is not.
fn browser() -> Option<std::process::Command> {
    let folder = repository().join("dashboard-sub/web/check");
    let chromium = std::env::var_os("GRAPEVINE_CHROMIUM")
        .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    let has = |path: &Path| path.exists();
    let missing = [
        (command("node").arg("--version").output().is_ok(), "no node on the PATH"),
        (has(&chromium), "no Chromium: set GRAPEVINE_CHROMIUM to one"),
        (has(&folder.join("node_modules/playwright-core")), "run `npm ci` in dashboard-sub/web/check"),
    ];
    for (_, why) in missing.iter().filter(|(is_there, _)| !is_there) {
        println!("skipped: {why}");
    }
    let mut node = command("node");
    node.arg(folder.join("browser/gpus.mjs"));
    missing.iter().all(|(is_there, _)| *is_there).then_some(node)
}
