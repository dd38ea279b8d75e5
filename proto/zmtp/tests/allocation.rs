//! What a peer can make a connection allocate. One test in a binary of its own, because the allocator counts for the
//! whole process.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test may panic, and says what it measured")]

#[path = "protocol/wire.rs"]
mod wire;

use std::time::Duration;

use grapevine_zmtp::limits::{MESSAGE_BYTES_MAX, PARTS_MAX, RECEIVE_BYTES_MAX};
use grapevine_zmtp::{ClusterKeys, Connection, Message, Randomness, Side};
use peak_alloc::PeakAlloc;
use wire::{claim, command, frame, greeting, message, property, ready};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The bytes of a message that is not all there in a buffer that doubles, and once more when its parts get buffers
/// of their own; beside it the connection itself.
const ALLOCATED_BYTES_MAX: usize = 3 * MESSAGE_BYTES_MAX + 1024;

/// What stays allocated once all events are taken: what the peer has not finished, in a buffer that doubles.
const HELD_BYTES_MAX: usize = 2 * MESSAGE_BYTES_MAX + 1024;

/// What events take: 256 of two bytes each.
const EVENTS_BYTES_MAX: usize = 64 * 1024;

fn main() {
    let quarter = vec![7; MESSAGE_BYTES_MAX / PARTS_MAX];
    let floods: [(&str, Vec<u8>); 8] = [
        ("a claim of 2^38", claim(0, 1 << 38)),
        ("a claim of 2^63", claim(1, 1 << 63)),
        ("a message short of its last byte", [claim(0, 65_536), vec![7; 65_535]].concat()),
        ("whole messages", message(&[&vec![7; MESSAGE_BYTES_MAX]]).repeat(20)),
        ("messages in parts", message(&[&quarter[..]; PARTS_MAX]).repeat(20)),
        ("parts without end", frame(1, &quarter).repeat(20)),
        ("empty messages", message(&[b""]).repeat(10_000)),
        ("commands of a later version", command("LATER", &property("x", &[0; 900])).repeat(1000)),
    ];
    for (name, flood) in floods {
        let hello = [greeting(1, "NULL"), ready("DEALER")].concat();
        let held = measure(name, &flood, || {
            let mut connection = Connection::new(Side::Listener, Duration::ZERO);
            connection.receive(&hello, Duration::ZERO).unwrap();
            connection
        });
        if name == "empty messages" {
            assert!(
                held.peak <= EVENTS_BYTES_MAX,
                "{} bytes of events, {EVENTS_BYTES_MAX} expected",
                held.peak
            );
            assert!(held.after < 2048, "{} bytes held though all events were taken", held.after);
        }
    }
    let (mut dealer, listener) = sealed_pair();
    for _ in 0..20 {
        dealer.send(&Message::of([vec![7; MESSAGE_BYTES_MAX].into()]));
    }
    let flood = dealer.output().split();
    measure("whole messages, sealed", &flood, || listener);
}

/// Bytes that a connection had allocated while it heard a flood, and after that.
struct Allocated {
    peak: usize,
    after: usize,
}

fn measure(name: &str, flood: &[u8], connection: impl FnOnce() -> Connection) -> Allocated {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut connection = connection();
    for read in flood.chunks(RECEIVE_BYTES_MAX) {
        let is_over = connection.receive(read, Duration::ZERO).is_err();
        while connection.poll_event().is_some() {}
        if is_over {
            break;
        }
    }
    let peak = ALLOCATOR.peak_usage().saturating_sub(before);
    let after = ALLOCATOR.current_usage().saturating_sub(before);
    println!("{name}: {peak} bytes at most, {after} held");
    assert!(peak <= ALLOCATED_BYTES_MAX, "{name}: {peak} bytes, {ALLOCATED_BYTES_MAX} expected");
    assert!(after <= HELD_BYTES_MAX, "{name}: {after} bytes held, {HELD_BYTES_MAX} expected");
    Allocated { peak, after }
}

/// A dealer and a listener with keys that have shaken hands.
fn sealed_pair() -> (Connection, Connection) {
    let cluster = ClusterKeys::new([5; 32]);
    let randomness = |seed| Randomness { short_term: [seed; 32], cookie: [seed; 96], nonce: [seed; 16] };
    let mut dealer = Connection::secured(Side::Dealer, &cluster.client(), randomness(1), Duration::ZERO);
    let mut listener = Connection::secured(Side::Listener, &cluster.server(), randomness(2), Duration::ZERO);
    while !(dealer.is_open() && listener.is_open()) {
        let (to_listener, to_dealer) = (dealer.output().split(), listener.output().split());
        listener.receive(&to_listener, Duration::ZERO).unwrap();
        dealer.receive(&to_dealer, Duration::ZERO).unwrap();
    }
    while listener.poll_event().is_some() {}
    (dealer, listener)
}
