//! Clients that mean no good, or do not know better.

use std::time::Duration;

use grapevine_web::{ServeOptions, Server, Tls};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{PATIENCE, ask, get, read};
use crate::site::{Site, options};

#[tokio::test]
async fn tricks_with_paths_lead_nowhere() {
    let site = Site::open(1).await;
    for path in [
        "/../etc/passwd",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/../../etc/passwd",
        "//api/v1/hosts",
        "/api/v1/hosts/",
        "/api//v1/hosts",
        "/API/v1/hosts",
        "/api/v1/hosts/..%2f..%2f",
        "/api/v1/hosts/%00",
        "/api/v1/hosts/a%2Fb",
        "/.git/config",
        "/assets/..%2f..%2fCargo.toml",
    ] {
        site.get(path).await.problem(404);
    }
    site.get("/api/v1/hosts/%ff").await.problem(400);
    assert!(matches!(site.get("/api/v1/hosts/%zz").await.status, 400 | 404));
    for method in ["PUT", "PATCH", "OPTIONS", "TRACE", "POST"] {
        site.send(ask(method, "/api/v1/hosts")).await.problem(405);
    }
    assert_eq!(site.send(ask("HEAD", "/api/v1/hosts")).await.status, 200);
}

#[tokio::test]
async fn headers_that_make_no_sense_change_nothing() {
    let site = Site::open(1).await;
    for (name, value) in [
        ("accept", "\u{fffd}"),
        ("accept-encoding", "gzip;q=zz, ,,"),
        ("if-none-match", "\"; drop table"),
        ("cookie", "grapevine=; =; grapevine"),
        ("authorization", "Bearer \u{1f9e0}"),
        ("x-forwarded-for", "1.2.3.4, ???"),
        ("last-event-id", "-1"),
        ("range", "bytes=0-1"),
    ] {
        assert_eq!(site.send(get("/api/v1/hosts").header(name, value)).await.status, 200, "{name}");
    }
}

#[tokio::test]
async fn many_slow_clients_keep_nobody_else_away() {
    let site = Site::open(1).await;
    let mut slow = Vec::new();
    for _ in 0..500 {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(b"GET /api/v1/hosts HTTP/1.1\r\nx-slow: ").await.unwrap();
        slow.push(stream);
    }
    let answer = timeout(Duration::from_secs(20), site.get("/api/v1/hosts")).await.unwrap();
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let site = Site::closed(1).await;
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let head =
        "POST /api/v1/auth/login HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n";
    stream
        .write_all(format!("{head}host: {}\r\nconnection: close\r\n\r\n{{", site.address).as_bytes())
        .await
        .unwrap();
    read(&mut stream).await.problem(503);
}

async fn encrypted(folder: &tempfile::TempDir) -> Server {
    let tls = Tls::SelfSigned { folder: folder.path().join("state") };
    Server::bind(ServeOptions { tls, ..options() }).await.unwrap()
}

#[tokio::test]
async fn a_certificate_is_made_once_and_is_nobody_elses() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let first = encrypted(&folder).await;
    assert!(first.url().starts_with("https://127.0.0.1:"));
    let file = |name: &str| folder.path().join("state").join(name);
    let certificate = std::fs::read(file("certificate.pem")).unwrap();
    assert_eq!(std::fs::metadata(file("key.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::metadata(folder.path().join("state")).unwrap().permissions().mode() & 0o777, 0o700);
    let second = encrypted(&folder).await;
    assert_ne!(first.address(), second.address());
    assert_eq!(std::fs::read(file("certificate.pem")).unwrap(), certificate);
    std::fs::write(file("key.pem"), "no key").unwrap();
    let tls = Tls::SelfSigned { folder: folder.path().join("state") };
    let Err(error) = Server::bind(ServeOptions { tls, ..options() }).await else { panic!("it has no key") };
    assert!(error.to_string().starts_with("certificate "), "{error}");
}

#[tokio::test]
async fn with_tls_answers_are_encrypted_and_http_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let tls = Tls::SelfSigned { folder: folder.path().to_owned() };
    let site = Site::empty(ServeOptions { tls, ..options() }).await;
    let mut plain = TcpStream::connect(site.address).await.unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let answer = read(&mut plain).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body, b"this port speaks HTTPS: use https:// instead of http://\n");
    let mut stream = site.encrypted(&folder.path().join("certificate.pem")).await;
    stream.write_all(&get("/-/healthy").header("host", "localhost").bytes(site.address)).await.unwrap();
    let answer = read(&mut stream).await;
    assert_eq!((answer.status, answer.header("strict-transport-security")), (200, Some("max-age=31536000")));
    let mut garbage = TcpStream::connect(site.address).await.unwrap();
    garbage.write_all(&[0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5]).await.unwrap();
    let mut rest = Vec::new();
    timeout(PATIENCE, garbage.read_to_end(&mut rest)).await.unwrap().ok();
    let mut stream = site.encrypted(&folder.path().join("certificate.pem")).await;
    stream.write_all(&get("/-/healthy").header("host", "localhost").bytes(site.address)).await.unwrap();
    assert_eq!(read(&mut stream).await.status, 200);
}
