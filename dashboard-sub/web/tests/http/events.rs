//! What happens, as a stream.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{PATIENCE, get};
use crate::site::{Site, options};

/// The lines of a stream of events, its head read.
pub(crate) async fn listen(site: &Site, headers: &str) -> Lines<BufReader<TcpStream>> {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let head =
        format!("GET /api/v1/events HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\n", site.address);
    stream.write_all(format!("{head}{headers}\r\n").as_bytes()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    assert_eq!(lines.next_line().await.unwrap().unwrap(), "HTTP/1.1 200 OK");
    while lines.next_line().await.unwrap().unwrap() != "" {}
    lines
}

/// The next line that begins so, without its beginning.
async fn next(lines: &mut Lines<BufReader<TcpStream>>, start: &str) -> String {
    let find = async {
        loop {
            let line = lines.next_line().await.unwrap().expect("the stream goes on");
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim().to_owned();
            }
        }
    };
    timeout(PATIENCE, find).await.expect("nothing happened")
}

#[tokio::test]
async fn what_happens_is_told_at_once_and_again_to_those_who_come_back() {
    let site = Site::of(3, options()).await;
    let mut lines = listen(&site, "").await;
    let site = site.kill_agent().await;
    let id: u64 = next(&mut lines, "id:").await.parse().unwrap();
    assert_eq!(next(&mut lines, "event:").await, "disconnected");
    let mut again = listen(&site, &format!("last-event-id: {}\r\n", id.saturating_sub(1))).await;
    if id > 0 {
        assert_eq!(next(&mut again, "id:").await, id.to_string());
    }
    let page = site.get("/api/v1/events").await.json();
    let newest = &page["items"][0];
    assert_eq!((&newest["kind"], &newest["severity"]), (&"disconnected".into(), &"critical".into()));
    let none = site.get("/api/v1/events?host=nobody").await.json();
    assert_eq!(none["total"], 0);
}

#[tokio::test]
async fn a_stream_is_not_compressed_and_ends_with_the_server() {
    let site = Site::of(1, options()).await;
    let head = get("/api/v1/events").header("accept", "text/event-stream").header("accept-encoding", "gzip");
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(&head.bytes(site.address)).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    while let Some(line) = lines.next_line().await.unwrap().filter(|line| !line.is_empty()) {
        assert!(!line.to_ascii_lowercase().contains("gzip"), "{line}");
    }
    site.stop().await;
    timeout(PATIENCE, async { while let Ok(Some(_)) = lines.next_line().await {} }).await.unwrap();
}
