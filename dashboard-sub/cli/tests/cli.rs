//! The program as its users meet it: fed by a real listener, or by recordings.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../../tests/agent/mod.rs"]
mod agent;
#[path = "../../tests/origin/mod.rs"]
mod origin;
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agent::Agent;
use grapevine_proto::Lost;
use grapevine_sub::Recorder;
use origin::Origin;
use program::{Ended, grapevine, run, start};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

/// Runs the program against `agent`.
async fn ask(agent: &Agent, args: &[&str]) -> Ended {
    let endpoint = agent.endpoint.to_string();
    run(grapevine(["--attach", &endpoint].iter().chain(args))).await
}

async fn agent_of_two() -> Agent {
    let agent = Agent::start().await;
    agent.say("srv-01", Origin::new("srv-01", 1).frame(10.0));
    agent.say("srv-02", Origin::new("srv-02", 2).frame(20.0));
    agent
}

/// A recording of one host that becomes busier once a second.
fn recording(directory: &TempDir) -> PathBuf {
    let path = directory.path().join("recording");
    let start = Instant::now();
    let mut recorder = Recorder::create(&path, start, 1_772_461_200_000).unwrap();
    let mut srv = Origin::new("srv-01", 1);
    for second in 0..5_u32 {
        let frame = srv.frame(f64::from(second * 10));
        recorder.record(b"srv-01", &frame, start + Duration::from_secs(second.into())).unwrap();
    }
    recorder.flush().unwrap();
    path
}

async fn replay(path: &Path, args: &[&str]) -> Ended {
    run(grapevine(["tail", "--replay", path.to_str().unwrap()].iter().chain(args))).await
}

#[tokio::test]
async fn tail_prints_the_state_as_json_lines() {
    let agent = agent_of_two().await;
    let ended = ask(&agent, &["tail", "--json", "--host", "srv-01", "--count", "8"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let mut lines = ended.json();
    for line in &mut lines {
        assert!(line["age_ms"].as_u64().unwrap() < 10_000, "{line}");
        line["age_ms"] = Value::Null;
    }
    let line = |metric: &str, labels: Value, value: Value, absent: Value, unit: &str| {
        json!({
            "host": "srv-01", "metric": metric, "labels": labels, "value": value, "absent": absent,
            "unit": unit, "age_ms": null, "hops": 0, "epoch": 1, "sequence": 1,
        })
    };
    assert_eq!(lines.len(), 8);
    assert_eq!(lines[0], line("host.kernel", json!({}), json!("6.12.0"), Value::Null, "text"));
    assert_eq!(lines[1], line("cpu.use", json!({}), json!(10.0), Value::Null, "percent"));
    let home = json!({"mount": "/home"});
    assert_eq!(lines[7], line("disk.space.used", home, Value::Null, json!("denied"), "bytes"));
}

#[tokio::test]
async fn a_recorded_demonstration_is_a_recording_like_any_other_and_says_what_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let record = |file: &str| {
        let path = directory.path().join(file);
        let args =
            ["demo", "--hosts", "3", "--seconds", "2", "--scenario", "degraded", "--wall-s", "1772461200"];
        (path.clone(), grapevine(args.map(PathBuf::from).into_iter().chain(["--record".into(), path])))
    };
    let (path, command) = record("first");
    assert_eq!(run(command).await.code, Some(0));
    let lines = replay(&path, &["--host", "ws-01", "--metric", "gpu.state", "--json"]).await.json();
    let states: Vec<_> = lines.iter().map(|line| (&line["labels"]["gpu"], &line["value"])).collect();
    assert_eq!(states, [(&json!("0"), &json!("ok")), (&json!("1"), &json!("lost"))]);
    let past = replay(&path, &["--past", "--json", "--host", "spark-01", "--metric", "host.name"]).await;
    assert!(past.json()[0]["age_ms"].as_u64().unwrap() >= 590_000);
    let (again, command) = record("again");
    assert_eq!(run(command).await.code, Some(0));
    assert_eq!(fs::read(path).unwrap(), fs::read(again).unwrap());
    let (_, command) = record("first");
    let ended = run(command).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("exists already"), "{}", ended.err);
}

#[tokio::test]
async fn tail_follows_changes_of_the_metrics_that_match() {
    let mut agent = Agent::start().await;
    let mut srv = Origin::new("srv-01", 1);
    agent.say("srv-01", srv.frame(10.0));
    let endpoint = agent.endpoint.to_string();
    let args = ["--attach", &endpoint, "tail", "--metric", "cpu.u*", "--json", "--count", "2"];
    let running = tokio::spawn(run(grapevine(args)));
    agent.subscribers(1).await;
    agent.say("srv-01", srv.frame(30.0));
    // Of changes that wait for a link only the newest is sent: there may be three lines, and there are two.
    agent.say("srv-01", srv.frame(50.0));
    let ended = running.await.unwrap();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines = ended.json();
    assert!(lines.iter().all(|line| line["metric"] == "cpu.use"), "{lines:?}");
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn tail_prints_plain_lines_without_colour_when_it_is_no_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let ended = replay(&recording(&directory), &[]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let expected = "\
srv-01  host.kernel                   6.12.0
srv-01  cpu.use                       0 %
srv-01  cpu.core.use{core=0}          50 %
srv-01  cpu.core.use{core=1}          50 %
srv-01  cpu.core.use{core=2}          50 %
srv-01  cpu.core.use{core=3}          50 %
srv-01  disk.space.used{mount=/}      1 GiB
srv-01  disk.space.used{mount=/home}  - (denied)
srv-01  cpu.use                       10 %
srv-01  cpu.use                       20 %
srv-01  cpu.use                       30 %
srv-01  cpu.use                       40 %
";
    assert_eq!(ended.out, expected);
}

#[tokio::test]
async fn a_recording_cut_short_gives_all_before_the_cut_and_one_line_of_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = recording(&directory);
    let whole = replay(&path, &["--json", "--metric", "cpu.use"]).await;
    assert_eq!(whole.out.lines().count(), 5);
    let bytes = fs::read(&path).unwrap();
    let cut = directory.path().join("cut");
    fs::write(&cut, &bytes[..bytes.len() - 1]).unwrap();

    let ended = replay(&cut, &["--json", "--metric", "cpu.use"]).await;

    assert_eq!(ended.code, Some(1));
    let values =
        |ended: &Ended| -> Vec<Value> { ended.json().iter().map(|line| line["value"].clone()).collect() };
    assert_eq!(values(&ended), values(&whole)[..4]);
    let error = ended.err.strip_suffix('\n').unwrap();
    let start = format!("grapevine: {}: the recording is cut short in the record at byte ", cut.display());
    let offset: usize = error.strip_prefix(&start).unwrap().parse().unwrap();
    assert!(offset < bytes.len() && !error.contains('\n'), "{error}");
}

#[tokio::test]
async fn what_tail_records_it_replays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new");
    let agent = agent_of_two().await;
    let file = path.to_str().unwrap();
    let live =
        ask(&agent, &["tail", "--record", file, "--json", "--metric", "cpu.use", "--count", "2"]).await;
    assert_eq!(live.code, Some(0), "{live:?}");
    let again = replay(&path, &["--json", "--metric", "cpu.use"]).await;
    let values = |ended: &Ended| -> Vec<String> {
        let mut values: Vec<String> =
            ended.json().iter().map(|line| format!("{} {}", line["host"], line["value"])).collect();
        values.sort();
        values
    };
    assert_eq!(values(&again), values(&live));

    let refused = ask(&agent, &["tail", "--record", file]).await;
    assert_eq!(refused.code, Some(1));
    assert_eq!(refused.err, format!("grapevine: {file} exists already: name another file\n"));
}

#[tokio::test]
async fn an_interrupted_tail_completes_its_recording() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("new");
    let agent = agent_of_two().await;
    let endpoint = agent.endpoint.to_string();
    let args = ["--attach", &endpoint, "tail", "--record", path.to_str().unwrap()];
    let mut tail = start(grapevine(args));
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    for _ in 0..16 {
        lines.next_line().await.unwrap().unwrap();
    }
    interrupt(&tail);
    assert_eq!(tail.wait().await.unwrap().code(), Some(0));
    let again = replay(&path, &["--json"]).await;
    assert_eq!((again.code, again.out.lines().count()), (Some(0), 16));
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_error() {
    let mut agent = Agent::start().await;
    let mut srv = Origin::new("srv-01", 1);
    agent.say("srv-01", srv.frame(10.0));
    let endpoint = agent.endpoint.to_string();
    let mut tail = start(grapevine(["--attach", &endpoint, "tail"]));
    let mut out = tail.stdout.take().unwrap();
    out.read_u8().await.unwrap();
    drop(out);
    agent.subscribers(1).await;
    let mut busy = 10.0;
    let ended = loop {
        busy = 100.0 - busy;
        agent.say("srv-01", srv.frame(busy));
        if let Ok(ended) = tokio::time::timeout(Duration::from_millis(50), tail.wait()).await {
            break ended.unwrap();
        }
    };
    let mut err = String::new();
    tail.stderr.take().unwrap().read_to_string(&mut err).await.unwrap();
    assert_eq!((ended.code(), err.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn hosts_lists_names_and_state() {
    let agent = agent_of_two().await;
    let ended = ask(&agent, &["hosts"]).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    let words: Vec<Vec<&str>> = ended.out.lines().map(|line| line.split_whitespace().collect()).collect();
    let heading = ["HOST", "STATE", "AGE", "HOPS", "EPOCH", "READINGS", "ROLE", "GROUPS", "ORIGIN"];
    assert_eq!(words[0], heading);
    assert_eq!(words.len(), 3);
    assert_eq!((words[1][0], words[1][1], words[2][0]), ("srv-01", "fresh", "srv-02"));
    // The age is two words.
    assert_eq!(words[1][4..9], ["0", "1", "8", "agent", "lab"]);
}

#[tokio::test]
async fn hosts_are_told_apart_by_origin_in_json() {
    let agent = agent_of_two().await;
    agent.say("srv-02", Origin::new("srv-02", 3).frame(30.0));
    let ended = ask(&agent, &["hosts", "--json"]).await;
    let hosts = &ended.json()[0];
    let keys: Vec<&String> = hosts[0].as_object().unwrap().keys().collect();
    let expected = [
        "age_ms",
        "conflict",
        "epoch",
        "groups",
        "hops",
        "host",
        "lost",
        "neighbours",
        "origin",
        "readings",
        "role",
        "sequence",
        "state",
    ];
    assert_eq!(keys, expected);
    let conflicts: Vec<bool> =
        hosts.as_array().unwrap().iter().map(|host| host["conflict"].as_bool().unwrap()).collect();
    assert_eq!(conflicts, [false, true, true]);
    assert_ne!(hosts[1]["origin"], hosts[2]["origin"]);
}

#[tokio::test]
async fn hosts_shows_who_is_dead_and_who_lost_it() {
    let agent = Agent::start().await;
    let (mut srv, mut near) = (Origin::new("srv-01", 1), Origin::new("srv-02", 2));
    srv.link(&[near.id()], &[]);
    agent.say("srv-01", srv.frame(10.0));
    near.link(&[], &[Lost { origin: srv.id(), position: srv.position() }]);
    agent.say("srv-02", near.frame(10.0));
    let ended = ask(&agent, &["hosts"]).await;
    let states: Vec<&str> = ended.out.lines().map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(states, ["STATE", "dead", "fresh"]);
    let hosts = &ask(&agent, &["hosts", "--json"]).await.json()[0];
    assert_eq!(
        (&hosts[0]["state"], &hosts[0]["neighbours"]),
        (&json!("dead"), &json!([near.id().to_string()]))
    );
    assert_eq!(hosts[1]["lost"], json!([{"origin": srv.id().to_string(), "epoch": 1, "sequence": 1}]));
}

#[tokio::test]
async fn get_shows_one_host() {
    let agent = agent_of_two().await;
    let ended = ask(&agent, &["get", "srv-02", "--metric", "disk.*"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let mut lines = ended.out.lines();
    assert!(lines.next().unwrap().starts_with("srv-02  fresh, heard "));
    let readings: Vec<&str> = lines.collect();
    let expected = ["  disk.space.used{mount=/}      1 GiB", "  disk.space.used{mount=/home}  - (denied)"];
    assert_eq!(readings, expected);

    let ended = ask(&agent, &["get", "srv-02", "--json", "--metric", "cpu.use"]).await;
    let readings = &ended.json()[0];
    assert_eq!((readings.as_array().unwrap().len(), &readings[0]["value"]), (1, &json!(20.0)));
}

#[tokio::test]
async fn get_of_an_unknown_host_names_near_ones() {
    let agent = agent_of_two().await;
    let ended = ask(&agent, &["get", "srv-03"]).await;
    assert_eq!(ended.code, Some(1));
    assert_eq!(ended.err, "grapevine: no host is named \"srv-03\"; there is srv-01, srv-02\n");
    let ended = ask(&agent, &["get", "elsewhere"]).await;
    assert_eq!(ended.err, "grapevine: no host is named \"elsewhere\": `grapevine hosts` lists all\n");
}

#[tokio::test]
async fn without_an_agent_there_is_a_reason_and_a_remedy() {
    let agent = Agent::start().await;
    let endpoint = agent.endpoint.clone();
    agent.die().await;
    let endpoint = endpoint.to_string();
    let asked = |command| run(grapevine(["--attach", &endpoint, command]));
    let (hosts, tail) = tokio::join!(asked("hosts"), asked("tail"));
    for ended in [hosts, tail] {
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""));
        let expected = format!(
            "grapevine: no agent answers at {endpoint} (connection refused): start one with `grapevine up`\n"
        );
        assert_eq!(ended.err, expected);
    }
}

#[tokio::test]
async fn the_environment_can_name_the_agent() {
    let agent = agent_of_two().await;
    let mut command = grapevine(["hosts", "--json"]);
    command.env("GRAPEVINE_ATTACH", format!("127.0.0.1:1,{}", agent.endpoint));
    let ended = run(command).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(ended.json()[0].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_command_line_that_makes_no_sense_is_answered_with_one_line_and_2() {
    let cases: [(&[&str], &str); 6] = [
        (&[], "no command"),
        (&["nonsense"], "unrecognized subcommand 'nonsense'"),
        (&["tail", "--host", "["], "invalid value '[' for '--host <GLOB>'"),
        (&["--attach", "a b", "hosts"], "use host:port"),
        (&["get"], "<HOST>"),
        (&["tail", "--record", "a", "--replay", "b"], "cannot be used with"),
    ];
    for (args, expected) in cases {
        let ended = run(grapevine(args)).await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(ended.err.contains(expected) && ended.err.lines().count() == 1, "{args:?}: {}", ended.err);
    }
}

#[tokio::test]
async fn help_is_no_error() {
    let ended = run(grapevine(["--help"])).await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""));
    for command in ["tail", "hosts", "get", "up"] {
        assert!(ended.out.contains(command), "{}", ended.out);
    }
}

fn interrupt(child: &tokio::process::Child) {
    let pid = rustix::process::Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
}
