//! The simulator against reality: 50 real agents on one machine, and the same network in the simulator.
//!
//! `cargo bench -p grapevine-tests --bench calibration`, a minute and a half. Both have the same overlay (who names
//! whom), start their hosts at the same times, and are measured from 10 s after the first start until 60 s. The agents
//! run on the loopback device of a network namespace, with keys and all collectors. 50 agents and those who watch them
//! share this machine's processors and wait for them, which the simulator cannot know: it is told a longest wait with
//! which half of its deliveries take as long as half of the real ones. All else follows, and fails the bench where it is
//! off by more than a fifth; extremes and what comes of the machine's other work are only shown.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may panic, and prints its result")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use grapevine_proto::Position;
use grapevine_sim::{Report, Scenario, Size, named, run};
use grapevine_tests::fleet::{Arrival, Fleet, Traffic};

fn main() -> ExitCode {
    let size = Size { delay_us: LOOPBACK_US, ..Size::of(HOSTS, 1) };
    let scenario = named("steady").unwrap();
    let Some(mut fleet) = Fleet::new() else { return ExitCode::FAILURE };
    let began = Instant::now();
    let mut starts: Vec<_> = scenario.starts(size).into_iter().enumerate().collect();
    starts.sort_by_key(|(_, start)| start.at_us);
    for (number, start) in starts {
        sleep_until(began + Duration::from_micros(start.at_us));
        fleet.start(number, &start.seeds);
    }
    let measured = measure(&fleet, began);
    // They would take the processors from the simulator.
    drop(fleet);
    let (wake_us, predicted) = fit(scenario, size, measured.p50_ms);
    println!(
        "simulated with waits of up to {wake_us} µs for a processor; a fifth is the most that anything may be off\n"
    );
    compare(&predicted, &measured)
}

/// What the simulator says where processes wait so long that half of the deliveries take `p50_ms`.
fn fit(scenario: &Scenario, size: Size, p50_ms: f64) -> (u64, Report) {
    let report = |wake_us| run(scenario, Size { wake_us, ..size }).report;
    let (mut low, mut high) = (0, WAKE_US_MAX);
    while high - low > WAKE_US_STEP {
        let middle = low.midpoint(high);
        if report(middle).p50_ms < p50_ms {
            low = middle;
        } else {
            high = middle;
        }
    }
    (high, report(high))
}

/// What the agents did in the time that counts.
#[derive(Debug)]
struct Measured {
    delivery: f64,
    hops_mean: f64,
    hops_max: u8,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    frame_bytes_mean: f64,
    rmr: f64,
    control_per_delivery: f64,
    bytes_per_host: f64,
    packets_per_host: f64,
    wire_bytes_per_host: f64,
    links_mean: f64,
    cpu_percent: f64,
    queue_drops: u64,
}

fn measure(fleet: &Fleet, began: Instant) -> Measured {
    let (from, to) = (began + COUNTED_FROM, began + COUNTED_TO);
    let (arrivals, counts) = thread::scope(|scope| {
        let arrivals = scope.spawn(|| fleet.arrivals(to));
        let counts = [from, to - Duration::from_millis(500)].map(|when| {
            sleep_until(when);
            (fleet.traffic(), fleet.carried(), fleet.cpu_time(), Instant::now())
        });
        (arrivals.join().unwrap(), counts)
    });
    let [(before, carried_before, cpu_before, at_before), (after, carried_after, cpu_after, at_after)] =
        counts;
    let seconds = (at_after - at_before).as_secs_f64();
    let per_host = |count: u64| float(count) / float(HOSTS as u64) / seconds;
    // Each agent tells of its own seconds.
    let sum = |count: fn(&Traffic) -> u64| -> u64 {
        before.iter().zip(&after).map(|(before, after)| count(after) - count(before)).sum()
    };
    let host_seconds = float(sum(|traffic| traffic.uptime_ms)) / 1000.0;
    let (received, duplicates) = (sum(|traffic| traffic.frames_received), sum(|traffic| traffic.duplicates));
    let deliveries = float(received - duplicates);
    let controls = float(sum(|traffic| traffic.messages_received) - received);
    let packets_per_host = per_host(carried_after.0 - carried_before.0);
    let Spread { delivery, hops_mean, hops_max, latencies, frame_bytes_mean } =
        spread(&arrivals, from, to - GRACE);
    let at = |permille: usize| {
        let latency = latencies.get((latencies.len() - 1) * permille / 1000);
        latency.copied().unwrap_or_default().as_secs_f64() * 1000.0
    };
    Measured {
        delivery,
        hops_mean,
        hops_max,
        p50_ms: at(500),
        p99_ms: at(990),
        max_ms: at(1000),
        frame_bytes_mean,
        rmr: float(received) / deliveries - 1.0,
        control_per_delivery: controls / deliveries,
        bytes_per_host: float(sum(|traffic| traffic.bytes_received)) / host_seconds,
        packets_per_host,
        wire_bytes_per_host: per_host(carried_after.1 - carried_before.1) + ETHERNET_BYTES * packets_per_host,
        links_mean: float(after.iter().map(|traffic| traffic.neighbours).sum()) / float(HOSTS as u64),
        cpu_percent: 100.0 * (cpu_after - cpu_before).as_secs_f64() / seconds,
        queue_drops: sum(|traffic| traffic.queue_drops),
    }
}

/// How frames came to others than their origins.
struct Spread {
    delivery: f64,
    hops_mean: f64,
    hops_max: u8,
    /// In order.
    latencies: Vec<Duration>,
    frame_bytes_mean: f64,
}

/// Of the frames that their origins delivered to their own subscribers within that time.
fn spread(arrivals: &[Arrival], from: Instant, to: Instant) -> Spread {
    let own =
        arrivals.iter().filter(|arrival| arrival.at == arrival.of && (from..to).contains(&arrival.when));
    let published: BTreeMap<(usize, Position), Instant> =
        own.map(|arrival| ((arrival.of, arrival.position), arrival.when)).collect();
    let others = arrivals.iter().filter(|arrival| arrival.at != arrival.of);
    let came: Vec<(&Arrival, Duration)> = others
        .filter_map(|arrival| {
            let since = published.get(&(arrival.of, arrival.position))?;
            Some((arrival, arrival.when.saturating_duration_since(*since)))
        })
        .collect();
    let count = float(came.len() as u64);
    let mut latencies: Vec<Duration> = came.iter().map(|(_, latency)| *latency).collect();
    latencies.sort_unstable();
    Spread {
        delivery: count / float((published.len() * (HOSTS - 1)) as u64),
        hops_mean: float(came.iter().map(|(arrival, _)| u64::from(arrival.hops)).sum()) / count,
        hops_max: came.iter().map(|(arrival, _)| arrival.hops).max().unwrap(),
        latencies,
        frame_bytes_mean: float(came.iter().map(|(arrival, _)| arrival.bytes as u64).sum()) / count,
    }
}

/// Prints both side by side; a failure if what must be alike is not.
fn compare(predicted: &Report, measured: &Measured) -> ExitCode {
    // Frames are as long as this machine has readings: they are counted as if the simulated ones were as long.
    let longer = predicted.frames_per_host_mean * (measured.frame_bytes_mean - predicted.frame_bytes_mean);
    let wire_bytes = predicted.wire_bytes_per_host_mean;
    let socket_bytes = wire_bytes - predicted.packets_per_host_mean * PACKET_OVERHEAD_BYTES;
    let rows = [
        ("share of frames delivered", predicted.delivery, measured.delivery, true),
        ("frames received per delivery", 1.0 + predicted.rmr, 1.0 + measured.rmr, true),
        ("of these duplicates (RMR)", predicted.rmr, measured.rmr, false),
        (
            "control messages per delivery",
            predicted.control_per_delivery,
            measured.control_per_delivery,
            true,
        ),
        ("bytes received per host and second", socket_bytes + longer, measured.bytes_per_host, true),
        ("packets per host and second", predicted.packets_per_host_mean, measured.packets_per_host, true),
        ("bytes on the wire per host and second", wire_bytes + longer, measured.wire_bytes_per_host, true),
        ("links per host", predicted.links_mean, measured.links_mean, true),
        ("hops of a delivery, mean", predicted.hops_mean, measured.hops_mean, true),
        ("hops of a delivery, most", predicted.last_delivery_hop.into(), measured.hops_max.into(), false),
        ("p50, ms (fitted)", predicted.p50_ms, measured.p50_ms, true),
        ("p99, ms", predicted.p99_ms, measured.p99_ms, false),
        ("slowest, ms", predicted.max_ms, measured.max_ms, false),
    ];
    println!("| what | simulated | measured | measured / simulated |");
    println!("|---|--:|--:|--:|");
    let mut is_good = true;
    for (what, predicted, measured, is_compared) in rows {
        let ratio = measured / predicted;
        let is_off = is_compared && !(1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio);
        is_good &= !is_off;
        let note = match (is_compared, is_off) {
            (_, true) => " **off**",
            (false, _) => " (shown only)",
            (true, false) => "",
        };
        println!("| {what} | {predicted:.3} | {measured:.3} | {ratio:.2}{note} |");
    }
    println!(
        "\nframes of {:.0} B; the agents used {:.0} % of a processor; full queues dropped {} messages",
        measured.frame_bytes_mean, measured.cpu_percent, measured.queue_drops
    );
    if measured.p50_ms > BUSY_MS {
        println!("this machine was too busy with other work for its figures to say much");
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn sleep_until(when: Instant) {
    thread::sleep(when.saturating_duration_since(Instant::now()));
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}

const HOSTS: usize = 50;

/// How far what is measured may be from what is simulated.
const TOLERANCE: f64 = 0.2;

/// What a packet takes over the loopback device, one way, in microseconds.
const LOOPBACK_US: (u64, u64) = (50, 100);

/// As in the simulator's scenario `steady`.
const COUNTED_FROM: Duration = Duration::from_secs(10);
const COUNTED_TO: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(2);

/// Ethernet, IP and TCP, as the simulator counts them.
const PACKET_OVERHEAD_BYTES: f64 = 66.0;

/// What the loopback device does not count of [`PACKET_OVERHEAD_BYTES`].
const ETHERNET_BYTES: f64 = 14.0;

/// 50 agents that have two processors for themselves take less than half of this for half of their deliveries.
const BUSY_MS: f64 = 8.0;

/// The longest wait for a processor that makes sense, in microseconds, and how exactly it is found.
const WAKE_US_MAX: u64 = 64_000;
const WAKE_US_STEP: u64 = 250;
