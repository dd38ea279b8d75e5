//! What the pure parts cost for each message.

use std::time::Duration;

use bytes::Bytes;
use divan::Bencher;
use grapevine_zmtp::{
    ClusterKeys, Connection, ConnectionEvent, Message, Queue, Randomness, Rank, Security, Side, Slot,
};

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

/// How both ends are secured: dealer and listener.
fn secured(is_sealed: bool) -> [Security; 2] {
    let cluster = ClusterKeys::new([5; 32]);
    if is_sealed { [cluster.client(), cluster.server()] } else { [Security::Null, Security::Null] }
}

/// A dealer and a listener that have shaken hands.
fn pair([client, server]: &[Security; 2]) -> (Connection, Connection) {
    let randomness = |seed| Randomness { short_term: [seed; 32], cookie: [seed; 96], nonce: [seed; 16] };
    let mut dealer = Connection::secured(Side::Dealer, client, randomness(1), NOW);
    let mut listener = Connection::secured(Side::Listener, server, randomness(2), NOW);
    while !(dealer.is_open() && listener.is_open()) {
        let (to_listener, to_dealer) = (dealer.output().split(), listener.output().split());
        drop(listener.receive(&to_listener, NOW));
        drop(dealer.receive(&to_dealer, NOW));
    }
    while listener.poll_event().is_some() {}
    (dealer, listener)
}

/// Sealed by CURVE, or not; sealing, opening and framing together.
#[divan::bench(args = [false, true])]
fn encode_and_decode_64_messages(bencher: Bencher<'_, '_>, is_sealed: bool) {
    let (mut dealer, mut listener) = pair(&secured(is_sealed));
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

/// Both ends of a whole handshake.
#[divan::bench(args = [false, true])]
fn shake_hands(bencher: Bencher<'_, '_>, is_sealed: bool) {
    let security = secured(is_sealed);
    bencher.bench_local(|| pair(&security));
}

/// What a stranger makes a listener do for one HELLO.
#[divan::bench]
fn answer_hello(bencher: Bencher<'_, '_>) {
    let [client, server] = secured(true);
    let mut listener = Connection::secured(Side::Listener, &server, Randomness::NONE, NOW);
    let mut dealer = Connection::secured(Side::Dealer, &client, Randomness::NONE, NOW);
    let greeting = dealer.output().split();
    drop(listener.receive(&greeting, NOW));
    drop(dealer.receive(listener.output(), NOW));
    let hello = dealer.output().split();
    bencher.bench_local(|| {
        let mut listener = Connection::secured(Side::Listener, &server, Randomness::NONE, NOW);
        drop(listener.receive(&greeting, NOW));
        listener.receive(&hello, NOW)
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
    let origins = 240;
    let mut key = 0;
    bencher.bench_local(|| {
        key = (key + 1) % origins;
        queue.push(Slot::Origin { key, rank: Rank::Delta }, message.clone(), NOW)
    });
}
