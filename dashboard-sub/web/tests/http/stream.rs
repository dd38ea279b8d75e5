//! What a dashboard looks at.

use std::time::Duration;

use grapevine_demo::{Demo, DemoOptions, Scenario};
use serde_json::{Value, json};

use crate::client::post;
use crate::site::{READER, Site, options};
use crate::socket::Socket;

/// A server with a demonstration that goes on when it is told to.
async fn live(hosts: usize) -> (Site, Demo, Duration) {
    let site = Site::empty(options()).await;
    let scenario = Scenario::Mixed;
    let mut demo = Demo::new(&DemoOptions { hosts, scenario, ..DemoOptions::default() });
    let at = Duration::from_secs(2);
    advance(&site, &mut demo, at);
    site.ready().await;
    (site, demo, at)
}

fn advance(site: &Site, demo: &mut Demo, to: Duration) {
    for message in demo.advance(to) {
        site.agent.say(&message.name, message.frame);
    }
}

#[tokio::test]
async fn a_look_is_told_as_a_whole_and_then_what_changes() {
    let (site, mut demo, at) = live(20).await;
    let mut early = Socket::open(site.address).await;
    let look = json!({"look": "hosts", "sort": "cpu", "count": 12});
    early.look(look.clone()).await;
    let first = early.until(|shown| shown["total"] == 20).await.clone();
    assert_eq!(first["rows"].as_array().unwrap().len(), 12);
    assert_eq!(first["head"]["hosts"], 20);
    assert_eq!(first["head"]["has_demo"], true);
    for second in 1..4 {
        let before = early.until(|_| true).await["rows"].clone();
        advance(&site, &mut demo, at + Duration::from_secs(second));
        early.until(|shown| shown["rows"] != before).await;
    }
    assert_eq!(early.told.0, 1);
    assert!(early.told.1 >= 3);
    // Whoever comes later sees the same.
    let mut late = Socket::open(site.address).await;
    late.look(look).await;
    let at_s = |shown: &Value| shown["head"]["at_s"].as_u64().unwrap();
    let shown = late.until(|_| true).await.clone();
    let same = early.until(|it| at_s(it) > at_s(&shown)).await["rows"].clone();
    assert_eq!(late.until(|it| at_s(it) > at_s(&shown)).await["rows"], same);
}

#[tokio::test]
async fn everything_can_be_looked_at_in_turn() {
    let site = Site::open(30).await;
    let mut socket = Socket::open(site.address).await;
    socket.look(json!({"look": "overview"})).await;
    let overview = socket.until(|shown| shown["totals"].is_object()).await;
    assert!(overview["totals"]["gpus"].as_u64().unwrap() > 0);
    assert!(!overview["wrong"].as_array().unwrap().is_empty());
    socket.look(json!({"look": "map", "measure": "cpu"})).await;
    let map = socket.until(|shown| shown["names"].is_array()).await;
    let hosts = usize::try_from(map["head"]["hosts"].as_u64().unwrap()).unwrap();
    assert!(hosts > 20);
    for list in ["names", "origins", "values", "statuses"] {
        assert_eq!(map[list].as_array().unwrap().len(), hosts, "{list}");
    }
    let name = map["names"][0].as_str().unwrap().to_owned();
    socket.look(json!({"look": "host", "host": name})).await;
    let host = socket.until(|shown| shown["detail"].is_object()).await;
    assert_eq!(host["detail"]["at_a_glance"]["host"], name);
    assert!(!host["links"].as_array().unwrap().is_empty());
    socket.look(json!({"look": "mesh"})).await;
    let mesh = socket.until(|shown| shown["up"].is_array()).await;
    assert_eq!(mesh["hosts"].as_array().unwrap().len(), hosts);
    assert!(mesh["up"].as_array().unwrap().len() >= hosts - 1);
    socket.look(json!({"look": "events"})).await;
    socket.until(|shown| shown["events"].is_object()).await;
}

#[tokio::test]
async fn what_cannot_be_shown_is_a_problem_and_not_the_end() {
    let site = Site::open(3).await;
    let mut socket = Socket::open(site.address).await;
    for (look, status) in [
        (json!({"look": "hosts", "filter": "colour=blue", "count": 5}), 422),
        (json!({"look": "hosts", "sort": "colour", "count": 5}), 422),
        (json!({"look": "map", "measure": "colour"}), 422),
        (json!({"look": "host", "host": "nowhere"}), 404),
    ] {
        socket.look(look).await;
        let shown = socket.until(|shown| shown["problem"].is_object()).await;
        assert_eq!(shown["problem"]["status"], status);
        assert_eq!(shown["head"]["hosts"], 3);
    }
    socket.look(json!({"look": "hosts", "count": 5_000_000})).await;
    socket.until(|shown| shown["total"] == 3).await;
}

#[tokio::test]
async fn who_says_nothing_of_sense_is_hung_up_on() {
    let site = Site::open(1).await;
    for nonsense in [
        "",
        "{}",
        "[]",
        r#"{"id": 1, "look": "colour"}"#,
        r#"{"id": -1, "look": "mesh"}"#,
        &"x".repeat(100_000),
    ] {
        let mut socket = Socket::open(site.address).await;
        socket.say(nonsense).await;
        socket.end().await;
    }
    assert_eq!(site.get("/api/health").await.status, 200);
}

#[tokio::test]
async fn a_stream_is_for_those_who_may_look() {
    let site = Site::closed(2).await;
    assert_eq!(Socket::open_with(site.address, &[]).await.err(), Some(401));
    let bearer = format!("Bearer {READER}");
    let mut socket = Socket::open_with(site.address, &[("authorization", &bearer)]).await.ok().unwrap();
    socket.look(json!({"look": "overview"})).await;
    socket.until(|shown| shown["head"]["hosts"] == 2).await;
    let answer = site.send(post("/api/v1/auth/login", &json!({"token": READER}).to_string())).await;
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let own = format!("http://{}", site.address);
    let with = |origin: &'static str| {
        [("cookie", cookie.as_str()), ("origin", origin)].map(|(name, value)| (name, value.to_owned()))
    };
    let refused = with("http://evil.example");
    let headers: Vec<(&'static str, &str)> =
        refused.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(Socket::open_with(site.address, &headers).await.err(), Some(403));
    let headers = [("cookie", cookie.as_str()), ("origin", own.as_str())];
    assert!(Socket::open_with(site.address, &headers).await.is_ok());
}

#[tokio::test]
async fn who_never_reads_holds_up_nobody_and_ends_with_the_server() {
    let (site, mut demo, at) = live(60).await;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        let mut socket = Socket::open(site.address).await;
        socket.look(json!({"look": "mesh"})).await;
        socket.look(json!({"look": "hosts", "count": 60})).await;
        deaf.push(socket);
    }
    let mut reader = Socket::open(site.address).await;
    reader.look(json!({"look": "hosts", "count": 60})).await;
    for second in 1..6 {
        let before = reader.until(|_| true).await["rows"].clone();
        advance(&site, &mut demo, at + Duration::from_secs(second));
        reader.until(|shown| shown["rows"] != before).await;
    }
    site.stop().await;
    reader.end().await;
    for mut socket in deaf {
        socket.end().await;
    }
}
