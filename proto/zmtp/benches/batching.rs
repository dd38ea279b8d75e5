//! What batching does to real sockets: how late a lone message is, and how many writes a stream of messages costs.
//!
//! `cargo bench -p grapevine-zmtp --bench batching`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_zmtp::{Dial, DialAs, Endpoint, Event, Events, LinkId, Message, Net, NetConfig, Rank, Slot};
use tokio::time::{MissedTickBehavior, interval, sleep};

/// Lone messages that are timed.
const LONE: usize = 500;

/// Between two lone messages: long enough for a link to be idle.
const IDLE: Duration = Duration::from_millis(20);

/// Messages of the stream: one a millisecond, each of another origin.
const STREAM: u64 = 3000;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut latencies_us = runtime.block_on(lone_latencies_us());
    latencies_us.sort_unstable();
    let [p50, p99] = [50, 99].map(|percent| latencies_us.get(LONE * percent / 100).unwrap());
    println!("a lone message arrives after {p50} us (p50), {p99} us (p99)");
    let (took, writes) = runtime.block_on(stream());
    let per_s = |count: u64| Duration::from_secs(1).as_millis() * u128::from(count) / took.as_millis();
    println!("{} messages a second are written in {} writes a second", per_s(STREAM), per_s(writes));
}

/// Two neighbours: who sends, on which link, and who hears.
struct Pair {
    near: Net,
    link: LinkId,
    far: Events,
    _kept: (Net, Events, Dial),
}

async fn pair() -> Pair {
    let (near, mut near_events) = Net::new(NetConfig::default());
    let (far_net, mut far) = Net::new(NetConfig::default());
    let free = Endpoint::Tcp { host: "127.0.0.1".to_owned(), port: 0 };
    let endpoint = far_net.listen(&free).await.unwrap();
    let dial = near.dial(endpoint, DialAs::Dealer);
    let link = up(&mut near_events).await;
    up(&mut far).await;
    Pair { near, link, far, _kept: (far_net, near_events, dial) }
}

async fn up(events: &mut Events) -> LinkId {
    loop {
        if let Some(Event::Up { link, .. }) = events.recv().await {
            return link;
        }
    }
}

async fn lone_latencies_us() -> Vec<u128> {
    let mut pair = pair().await;
    let mut latencies_us = Vec::new();
    while latencies_us.len() < LONE {
        sleep(IDLE).await;
        let began = Instant::now();
        send(&pair, 1);
        take(&mut pair.far).await;
        latencies_us.push(began.elapsed().as_micros());
    }
    latencies_us
}

/// How long the stream took and how many writes it was.
async fn stream() -> (Duration, u64) {
    let mut pair = pair().await;
    let writes_before = pair.near.counters().writes;
    let began = Instant::now();
    let mut ticks = interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut sent, mut taken) = (0, 0);
    while taken < STREAM {
        tokio::select! {
            _ = ticks.tick(), if sent < STREAM => {
                send(&pair, sent);
                sent += 1;
            }
            () = take(&mut pair.far) => taken += 1,
        }
    }
    (began.elapsed(), pair.near.counters().writes - writes_before)
}

/// 200 bytes, as a delta has.
fn send(pair: &Pair, key: u64) {
    let message = Message::of([Bytes::from(vec![7; 200])]);
    pair.near.send(pair.link, Slot::Origin { key, rank: Rank::Delta }, message).unwrap();
}

async fn take(events: &mut Events) {
    while !matches!(events.recv().await.unwrap(), Event::Message { .. }) {}
}
