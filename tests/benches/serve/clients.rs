//! What 500 clients cost, and how long a change takes to those who look at it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::Server;
use super::crowd::{Crowd, cpu_ms, memory_kib};
use super::looks::looks;
use super::origin::Origin;
use super::socket::Socket;

const CLIENTS: usize = 500;
const ROUNDS: u32 = 60;

/// A change: the patterns that tell of it, alone or among all the rest, and when the host said it.
type Change = Arc<([String; 2], Instant)>;

pub(crate) async fn measure(server: &Server, crowd: &Crowd) {
    let mut probe = Origin::new("probe", 99);
    crowd.say("probe", probe.frame(1.0));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before_kib = memory_kib(server.id, "VmRSS");
    let (changes, change) = watch::channel(Arc::new(([NOTHING, NOTHING].map(str::to_owned), Instant::now())));
    let (report, mut delays) = mpsc::unbounded_channel();
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let looks = looks();
        if number % 2 == 0 {
            // Half of them look at all sorts of things, some at what nobody else looks at.
            let (_, mut look) = looks[number / 2 % looks.len()].clone();
            if look["look"] == "hosts" {
                look["from"] = json!(number % 50);
            }
            let mut socket = Socket::look(server, look).await;
            clients.spawn(async move { while !socket.hear().await.is_empty() {} });
        } else {
            let look = json!({"look": "hosts", "filter": "host=probe", "count": 40});
            let socket = Socket::look(server, look).await;
            clients.spawn(watch_probe(socket, change.clone(), report.clone()));
        }
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (cpu_before, began) = (cpu_ms(server.id), Instant::now());
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        // Between the beats of all other hosts, whenever that is.
        tokio::time::sleep(Duration::from_millis(1000 + u64::from(round) * 37 % 250)).await;
        let percent = 11 + round % 2 * 44 + round / 2;
        changes
            .send_replace(Arc::new(([format!("\"4\":[{percent}]"), format!(",{percent},")], Instant::now())));
        crowd.say("probe", probe.frame(f64::from(percent)));
        for _ in 0..CLIENTS / 2 {
            took.push(tokio::time::timeout(Duration::from_secs(10), delays.recv()).await.unwrap().unwrap());
        }
    }
    let cpu = (cpu_ms(server.id) - cpu_before) as f64 / 10.0 / began.elapsed().as_secs_f64();
    took.sort_unstable();
    let ms = |share: f64| {
        let at = (took.len() - 1) as f64 * share;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the list")]
        let delay: Duration = took[at as usize];
        delay.as_millis()
    };
    let [rss, peak] = ["VmRSS", "VmHWM"].map(|line| memory_kib(server.id, line));
    println!("  {CLIENTS} clients: {cpu:.1} % of a core, RSS {rss} KiB ({before_kib} before, peak {peak})");
    println!(
        "  a change of a host's at {} clients: {} ms in the median, {} ms at p99, {} ms at the most",
        CLIENTS / 2,
        ms(0.5),
        ms(0.99),
        ms(1.0)
    );
}

/// What no message has.
const NOTHING: &str = "nothing of the kind";

/// Tells how long each change took.
async fn watch_probe(
    mut socket: Socket,
    change: watch::Receiver<Change>,
    report: mpsc::UnboundedSender<Duration>,
) {
    let mut seen = [NOTHING, NOTHING].map(str::to_owned);
    loop {
        let text = socket.hear().await;
        let now = Instant::now();
        let (patterns, said) = &**change.borrow();
        if *patterns != seen && patterns.iter().any(|pattern| text.contains(pattern.as_str())) {
            seen.clone_from(patterns);
            if report.send(now - *said).is_err() {
                return;
            }
        }
    }
}
