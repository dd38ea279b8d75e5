//! The GPUs of a host, live.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use grapevine_proto::catalogue::{cpu, gpu, load};
use grapevine_proto::{Absence, Reading, State, Value as Figure};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::client::{PATIENCE, get, post};
use crate::events::listen;
use crate::origin::{Origin, reading};
use crate::site::{READER, Site, options};
use crate::socket::{Socket, connect};

/// A client of the stream.
struct Gpus(WebSocketStream<TcpStream>);

impl Gpus {
    async fn open(site: &Site, query: &str) -> Self {
        Self(connect(site.address, &format!("/ws/gpu{query}"), &[]).await.unwrap())
    }

    /// The next message; the code of the end if there is none.
    async fn hear(&mut self) -> Result<Value, u16> {
        loop {
            let message = timeout(PATIENCE, self.0.next()).await.expect("nothing is said");
            match message.expect("an end says why").unwrap() {
                Message::Text(text) => return Ok(serde_json::from_str(&text).unwrap()),
                Message::Close(frame) => return Err(frame.expect("an end says why").code.into()),
                _ => {}
            }
        }
    }

    /// The next message, of this type.
    async fn of_type(&mut self, kind: &str) -> Value {
        let message = self.hear().await.unwrap();
        assert_eq!(message["type"], kind, "{message}");
        assert!(message["timestamp"].as_str().unwrap().ends_with('Z'), "{message}");
        message
    }
}

fn number(value: f64) -> State {
    State::Present(Figure::Number(value))
}

fn text(value: &str) -> State {
    State::Present(Figure::Text(value.to_owned()))
}

/// A GPU at work, on which a process is.
fn card(id: &str, uuid: &str, percent: f64) -> Vec<Reading> {
    let mib = f64::from(1 << 20);
    vec![
        reading(&gpu::STATE, &[id], text("ok")),
        reading(&gpu::NAME, &[id], text("NVIDIA T4")),
        reading(&gpu::UUID, &[id], text(uuid)),
        reading(&gpu::USE, &[id], number(percent)),
        reading(&gpu::MEMORY_TOTAL, &[id], number(15_360.0 * mib)),
        reading(&gpu::MEMORY_USED, &[id], number(2_048.0 * mib)),
        reading(&gpu::POWER, &[id], State::Absent(Absence::Denied)),
        reading(&gpu::PROCESS_NAME, &[id, "4101"], text("python3")),
        reading(&gpu::PROCESS_MEMORY, &[id, "4101"], number(1_024.0 * mib)),
    ]
}

/// A server that shows a host of which a test tells.
struct Scene {
    site: Site,
    host: Origin,
}

impl Scene {
    async fn with(cards: &[Vec<Reading>]) -> Self {
        let mut scene = Self { site: Site::empty(options()).await, host: Origin::new("srv-01", 1) };
        scene.say(cards, 10.0);
        scene.site.ready().await;
        scene
    }

    fn say(&mut self, cards: &[Vec<Reading>], cpu_percent: f64) {
        let mut readings = cards.concat();
        readings.push(reading(&cpu::USE, &[], number(cpu_percent)));
        readings.push(reading(&load::AVG1, &[], number(0.5)));
        readings
            .sort_by(|one, other| one.metric.id.cmp(&other.metric.id).then(one.labels.cmp(&other.labels)));
        let frame = self.host.frame_of(&readings);
        self.site.agent.say("srv-01", frame);
    }

    /// Waits until the server knows of this.
    async fn knows(&self, cpu_percent: f64) {
        let known = async {
            let path = "/api/v1/system/cpu?host=srv-01";
            while self.site.get(path).await.json()["data"]["use_percent"] != cpu_percent {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, known).await.expect("never known");
    }
}

#[tokio::test]
async fn all_is_told_at_first_and_what_is_absent_is_null() {
    let scene = Scene::with(&[card("0", "GPU-a", 42.0)]).await;
    let mut gpus = Gpus::open(&scene.site, "").await;
    let mut told = gpus.of_type("gpus").await;
    let shown = told.as_object_mut().unwrap();
    shown.remove("timestamp");
    assert_eq!(shown.remove("origin"), Some(json!(scene.host.id().to_string())));
    let expected = json!({
        "type": "gpus", "host": "srv-01", "freshness": "fresh",
        "gpus": [{
            "id": "0", "name": "NVIDIA T4", "uuid": "GPU-a", "state": "ok",
            "driverVersion": null, "cudaVersion": null, "utilization": 42.0,
            "memoryUsed": 2048, "memoryTotal": 15360, "memoryFree": null,
            "temperature": null, "powerUsage": null, "powerLimit": null, "fanSpeed": null,
            "encoderUtilization": null, "decoderUtilization": null,
            "processes": [{"pid": 4101, "name": "python3", "usedMemoryMiB": 1024, "user": null}],
        }],
        "system": {
            "cpuUsage": 10.0, "memoryUsage": null, "loadAverage": null, "uptime": null, "diskUtilization": null,
        },
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_did_not_change_is_not_said_again() {
    let mut scene = Scene::with(&[card("0", "GPU-a", 42.0)]).await;
    let mut gpus = Gpus::open(&scene.site, "?host=srv-01&system=false").await;
    assert_eq!(gpus.of_type("gpus").await["system"], Value::Null);
    for percent in [20.0, 30.0] {
        scene.say(&[card("0", "GPU-a", 42.0)], percent);
        scene.knows(percent).await;
    }
    scene.say(&[card("0", "GPU-a", 62.0)], 30.0);
    let changed = gpus.of_type("gpus").await;
    assert_eq!(changed["gpus"][0]["utilization"], 62.0, "{changed}");
    // Who wants to know of the machine hears of that.
    let mut with_system = Gpus::open(&scene.site, "?host=srv-01").await;
    assert_eq!(with_system.of_type("gpus").await["system"]["cpuUsage"], 30.0);
    scene.say(&[card("0", "GPU-a", 62.0)], 40.0);
    assert_eq!(with_system.of_type("gpus").await["system"]["cpuUsage"], 40.0);
}

#[tokio::test]
async fn nothing_is_said_more_often_than_five_times_a_second() {
    let mut scene = Scene::with(&[card("0", "GPU-a", 0.0)]).await;
    let mut gpus = Gpus::open(&scene.site, "").await;
    gpus.of_type("gpus").await;
    let began = Instant::now();
    let mut changes = tokio::time::interval(Duration::from_millis(20));
    let mut heard = 0.0;
    for percent in 1..=100_u8 {
        changes.tick().await;
        scene.say(&[card("0", "GPU-a", f64::from(percent) * 7.0 % 101.0)], 10.0);
        while let Ok(Some(_)) = timeout(Duration::ZERO, gpus.0.next()).await {
            heard += 1.0;
        }
    }
    // One more may have been under way.
    assert!(heard <= began.elapsed().as_secs_f64() * 5.0 + 1.0, "{heard} messages in {:?}", began.elapsed());
    assert!(heard >= 3.0, "only {heard} messages in {:?}", began.elapsed());
}

#[tokio::test]
async fn gpus_that_come_and_go_are_told() {
    let [first, second] = [card("0", "GPU-a", 42.0), card("1", "GPU-b", 7.0)];
    let mut scene = Scene::with(&[first.clone(), second.clone()]).await;
    let mut gpus = Gpus::open(&scene.site, "").await;
    assert_eq!(gpus.of_type("gpus").await["gpus"].as_array().unwrap().len(), 2);
    scene.say(std::slice::from_ref(&first), 10.0);
    let gone = gpus.of_type("gpuRemoved").await;
    assert_eq!(gone["gpu"], json!({"id": "1", "name": "NVIDIA T4", "uuid": "GPU-b"}));
    assert_eq!(gone["host"], "srv-01");
    assert_eq!(gpus.of_type("gpus").await["gpus"].as_array().unwrap().len(), 1);
    scene.say(&[first, second], 10.0);
    assert_eq!(gpus.of_type("gpuAdded").await["gpu"]["uuid"], "GPU-b");
    assert_eq!(gpus.of_type("gpus").await["gpus"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_name_that_becomes_ambiguous_is_a_problem_and_not_the_end() {
    let scene = Scene::with(&[card("0", "GPU-a", 42.0)]).await;
    let mut gpus = Gpus::open(&scene.site, "?host=srv-01").await;
    gpus.of_type("gpus").await;
    scene.site.agent.say("srv-01", Origin::new("srv-01", 2).frame(10.0));
    assert_eq!(gpus.of_type("problem").await["problem"]["status"], 409);
    let path = format!("?host={}", scene.host.id());
    assert_eq!(Gpus::open(&scene.site, &path).await.of_type("gpus").await["gpus"][0]["id"], "0");
}

#[tokio::test]
async fn who_hears_nothing_for_a_while_hears_that_the_server_is_there() {
    let mut scene = Scene::with(&[card("0", "GPU-a", 42.0)]).await;
    let mut gpus = Gpus::open(&scene.site, "?system=false").await;
    gpus.of_type("gpus").await;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            _ = seconds.tick() => scene.say(&[card("0", "GPU-a", 42.0)], 10.0),
            message = gpus.of_type("heartbeat") => break assert!(message["gpus"].is_null()),
        }
    }
}

#[tokio::test]
async fn what_cannot_be_told_is_refused() {
    let empty = Site::empty(options()).await;
    assert_eq!(connect(empty.address, "/ws/gpu", &[]).await.err(), Some(503));
    let site = Site::closed(2).await;
    let bearer = format!("Bearer {READER}");
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(connect(site.address, "/ws/gpu", &[]).await.err(), Some(401));
    assert_eq!(connect(site.address, "/ws/gpu?host=nobody", &headers).await.err(), Some(404));
    assert_eq!(connect(site.address, "/ws/gpu?system=perhaps", &headers).await.err(), Some(422));
    assert_eq!(connect(site.address, "/ws/gpu?colour=blue", &headers).await.err(), Some(422));
    for path in ["/ws/gpu", "/ws/fleet"] {
        let answer = site.send(get(path).bearer(READER)).await;
        answer.problem(426);
        assert_eq!(answer.header("upgrade"), Some("websocket"));
        let from_elsewhere = [headers[0], ("origin", "http://evil.example")];
        assert_eq!(connect(site.address, path, &from_elsewhere).await.err(), Some(403));
    }
    let mut gpus = Gpus(connect(site.address, "/ws/gpu", &headers).await.unwrap());
    gpus.0.send(Message::text("{}")).await.unwrap();
    while let Ok(message) = gpus.hear().await {
        assert_eq!(message["type"], "gpus");
    }
    site.stop().await;
}

#[tokio::test]
async fn streams_end_with_the_session_and_no_others() {
    let site = Site::closed(2).await;
    let login = async || {
        let answer = site.send(post("/api/v1/auth/login", &json!({"token": READER}).to_string())).await;
        answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
    };
    let (ending, staying) = (login().await, login().await);
    let [mut gpus, mut other] = [
        Gpus(connect(site.address, "/ws/gpu", &[("cookie", &ending)]).await.unwrap()),
        Gpus(connect(site.address, "/ws/gpu", &[("cookie", &staying)]).await.unwrap()),
    ];
    let mut fleet = Socket::open_with(site.address, &[("cookie", &ending)]).await.ok().unwrap();
    fleet.look(json!({"look": "overview"})).await;
    let mut events = listen(&site, &format!("cookie: {ending}\r\n")).await;
    other.of_type("gpus").await;
    assert_eq!(site.send(post("/api/v1/auth/logout", "").header("cookie", &ending)).await.status, 204);
    let code = loop {
        if let Err(code) = gpus.hear().await {
            break code;
        }
    };
    assert_eq!(code, 4401);
    fleet.end().await;
    // The last of its chunks (RFC 9112, 7.1).
    let ended = async { while events.next_line().await.unwrap().is_some_and(|line| line != "0") {} };
    timeout(PATIENCE, ended).await.expect("events go on");
    site.agent.say("new", Origin::new("new", 9).frame(1.0));
    other.0.send(Message::Ping("there?".into())).await.unwrap();
    let pong = async { while !matches!(other.0.next().await, Some(Ok(Message::Pong(_)))) {} };
    timeout(PATIENCE, pong).await.expect("the other session's stream ended");
}
