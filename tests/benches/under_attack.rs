//! What an attack costs the others: how long honest frames take through an agent, in peace and under each attack.
//!
//! `cargo bench -p grapevine-tests --bench under_attack`: 40 honest hosts behind one link, a frame a second each; a
//! subscriber takes the time from sending to arrival. Peace and attack take turns, and the ratio is between their 99th
//! percentiles. The victim has a core of its own, and the attacker computes on another when nobody else does, in peace
//! and under attack: what is measured is the victim's doing. Words on the command line choose the attacks whose names
//! contain one of them.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use grapevine_proto::{Composer, Frame, Moment};
use grapevine_tests::attack::{begun_now, composer, hello, up};
use grapevine_tests::attacks::{ATTACKS, Attack, Held};
use grapevine_tests::cores::{VictimsCore, give_way};
use grapevine_tests::stage::Stage;
use grapevine_zmtp::{DialAs, Event, Events, Message, Net, NetConfig, Rank, Security, Slot};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let core = VictimsCore::set_apart();
    if core.is_none() {
        println!("This machine has one core: what the attackers compute delays the others, too.");
    }
    println!(
        "| attack | rounds/s | p50 µs, peace | attack | p99 µs, peace | attack | ratio | CPU % | attack | RSS KiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for attack in ATTACKS {
        if words.is_empty() || words.iter().any(|word| attack.name.contains(word.as_str())) {
            measure(attack, core);
        }
    }
}

fn measure(attack: Attack, core: Option<VictimsCore>) {
    let stage = Stage::new(attack.has_keys);
    core.iter().for_each(|core| core.give_to(stage.victim_id()));
    let (is_on, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    let (mut peace, mut attacked) = (Measured::default(), Measured::default());
    let rounds = thread::scope(|scope| {
        let attacker = scope.spawn(|| strike(&attack, &stage, &is_on, &is_over));
        // By turns, so that whatever else the machine does falls on both.
        for _ in 0..TURNS {
            for (is_attack, measured) in [(false, &mut peace), (true, &mut attacked)] {
                is_on.store(is_attack, Ordering::Relaxed);
                measured.take_turn(&stage);
            }
        }
        is_over.store(true, Ordering::Relaxed);
        attacker.join().unwrap()
    });
    stage.survived();
    let (peace_p50, p50) = (peace.latency_us(50), attacked.latency_us(50));
    let (peace_p99, p99) = (peace.latency_us(99), attacked.latency_us(99));
    let ratio = f64::from(p99) / f64::from(peace_p99);
    let (peace_load, load) = (peace.load_percent(), attacked.load_percent());
    let (name, rounds_per_s) = (attack.name, f64::from(rounds) / attacked.time.as_secs_f64());
    let rss_kib = stage.resident_bytes_max() / 1024;
    print!("| {name} | {rounds_per_s:.1} | {peace_p50} | {p50} | {peace_p99} | {p99} | {ratio:.2} ");
    println!("| {peace_load:.1} | {load:.1} | {rss_kib} |");
}

/// What was measured in all turns of peace, or of the attack.
#[derive(Default)]
struct Measured {
    latencies_us: Vec<u32>,
    time: Duration,
    victims_processor_time: Duration,
}

impl Measured {
    fn take_turn(&mut self, stage: &Stage) {
        let (began, before) = (Instant::now(), stage.processor_time());
        self.latencies_us.extend(block_on(latencies_us(stage)));
        self.time += began.elapsed();
        self.victims_processor_time += stage.processor_time().saturating_sub(before);
    }

    fn latency_us(&mut self, percent: usize) -> u32 {
        self.latencies_us.sort_unstable();
        let at = (self.latencies_us.len() - 1) * percent / 100;
        self.latencies_us.get(at).copied().unwrap_or_default()
    }

    /// How much of a core the victim was busy.
    fn load_percent(&self) -> f64 {
        100.0 * self.victims_processor_time.div_duration_f64(self.time)
    }
}

/// Attacks while that is on, at its rate or as fast as the victim lets it. How many rounds it made.
fn strike(attack: &Attack, stage: &Stage, is_on: &AtomicBool, is_over: &AtomicBool) -> u32 {
    let pause = Duration::from_secs(1) / attack.rounds_per_s;
    let (mut held, mut next, mut rounds) = (Held::default(), Instant::now(), 0);
    give_way();
    while !is_over.load(Ordering::Relaxed) {
        if is_on.load(Ordering::Relaxed) {
            (attack.round)(stage, &mut held);
            rounds += 1;
        } else {
            held = Held::default();
        }
        next = (next + pause).max(Instant::now());
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    rounds
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

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
