//! Backup jobs ping a real agent over HTTP, as scripts do and as nobody should.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{Running, agent, command, grapevine};

/// An agent that hears pings of the jobs `home` and `etc`.
struct Listening {
    running: Running,
    endpoint: String,
    pings: SocketAddr,
    log: Lines,
}

const SECRET: &str = "5c4c1b3e-7f1e-4d0c-9a53-0f6f2a0e8d11";

fn start(folder: &Path) -> Listening {
    let path = folder.join("agent.toml");
    let state = folder.join("state");
    std::fs::write(
        &path,
        format!(
            "[metrics_agent]\nport = 0\nhost_name = \"srv\"\nstate_dir = {state:?}\n\
             [collectors.backup_metrics]\ninterval_ms = 100\nping_listen = \"127.0.0.1:0\"\n\
             [[collectors.backup_metrics.jobs]]\njob = \"home\"\nsource = \"ping\"\ntool = \"restic\"\n\
             [[collectors.backup_metrics.jobs]]\njob = \"etc\"\nsource = \"ping\"\nping = \"{SECRET}\"\n"
        ),
    )
    .unwrap();
    let mut running = Running::start(command(agent()).args(["run", "--config"]).arg(path));
    let log = Lines::of(running.stderr());
    let word =
        |line: String, key: &str| line.split(key).nth(1).unwrap().split(' ').next().unwrap().to_owned();
    let pings = word(log.wait_for("pings", 20, |line| line.contains("pings=")), "pings=").parse().unwrap();
    let endpoint = word(log.wait_for("endpoint", 20, |line| line.contains("endpoint=")), "endpoint=");
    Listening { running, endpoint, pings, log }
}

impl Listening {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.pings).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        stream
    }

    /// The whole answer to these bytes.
    fn ask(&self, request: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        answer(&mut stream)
    }

    /// The status of the answer to a GET.
    fn status(&self, path: &str) -> String {
        let answer = self.ask(&format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    }

    /// Waits until a dashboard sees this text of a job.
    fn shows(&self, job: &str, metric: &str, expected: &str) {
        let until = Instant::now() + SOON;
        loop {
            let output = command(grapevine())
                .args(["--attach", &self.endpoint, "get", "srv", "--metric", metric, "--json"])
                .output()
                .unwrap();
            let shown = String::from_utf8_lossy(&output.stdout).into_owned();
            if shown.lines().any(|line| line.contains(job) && line.contains(expected)) {
                return;
            }
            assert!(Instant::now() < until, "{job} {metric} {expected}: {shown}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

fn answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

#[test]
fn a_job_pings_its_way_and_an_agent_that_starts_anew_remembers() {
    let folder = tempfile::tempdir().unwrap();
    let agent = start(folder.path());
    agent.shows("home", "backup.state", "unknown");
    assert_eq!(agent.status("/ping/home/start"), "200");
    agent.shows("home", "backup.state", "running");
    let body = "lots of log\nsnapshot 9e64 saved\n";
    let done = format!("POST /ping/home HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    assert!(agent.ask(&done).starts_with("HTTP/1.1 200 OK\r\n"));
    agent.shows("home", "backup.state", "ok");
    agent.shows("home", "backup.message", "snapshot 9e64 saved");
    // restic could not read all files.
    assert_eq!(agent.status("/ping/home/3"), "200");
    agent.shows("home", "backup.state", "warn");
    assert_eq!(agent.status(&format!("/ping/{SECRET}/fail")), "200");
    agent.shows("etc", "backup.state", "fail");
    agent.running.kill();
    let again = start(folder.path());
    again.shows("home", "backup.state", "warn");
    again.shows("etc", "backup.state", "fail");
    assert_eq!(again.running.terminate(), Some(0));
}

#[test]
fn what_is_no_ping_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let agent = start(folder.path());
    for (path, status) in [
        ("/ping/nobody", "404"),
        ("/ping/etc", "404"),
        (&format!("/ping/{}0", &SECRET[..SECRET.len() - 1]), "404"),
        ("/metrics", "404"),
        ("/ping/home/256", "400"),
    ] {
        assert_eq!(agent.status(path), status, "{path}");
    }
    let field = "x".repeat(9000);
    for (request, status) in [
        ("\r\n\r\n".to_owned(), 400),
        ("PUT /ping/home HTTP/1.1\r\n\r\n".to_owned(), 405),
        (format!("GET /ping/home HTTP/1.1\r\nX: {field}\r\n\r\n"), 431),
        ("POST /ping/home HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n".to_owned(), 413),
        ("GET /ping/home HTTP/1.1\r\nOrigin: http://evil.example\r\n\r\n".to_owned(), 403),
    ] {
        let answer = agent.ask(&request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request:.40}: {answer}");
    }
    let head = agent.ask("HEAD /ping/home HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
    // Half a body counts for nothing.
    let mut half = agent.connect();
    half.write_all(b"POST /ping/home/fail HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc").unwrap();
    half.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(answer(&mut half), "");
    agent.shows("home", "backup.state", "ok");
    assert!(agent.log.so_far().iter().all(|line| !line.contains(SECRET)), "the secret is not logged");
}

#[test]
fn a_client_that_waits_for_leave_gets_it() {
    let folder = tempfile::tempdir().unwrap();
    let agent = start(folder.path());
    let mut stream = agent.connect();
    stream
        .write_all(b"POST /ping/home HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        .unwrap();
    let mut leave = [0; 25];
    stream.read_exact(&mut leave).unwrap();
    assert_eq!(&leave, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"done").unwrap();
    assert!(answer(&mut stream).starts_with("HTTP/1.1 200 OK"));
}

#[test]
fn slow_clients_fill_the_places_for_a_while_only() {
    let folder = tempfile::tempdir().unwrap();
    let agent = start(folder.path());
    let mut slow: Vec<TcpStream> = (0..16).map(|_| agent.connect()).collect();
    for stream in &mut slow {
        stream.write_all(b"GET /ping/home HTTP/1.1\r\n").unwrap();
    }
    let until = Instant::now() + SOON;
    // The places are taken one after the other; from then on others are told to come again.
    while !agent.ask("").starts_with("HTTP/1.1 503 ") {
        assert!(Instant::now() < until, "the places are never full");
    }
    for stream in &mut slow {
        assert!(answer(stream).starts_with("HTTP/1.1 408 "));
    }
    drop(slow);
    while agent.status("/ping/home") != "200" {
        assert!(Instant::now() < until, "the places are never free again");
    }
    agent.shows("home", "backup.state", "ok");
}

/// Far beyond what anything here takes.
const SOON: Duration = Duration::from_secs(60);
