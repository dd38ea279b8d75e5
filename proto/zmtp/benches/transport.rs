//! What the pure parts cost for each message.

use std::time::Duration;

use bytes::Bytes;
use divan::Bencher;
use grapevine_zmtp::{Connection, ConnectionEvent, Message, Queue, Rank, Side, Slot};

const NOW: Duration = Duration::ZERO;

/// Messages that one run carries.
const MESSAGES: u64 = 64;

fn main() {
    divan::main();
}

/// A frame of an ordinary host with its name before it: 200 bytes in all.
fn news() -> Message {
    Message::of([Bytes::from_static(b"srv01"), Bytes::from(vec![7; 195])])
}

/// A dealer and a listener that have shaken hands.
fn pair() -> (Connection, Connection) {
    let (mut dealer, mut listener) =
        (Connection::new(Side::Dealer, NOW), Connection::new(Side::Listener, NOW));
    while !(dealer.is_open() && listener.is_open()) {
        let (to_listener, to_dealer) = (dealer.output().split(), listener.output().split());
        drop(listener.receive(&to_listener, NOW));
        drop(dealer.receive(&to_dealer, NOW));
    }
    while listener.poll_event().is_some() {}
    (dealer, listener)
}

#[divan::bench]
fn encode_and_decode_64_messages(bencher: Bencher<'_, '_>) {
    let (mut dealer, mut listener) = pair();
    let message = news();
    bencher.counter(divan::counter::ItemsCount::new(MESSAGES)).bench_local(|| {
        for _ in 0..MESSAGES {
            dealer.send(&message);
        }
        let bytes = dealer.output().split();
        drop(listener.receive(&bytes, NOW));
        std::iter::from_fn(|| listener.poll_event())
            .filter(|event| matches!(event, ConnectionEvent::Message(_)))
            .count()
    });
}

/// As many origins as [`MESSAGES`], each with news once, as a relay queues them for one link.
#[divan::bench]
fn queue_and_take_64_messages(bencher: Bencher<'_, '_>) {
    let message = news();
    let mut queue = Queue::default();
    bencher.counter(divan::counter::ItemsCount::new(MESSAGES)).bench_local(|| {
        let slot = |key| Slot::Origin { key, rank: Rank::Delta };
        let queued = (0..MESSAGES).filter(|key| queue.push(slot(*key), message.clone(), NOW).is_ok()).count();
        (queued, std::iter::from_fn(|| queue.pop(NOW)).count())
    });
}

/// News for a queue that is full of other origins' news: the slowest case.
#[divan::bench]
fn replace_in_a_full_queue(bencher: Bencher<'_, '_>) {
    let message = news();
    let mut queue = Queue::default();
    let origins = 320;
    let mut key = 0;
    bencher.bench_local(|| {
        key = (key + 1) % origins;
        queue.push(Slot::Origin { key, rank: Rank::Delta }, message.clone(), NOW)
    });
}
