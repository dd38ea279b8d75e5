//! What an attack costs the others: how long honest frames take through an agent, in peace and under each attack.
//!
//! `cargo bench -p grapevine-tests --bench under_attack`: 40 honest hosts behind one link, a frame a second each; a
//! subscriber takes the time from sending to arrival. Peace and attack take turns, and the ratio is between their 99th
//! percentiles. The attacker has the same machine. Words on the command line choose the attacks whose names contain one
//! of them.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

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
    println!("| attack | rounds/s | p50 µs, peace | attack | p99 µs, peace | attack | ratio | RSS KiB |");
    println!("|---|---|---|---|---|---|---|---|");
    for attack in ATTACKS {
        if words.is_empty() || words.iter().any(|word| attack.name.contains(word.as_str())) {
            measure(attack);
        }
    }
}

fn measure(attack: Attack) {
    let stage = Stage::new(attack.has_keys);
    let (is_on, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let (mut peace, mut attacked) = (Vec::new(), Vec::new());
    thread::scope(|scope| {
        scope.spawn(|| strike(&attack, &stage, &is_on, &is_over));
        // By turns, so that whatever else the machine does falls on both.
        for _ in 0..TURNS {
            for (is_attack, latencies) in [(false, &mut peace), (true, &mut attacked)] {
                is_on.store(is_attack, Ordering::Relaxed);
                latencies.extend(block_on(latencies_us(&stage)));
            }
        }
        is_over.store(true, Ordering::Relaxed);
    });
    stage.survived();
    peace.sort_unstable();
    attacked.sort_unstable();
    let [p50, p99, peace_p50, peace_p99] =
        [(&attacked, 50), (&attacked, 99), (&peace, 50), (&peace, 99)].map(|(all, p)| percentile(all, p));
    let ratio = f64::from(p99) / f64::from(peace_p99);
    let Attack { name, rounds_per_s, .. } = attack;
    let rss_kib = stage.resident_bytes_max() / 1024;
    println!(
        "| {name} | {rounds_per_s} | {peace_p50} | {p50} | {peace_p99} | {p99} | {ratio:.2} | {rss_kib} |"
    );
}

/// Attacks at its rate while that is on.
fn strike(attack: &Attack, stage: &Stage, is_on: &AtomicBool, is_over: &AtomicBool) {
    let pause = Duration::from_secs(1) / attack.rounds_per_s;
    let (mut held, mut next) = (Held::default(), Instant::now());
    while !is_over.load(Ordering::Relaxed) {
        if is_on.load(Ordering::Relaxed) {
            (attack.round)(stage, &mut held);
        } else {
            held = Held::default();
        }
        next = (next + pause).max(Instant::now());
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// Times of honest frames from sending to arrival.
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
        (0..HOSTS).map(|n| begun_now(composer(100 + n, &format!("host-{n}")))).collect();
    let mut took = Vec::new();
    let mut pace = tokio::time::interval(PACE);
    for n in 0..FRAMES + 20 {
        pace.tick().await;
        let at = n % hosts.len();
        let frame = hosts.get_mut(at).unwrap().frame(std::iter::empty(), Moment(0)).unwrap();
        let slot = Slot::Origin { key: frame.origin().0, rank: Rank::Keyframe };
        let sent = Instant::now();
        sender.send(link, slot, Message::of([frame.bytes().clone()])).unwrap();
        arrival(&mut events, &frame).await;
        if n >= 20 {
            took.push(u32::try_from(sent.elapsed().as_micros()).unwrap());
        }
    }
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

/// How often peace and attack take turns.
const TURNS: usize = 4;

/// Frames of a turn that count.
const FRAMES: usize = 200;

/// Honest hosts, and the time between two of their frames: one a second of each.
const HOSTS: u8 = 40;
const PACE: Duration = Duration::from_millis(25);

fn percentile(sorted: &[u32], percent: usize) -> u32 {
    sorted.get((sorted.len() - 1) * percent / 100).copied().unwrap_or_default()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
