//! What an attack costs the others: how long honest frames take through an agent, in peace and under each attack.
//!
//! `cargo bench -p grapevine-tests --bench under_attack`: 20 honest hosts behind one link, a frame a second each; a
//! subscriber takes the time from sending to arrival. The ratio is to the peace before the attack. Words on the command
//! line choose the attacks whose names contain one of them.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use grapevine_proto::{Composer, Frame, Moment};
use grapevine_tests::attack::{begun_now, composer, hello, up};
use grapevine_tests::attacks::{ATTACKS, Attack, Held};
use grapevine_tests::stage::Stage;
use grapevine_zmtp::{DialAs, Event, Events, Message, Net, NetConfig, Rank, Security, Slot};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    println!("| attack | rounds/s | p50 µs | p99 µs | in peace | p99, in peace | ratio | RSS MiB |");
    println!("|---|---|---|---|---|---|---|---|");
    for attack in ATTACKS {
        if words.is_empty() || words.iter().any(|word| attack.name.contains(word.as_str())) {
            measure(attack);
        }
    }
}

fn measure(attack: Attack) {
    let stage = Stage::new(attack.has_keys);
    let peace = block_on(latencies_us(&stage));
    let is_over = Arc::new(AtomicBool::new(false));
    let (attacked, rounds_per_s) = thread::scope(|scope| {
        let (stage, over) = (&stage, Arc::clone(&is_over));
        let began = Instant::now();
        let attacker = scope.spawn(move || {
            let (mut rounds, mut held) = (0_u32, Held::default());
            while !over.load(Ordering::Relaxed) {
                (attack.round)(stage, &mut held);
                rounds += 1;
            }
            f64::from(rounds) / began.elapsed().as_secs_f64()
        });
        let attacked = block_on(latencies_us(stage));
        is_over.store(true, Ordering::Relaxed);
        (attacked, attacker.join().unwrap())
    });
    stage.survived();
    let [p50, p99, peace_p50, peace_p99] =
        [(&attacked, 50), (&attacked, 99), (&peace, 50), (&peace, 99)].map(|(all, p)| percentile(all, p));
    let ratio = f64::from(p99) / f64::from(peace_p99);
    let rss_mib = stage.resident_bytes_max() / 1024 / 1024;
    println!(
        "| {} | {rounds_per_s:.1} | {p50} | {p99} | {peace_p50} | {peace_p99} | {ratio:.2} | {rss_mib} |",
        attack.name
    );
}

/// Times of 300 honest frames from sending to arrival, sorted.
async fn latencies_us(stage: &Stage) -> Vec<u32> {
    let endpoint = || stage.endpoint.to_string().parse().unwrap();
    let dial = if stage.has_keys { stage.cluster_keys().client() } else { Security::Null };
    let (sender, mut sent_events) = Net::new(NetConfig { dial, ..NetConfig::default() });
    let _dial = sender.dial(endpoint(), DialAs::Dealer);
    let link = up(&mut sent_events).await;
    tokio::spawn(async move { while sent_events.recv().await.is_some() {} });
    sender.send(link, Slot::Control, Message::of([hello(200)])).unwrap();
    let dial = if stage.has_keys { stage.viewer_key().client() } else { Security::Null };
    let (watcher, mut events) = Net::new(NetConfig { dial, ..NetConfig::default() });
    let _watch = watcher.dial(endpoint(), DialAs::Sub { prefixes: vec!["host-".into()] });
    up(&mut events).await;
    // Each call begins a later run of its hosts, so that their frames are news.
    let mut hosts: Vec<Composer> =
        (0..20).map(|n| begun_now(composer(100 + n, &format!("host-{n}")))).collect();
    let mut took = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    for n in 0..320_usize {
        pace.tick().await;
        let at = n % hosts.len();
        let now = Moment(u64::try_from(n).unwrap() * 50);
        let frame = hosts.get_mut(at).unwrap().frame(std::iter::empty(), now).unwrap();
        let slot = Slot::Origin { key: frame.origin().0, rank: Rank::Keyframe };
        let sent = Instant::now();
        sender.send(link, slot, Message::of([frame.bytes().clone()])).unwrap();
        arrival(&mut events, &frame).await;
        if n >= 20 {
            took.push(u32::try_from(sent.elapsed().as_micros()).unwrap());
        }
    }
    took.sort_unstable();
    took
}

async fn arrival(events: &mut Events, frame: &Frame) {
    loop {
        let Event::Message { message, .. } = events.recv().await.unwrap() else { continue };
        let arrived = Frame::parse(message.into_last().unwrap()).unwrap();
        if (arrived.origin(), arrived.position()) == (frame.origin(), frame.position()) {
            return;
        }
    }
}

fn percentile(sorted: &[u32], percent: usize) -> u32 {
    sorted.get((sorted.len() - 1) * percent / 100).copied().unwrap_or_default()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
