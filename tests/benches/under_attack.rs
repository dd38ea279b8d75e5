//! What an attack costs the others: how long honest frames take through an agent, in peace and under each attack.
//!
//! `cargo bench -p grapevine-tests --bench under_attack`: 20 honest hosts behind one link, a frame a second each; a
//! subscriber takes the time from sending to arrival. The ratio is to the peace before the attack.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::{Composer, Frame, Moment};
use grapevine_tests::attack::{composer, flood, frames, greeting, hello, neighbour, ready, up};
use grapevine_tests::stage::Stage;
use grapevine_zmtp::{ClusterKeys, DialAs, Event, Events, Message, Net, NetConfig, Rank, Slot, ViewerKey};

type Attack = fn(&Stage);

const ATTACKS: [(&str, bool, Attack); 6] = [
    ("half-open", false, |stage| {
        let mut open: Vec<_> = (0..100).filter_map(|_| stage.connect().ok()).collect();
        let half = greeting().into_iter().take(20).collect::<Vec<u8>>();
        open.iter_mut().for_each(|stream| flood(stream, &half, 1));
    }),
    ("claims", false, |stage| {
        let claim = [&[2_u8][..], &(1_u64 << 62).to_be_bytes()].concat();
        flood(&mut neighbour(stage), &claim, 1);
    }),
    ("endless parts", false, |stage| {
        let part = [&[3_u8][..], &4096_u64.to_be_bytes(), &[7; 4096]].concat();
        flood(&mut neighbour(stage), &part, 1000);
    }),
    ("never reads", false, |stage| {
        let mut stream = stage.connect().unwrap();
        let all = [&*greeting(), &ready("SUB"), b"\x04\x0a\x09SUBSCRIBE"].concat();
        // It may have been turned away.
        drop(stream.write_all(&all));
        thread::sleep(Duration::from_millis(200));
    }),
    ("no key", true, |stage| drop(neighbour(stage))),
    ("babbler", true, |stage| block_on(babble(stage))),
];

fn main() {
    println!(
        "{:<14} {:>9} {:>9} {:>9} {:>9} {:>7}",
        "attack", "p50 us", "p99 us", "peace p50", "peace p99", "p99 x"
    );
    for (name, has_keys, attack) in ATTACKS {
        let stage = Stage::new(has_keys);
        let peace = block_on(latencies_us(&stage, has_keys));
        let is_over = Arc::new(AtomicBool::new(false));
        let attacked = thread::scope(|scope| {
            let (stage, over) = (&stage, Arc::clone(&is_over));
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    attack(stage);
                }
            });
            let attacked = block_on(latencies_us(stage, has_keys));
            is_over.store(true, Ordering::Relaxed);
            attacked
        });
        stage.survived();
        let [p50, p99, peace_p50, peace_p99] =
            [(&attacked, 50), (&attacked, 99), (&peace, 50), (&peace, 99)].map(|(all, p)| percentile(all, p));
        let ratio = f64::from(p99) / f64::from(peace_p99);
        println!("{name:<14} {p50:>9} {p99:>9} {peace_p50:>9} {peace_p99:>9} {ratio:>7.2}");
    }
}

/// Times of 300 honest frames from sending to arrival, sorted.
async fn latencies_us(stage: &Stage, has_keys: bool) -> Vec<u32> {
    let (neighbour, viewer) = (config(stage, has_keys, true), config(stage, has_keys, false));
    let endpoint = || stage.endpoint.to_string().parse().unwrap();
    let (sender, mut sent_events) = Net::new(neighbour);
    let _dial = sender.dial(endpoint(), DialAs::Dealer);
    let link = up(&mut sent_events).await;
    sender.send(link, Slot::Control, Message::of([hello(200)])).unwrap();
    let (watcher, mut events) = Net::new(viewer);
    let _watch = watcher.dial(endpoint(), DialAs::Sub { prefixes: vec!["host-".into()] });
    up(&mut events).await;
    // Each call begins a later run of its hosts, so that their frames are news.
    let epoch = millis();
    let mut hosts: Vec<Composer> =
        (0..20).map(|n| later(composer(100 + n, &format!("host-{n}")), epoch)).collect();
    let mut took = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    for n in 0..320_usize {
        pace.tick().await;
        let at = n % hosts.len();
        let frame = hosts.get_mut(at).unwrap().frame(std::iter::empty(), Moment(millis().into())).unwrap();
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

fn later(mut composer: Composer, epoch: u32) -> Composer {
    composer.jump_above(epoch);
    composer
}

fn config(stage: &Stage, has_keys: bool, is_neighbour: bool) -> NetConfig {
    let read = |name: &str| std::fs::read_to_string(stage.key(name)).unwrap();
    match (has_keys, is_neighbour) {
        (false, _) => NetConfig::default(),
        (true, true) => NetConfig {
            dial: ClusterKeys::parse(&read("cluster.key")).unwrap().client(),
            ..NetConfig::default()
        },
        (true, false) => NetConfig {
            dial: ViewerKey::parse(&read("viewer.key")).unwrap().client(),
            ..NetConfig::default()
        },
    }
}

/// A thousand frames of one host as fast as they go.
async fn babble(stage: &Stage) {
    let (net, mut events) = Net::new(config(stage, true, true));
    let _dial = net.dial(stage.endpoint.to_string().parse().unwrap(), DialAs::Dealer);
    let link = up(&mut events).await;
    let said =
        std::iter::once(hello(66)).chain(frames(66, 1000).into_iter().map(|frame| frame.bytes().clone()));
    for message in said {
        let bytes: Bytes = message;
        while !net.has_room(link) {
            if let Event::Down { .. } = events.recv().await.unwrap() {
                return;
            }
        }
        if net.send(link, Slot::Control, Message::of([bytes])).is_err() {
            return;
        }
    }
    net.shutdown(Duration::from_secs(1)).await;
}

fn percentile(sorted: &[u32], percent: usize) -> u32 {
    sorted.get((sorted.len() - 1) * percent / 100).copied().unwrap_or_default()
}

/// Milliseconds of the clock, as a number that grows from call to call.
fn millis() -> u32 {
    let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u32::try_from(since_1970.as_millis() % 1_000_000_000).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
