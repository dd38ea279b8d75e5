//! Sockets, limits and headers.

use std::time::Duration;

use grapevine_web::{ServeError, ServeOptions, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{ask, get, read};
use crate::site::{Site, options};

#[tokio::test]
async fn it_is_ready_once_an_agent_has_told_of_all_hosts() {
    let site = Site::empty(options()).await;
    assert_eq!(site.get("/-/healthy").await.status, 200);
    let early = site.get("/-/ready").await;
    early.problem(503);
    assert_eq!(early.header("retry-after"), Some("1"));
    assert_eq!(site.get("/api/health").await.json()["status"], "starting");
    let site = Site::open(3).await;
    assert_eq!(site.get("/-/ready").await.status, 200);
    let health = site.get("/api/health").await.json();
    assert_eq!(health["status"], "ok");
    assert_eq!(health["version"], env!("CARGO_PKG_VERSION"));
    let agent = site.agent;
    agent.die().await;
}

#[tokio::test]
async fn every_error_is_a_problem() {
    let site = Site::open(1).await;
    site.get("/nowhere").await.problem(404);
    site.get("/api/v1/nowhere").await.problem(404);
    let answer = site.send(ask("DELETE", "/api/v1/hosts")).await;
    answer.problem(405);
    assert_eq!(answer.header("allow"), Some("GET,HEAD"));
    site.get(&format!("/api/v1/hosts?filter={}", "x".repeat(5000))).await.problem(414);
    site.get("/api/v1/hosts?limit=abc").await.problem(422);
    site.get("/api/v1/hosts?colour=blue").await.problem(422);
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    let site = Site::open(1).await;
    for path in ["/api/health", "/nowhere", "/api/v1/hosts"] {
        let answer = site.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'self';"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
        assert_eq!(answer.header("strict-transport-security"), None);
        assert!(answer.header("access-control-allow-origin").is_none());
    }
}

#[tokio::test]
async fn other_machines_are_not_served_without_a_token() {
    let listen = "0.0.0.0:0".parse().unwrap();
    let Err(error) = Server::bind(ServeOptions { listen, ..options() }).await else { panic!("it listens") };
    assert!(matches!(error, ServeError::NoToken { .. }) && error.is_users_fault());
    assert!(!error.to_string().contains('\n'));
}

#[tokio::test]
async fn a_port_that_is_taken_is_told() {
    let site = Site::open(1).await;
    let Err(error) = Server::bind(ServeOptions { listen: site.address, ..options() }).await else {
        panic!("two servers at one port")
    };
    assert_eq!(error.to_string(), format!("{} is in use by another program", site.address));
}

#[tokio::test]
async fn what_is_no_http_is_refused() {
    let site = Site::open(1).await;
    for (bytes, status) in [
        (b"hello\r\n\r\n".to_vec(), 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(), 400),
        ([b"GET / HTTP/1.1\r\nx: ".as_slice(), &[b'y'; 20_000], b"\r\n\r\n"].concat(), 431),
        ([b"GET / HTTP/1.1\r\n".as_slice(), "a: b\r\n".repeat(200).as_bytes(), b"\r\n"].concat(), 431),
    ] {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
        assert_eq!(read(&mut stream).await.status, status);
    }
    assert_eq!(site.get("/api/health").await.status, 200);
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let site = Site::open(2).await;
    // A snapshot is a second old at most, so that one of several questions finds the one before.
    for _ in 0..50 {
        let first = site.get("/api/v1/hosts").await;
        let tag = first.header("etag").unwrap();
        let again = site.send(get("/api/v1/hosts").header("if-none-match", tag)).await;
        if again.status == 304 {
            assert!(again.body.is_empty());
            assert_eq!(again.header("etag"), Some(tag));
            return;
        }
    }
    panic!("something always changed");
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_like_it() {
    let site = Site::open(20).await;
    let plain = site.get("/api/v1/hosts").await;
    assert_eq!(plain.header("content-encoding"), None);
    let packed = site.send(get("/api/v1/hosts").header("accept-encoding", "gzip")).await;
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.starts_with(&[0x1f, 0x8b]));
    assert!(packed.body.len() * 4 < plain.body.len());
    assert!(packed.header("vary").unwrap().contains("accept-encoding"));
}

#[tokio::test]
async fn a_connection_serves_requests_one_after_the_other_and_ends_with_the_server() {
    let site = Site::open(1).await;
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let request = format!("GET /-/healthy HTTP/1.1\r\nhost: {}\r\n\r\n", site.address);
    let mut buffer = [0; 4096];
    for _ in 0..3 {
        stream.write_all(request.as_bytes()).await.unwrap();
        let length = stream.read(&mut buffer).await.unwrap();
        assert!(buffer[..length].starts_with(b"HTTP/1.1 200"));
    }
    site.stop().await;
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut buffer)).await.unwrap();
    assert_eq!(ended.unwrap(), 0);
}
