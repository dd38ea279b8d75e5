//! `grapevine serve`: the program around the server.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

#[path = "../../tests/agent/mod.rs"]
mod agent;
#[path = "../../tests/origin/mod.rs"]
mod origin;
mod program;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use agent::Agent;
use origin::Origin;
use program::{grapevine, run, start};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixDatagram};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const TOKEN: &str = "a-token-of-the-tests-0123456789";

/// The program with these arguments and a folder where no configuration is.
fn serve(folder: &Path, args: &[&str]) -> Command {
    let mut command = grapevine(["serve"].iter().chain(args));
    command.env("HOME", folder).env("XDG_CONFIG_HOME", folder).env_remove("GRAPEVINE_SERVE_TOKEN");
    command
}

/// Where the program says that it listens.
async fn address(child: &mut Child) -> String {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line =
        timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().expect("it says where it listens");
    line.strip_prefix("listening http://").expect("it says where it listens").to_owned()
}

async fn ask(address: &str, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n");
    stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

fn write(path: &Path, text: &str, mode: u32) -> String {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn signal(child: &Child, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(child.id().unwrap().try_into().unwrap()).unwrap();
    rustix::process::kill_process(pid, signal).unwrap();
}

#[tokio::test]
async fn it_serves_what_an_agent_tells_and_ends_in_good_order() {
    let agent = Agent::start().await;
    agent.say("srv-01", Origin::new("srv-01", 1).frame(10.0));
    let folder = tempfile::tempdir().unwrap();
    let systemd = folder.path().join("notify");
    let socket = UnixDatagram::bind(&systemd).unwrap();
    let args = ["--listen", "127.0.0.1:0", "--attach", &agent.endpoint.to_string()];
    let mut command = serve(folder.path(), &args);
    command.env("NOTIFY_SOCKET", &systemd);
    let mut child = start(command);
    let address = address(&mut child).await;
    let mut told = [0; 64];
    let length = timeout(PATIENCE, socket.recv(&mut told)).await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&told[..length]).starts_with("READY=1"));
    let ready = async {
        while !ask(&address, "/-/ready", "").await.starts_with("HTTP/1.1 200") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, ready).await.unwrap();
    assert!(ask(&address, "/api/v1/hosts", "").await.contains("\"host\":\"srv-01\""));
    signal(&child, rustix::process::Signal::TERM);
    assert_eq!(timeout(PATIENCE, child.wait()).await.unwrap().unwrap().code(), Some(0));
}

#[tokio::test]
async fn it_waits_for_an_agent_that_is_not_there_yet() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--listen", "127.0.0.1:0", "--attach", "unix:/nowhere/tap.sock"];
    let mut child = start(serve(folder.path(), &args));
    let address = address(&mut child).await;
    assert!(ask(&address, "/-/ready", "").await.starts_with("HTTP/1.1 503"));
    assert!(ask(&address, "/-/healthy", "").await.starts_with("HTTP/1.1 200"));
    child.kill().await.unwrap();
}

#[tokio::test]
async fn other_machines_are_served_with_a_token_only_and_it_is_nowhere_to_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let refused = run(serve(folder.path(), &["--listen", "0.0.0.0:0"])).await;
    assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""));
    let expected = "grapevine: 0.0.0.0:0 can be reached from other machines: set a token (`token_file`), or listen on 127.0.0.1\n";
    assert_eq!(refused.err, expected);

    let file = write(&folder.path().join("token"), &format!("{TOKEN}\n"), 0o600);
    let config =
        format!("[serve]\nlisten = \"0.0.0.0:0\"\ntoken_file = \"{file}\"\nattach = [\"unix:/nowhere\"]\n");
    let config = write(&folder.path().join("mine.toml"), &config, 0o600);
    let mut child = start(serve(folder.path(), &["--config", &config]));
    let address = address(&mut child).await;
    assert!(ask(&address, "/api/config", "").await.starts_with("HTTP/1.1 401"));
    assert!(ask(&address, "/api/config", "wrong-token-0123456789").await.starts_with("HTTP/1.1 401"));
    assert!(ask(&address, "/api/config", TOKEN).await.starts_with("HTTP/1.1 200"));
    let of_process = |file: &str| fs::read(format!("/proc/{}/{file}", child.id().unwrap())).unwrap();
    for file in ["cmdline", "environ"] {
        assert!(!String::from_utf8_lossy(&of_process(file)).contains(TOKEN), "{file}");
    }
    signal(&child, rustix::process::Signal::INT);
    let ended = timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap();
    let log = String::from_utf8(ended.stderr).unwrap();
    assert!(log.contains("wrong token") && log.contains("127.0.0.1"), "{log}");
    for secret in [TOKEN, "wrong-token-0123456789"] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn what_cannot_be_is_said_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let open = write(&path("open"), TOKEN, 0o644);
    let short = write(&path("short"), "secret", 0o600);
    let cases = [
        (format!("token_file = \"{open}\""), 2, "can be read by others: chmod 600 it"),
        (format!("token_file = \"{short}\""), 2, "has 6 characters where 16 are the least"),
        ("token_file = \"/nowhere\"".to_owned(), 2, "cannot be read"),
        ("listen = \"nowhere\"".to_owned(), 2, "no address \"nowhere\""),
        ("colour = 1".to_owned(), 2, "unknown field `colour`"),
        ("theme = \"blue\"".to_owned(), 2, "no theme \"blue\""),
        ("session_hours = 0".to_owned(), 2, "serve.session_hours = 0: use 1 to 744"),
        (format!("tls_certificate = \"{open}\"\ntls_key = \"{open}\""), 1, "certificate"),
    ];
    for (line, code, expected) in cases {
        let config = write(&path("mine.toml"), &format!("[serve]\n{line}\n"), 0o600);
        let ended = run(serve(folder.path(), &["--config", &config, "--attach", "unix:/nowhere"])).await;
        assert_eq!(ended.code, Some(code), "{line}: {}", ended.err);
        let error = ended.err.lines().last().unwrap();
        assert!(error.starts_with("grapevine: ") && error.contains(expected), "{line}: {error}");
        assert!(!error.contains(TOKEN) && !error.contains("secret"), "{error}");
    }
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = run(serve(folder.path(), &["--listen", &address, "--attach", "unix:/nowhere"])).await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.err.ends_with(&format!("grapevine: {address} is in use by another program\n")),
        "{}",
        ended.err
    );
}

const PATIENCE: Duration = Duration::from_secs(30);
