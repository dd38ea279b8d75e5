//! A scrape of all hosts, as Prometheus makes it.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Server;
use super::crowd::{cpu_ms, memory_kib};

const SCRAPES: usize = 40;

pub(crate) async fn measure(server: &Server) {
    for (what, query, encoding) in [
        ("our own names", "", "identity"),
        ("our own names, gzip", "", "gzip"),
        ("names of node_exporter", "?names=node", "identity"),
    ] {
        // The first begins to keep sums.
        scrape(server, query, encoding).await;
        let before_kib = memory_kib(server.id, "VmRSS");
        let (cpu_before, mut took, mut bytes) = (cpu_ms(server.id), Vec::new(), 0);
        for _ in 0..SCRAPES {
            let began = Instant::now();
            bytes = scrape(server, query, encoding).await;
            took.push(began.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let cpu = (cpu_ms(server.id) - cpu_before) as f64 / SCRAPES as f64;
        took.sort_unstable();
        println!(
            "  a scrape, {what}: {} ms in the median, {} ms at the most, {cpu:.0} ms of processor time with all else, \
             {bytes} bytes; RSS {} KiB more",
            took[SCRAPES / 2].as_millis(),
            took[SCRAPES - 1].as_millis(),
            memory_kib(server.id, "VmRSS").saturating_sub(before_kib)
        );
    }
}

/// How many bytes come.
async fn scrape(server: &Server, query: &str, encoding: &str) -> usize {
    let mut stream = TcpStream::connect(&server.address).await.unwrap();
    let request = format!(
        "GET /metrics{query} HTTP/1.1\r\nhost: {}\r\naccept-encoding: {encoding}\r\nconnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    answer.len()
}
