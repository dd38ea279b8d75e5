//! What each look makes a client receive.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::timeout_at;

use super::Server;
use super::socket::Socket;

const TIME: Duration = Duration::from_secs(20);

/// What a dashboard looks at, at 1280 x 800: the page asks for as many rows as it shows and some.
pub(crate) fn looks() -> [(&'static str, Value); 6] {
    [
        ("overview", json!({"look": "overview"})),
        ("hosts", json!({"look": "hosts", "count": 40})),
        ("hosts by use", json!({"look": "hosts", "sort": "cpu", "count": 40})),
        ("map", json!({"look": "map", "measure": "gpu.use"})),
        ("mesh", json!({"look": "mesh"})),
        ("events", json!({"look": "events"})),
    ]
}

pub(crate) async fn measure(server: &Server) {
    for (name, look) in looks() {
        let mut socket = Socket::look(server, look).await;
        // The number of the look, and all of it.
        socket.hear().await;
        let first = socket.hear().await.len();
        let (began, mut bytes, mut messages) = (Instant::now(), 0, 0);
        while let Ok(text) = timeout_at((began + TIME).into(), socket.hear()).await {
            bytes += text.len();
            messages += 1;
        }
        println!(
            "  {name}: {first} bytes at first, then {:.0} bytes/s in {:.1} messages/s",
            bytes as f64 / TIME.as_secs_f64(),
            f64::from(messages) / TIME.as_secs_f64()
        );
    }
}
