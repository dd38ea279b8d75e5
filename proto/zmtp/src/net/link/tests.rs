//! Links over pipes in memory, on a clock that jumps: what the real sockets of `tests/sockets` are too slow or too
//! roomy for.

use tokio::io::DuplexStream;
use tokio::time::sleep;

use super::*;
use crate::frame;
use crate::greeting;
use crate::limits::{EVENTS_MAX, IDLE};
use crate::mechanism::Security;
use crate::net::{Events, NetConfig};
use crate::queue::Slot;

const SECOND: Duration = Duration::from_secs(1);

/// A node with one link, whose other end is the stream.
fn linked(side: Side, stream: DuplexStream) -> (Net, Events) {
    let (net, events) = Net::new(NetConfig::default());
    let origin = Origin {
        side,
        security: Security::Null,
        address: "pipe".to_owned(),
        remote: None,
        dial: None,
        seat: None,
        stop: Stop::of_node(&net),
    };
    let link = Link::new(net.clone(), origin, &[]).unwrap();
    let (reader, writer) = tokio::io::split(stream);
    tokio::spawn(async move { drop(link.serve(reader, writer).await) });
    (net, events)
}

/// A listener's link to a peer that we play.
async fn served(pipe_bytes: usize) -> (Net, Events, LinkId, DuplexStream) {
    let (mut raw, stream) = tokio::io::duplex(pipe_bytes);
    let (net, mut events) = linked(Side::Listener, stream);
    let mut hello = BytesMut::from(&greeting::ours(b"NULL", false)[..]);
    frame::put(&mut hello, frame::COMMAND, &frame::command("READY", &crate::command::metadata("DEALER")));
    raw.write_all(&hello).await.unwrap();
    let link = up(&mut events).await;
    (net, events, link, raw)
}

async fn up(events: &mut Events) -> LinkId {
    match events.recv().await {
        Some(Event::Up { link, .. }) => link,
        other => panic!("{other:?} instead of a link"),
    }
}

/// Takes messages until `count` have come.
async fn take(events: &mut Events, count: usize) {
    let mut taken = 0;
    while taken < count {
        match events.recv().await {
            Some(Event::Message { .. }) => taken += 1,
            Some(Event::RoundTrip { .. }) => {}
            other => panic!("{other:?} after {taken} messages"),
        }
    }
}

fn of_bytes(length: usize) -> Message {
    Message::of([vec![7; length].into()])
}

#[tokio::test(start_paused = true)]
async fn two_ends_with_much_to_say_do_not_wait_for_each_other() {
    let (near, far) = tokio::io::duplex(512);
    let (here, mut here_events) = linked(Side::Dealer, near);
    let (there, mut there_events) = linked(Side::Listener, far);
    let (to_there, to_here) = (up(&mut here_events).await, up(&mut there_events).await);
    for _ in 0..20 {
        here.send(to_there, Slot::Control, of_bytes(3000)).unwrap();
        there.send(to_here, Slot::Control, of_bytes(3000)).unwrap();
    }
    tokio::join!(take(&mut here_events, 20), take(&mut there_events, 20));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_rests_writes_at_once() {
    let (near, far) = tokio::io::duplex(4096);
    let (here, mut here_events) = linked(Side::Dealer, near);
    let (_there, mut there_events) = linked(Side::Listener, far);
    let to_there = up(&mut here_events).await;
    up(&mut there_events).await;
    for _ in 0..10 {
        sleep(2 * BATCH).await;
        let (began, writes) = (Instant::now(), here.counters().writes);
        here.send(to_there, Slot::Control, of_bytes(1)).unwrap();
        here.send(to_there, Slot::Control, of_bytes(1)).unwrap();
        take(&mut there_events, 2).await;
        assert_eq!((began.elapsed(), here.counters().writes - writes), (Duration::ZERO, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_link_writes_five_hundred_times_a_second_and_nothing_waits_longer() {
    let (near, far) = tokio::io::duplex(4096);
    let (here, mut here_events) = linked(Side::Dealer, near);
    let (_there, mut there_events) = linked(Side::Listener, far);
    let to_there = up(&mut here_events).await;
    up(&mut there_events).await;
    let (count, pause) = (1000, Duration::from_millis(1));
    let began = Instant::now();
    let sending = async {
        for _ in 0..count {
            sleep(pause).await;
            here.send(to_there, Slot::Control, of_bytes(200)).unwrap();
        }
    };
    let taking = async {
        for n in 1..=count {
            take(&mut there_events, 1).await;
            let waited = began.elapsed() - n * pause;
            // The timer's own step is a millisecond.
            assert!(waited <= BATCH + pause, "message {n} waited {waited:?}");
        }
    };
    tokio::join!(sending, taking);
    let writes = here.counters().writes;
    assert!((400..=510).contains(&writes), "{writes} writes in a second");
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_many_writes_does_not_rest_between_them() {
    let (near, far) = tokio::io::duplex(2 * WRITE_BYTES_MAX);
    let (here, mut here_events) = linked(Side::Dealer, near);
    let (_there, mut there_events) = linked(Side::Listener, far);
    let to_there = up(&mut here_events).await;
    up(&mut there_events).await;
    sleep(SECOND).await;
    let began = Instant::now();
    for _ in 0..50 {
        here.send(to_there, Slot::Control, of_bytes(1000)).unwrap();
    }
    take(&mut there_events, 50).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_link_lives() {
    let (near, far) = tokio::io::duplex(512);
    let (_here, mut here_events) = linked(Side::Dealer, near);
    let (there, mut there_events) = linked(Side::Listener, far);
    up(&mut here_events).await;
    let link = up(&mut there_events).await;
    sleep(60 * SECOND).await;
    there.send(link, Slot::Control, of_bytes(1)).unwrap();
    take(&mut here_events, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_peer_is_dead_after_fifteen_seconds() {
    let (net, mut events, link, _raw) = served(4096).await;
    let began = Instant::now();
    let reason = DownReason::Protocol(ProtocolError::Idle);
    assert_eq!(events.recv().await, Some(Event::Down { link, reason }));
    let took = began.elapsed();
    assert!(took >= IDLE && took < IDLE + SECOND, "{took:?}");
    assert_eq!(net.counters().timeouts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_has_stalled_after_twelve_seconds() {
    let (net, mut events, link, _raw) = served(256).await;
    net.send(link, Slot::Control, of_bytes(1000)).unwrap();
    let began = Instant::now();
    assert_eq!(events.recv().await, Some(Event::Down { link, reason: DownReason::Stalled }));
    let took = began.elapsed();
    assert!(took >= STALL && took < STALL + SECOND, "{took:?}");
    assert_eq!(net.counters().stalls, 1);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_a_little_has_not_stalled() {
    let (net, mut events, link, mut raw) = served(256).await;
    let mut heard = vec![0; 64 + 30];
    raw.read_exact(&mut heard).await.unwrap();
    net.send(link, Slot::Control, of_bytes(1000)).unwrap();
    for _ in 0..10 {
        sleep(4 * SECOND).await;
        raw.read_exact(&mut [0; 20]).await.unwrap();
        // Not silent either.
        frame_to(&mut raw, 1).await;
    }
    take(&mut events, 10).await;
}

#[tokio::test(start_paused = true)]
async fn an_owner_who_is_slow_does_not_cost_the_link() {
    let (_net, mut events, _, mut raw) = served(16 * 1024).await;
    for _ in 0..EVENTS_MAX + 100 {
        frame_to(&mut raw, 1).await;
    }
    sleep(60 * SECOND).await;
    take(&mut events, EVENTS_MAX + 100).await;
    frame_to(&mut raw, 1).await;
    take(&mut events, 1).await;
}

#[tokio::test(start_paused = true)]
async fn a_closing_link_lingers_half_a_second_for_its_peer() {
    let (net, mut events, link, _raw) = served(256).await;
    net.send(link, Slot::Control, of_bytes(1000)).unwrap();
    net.close(link);
    let began = Instant::now();
    assert_eq!(events.recv().await, Some(Event::Down { link, reason: DownReason::ClosedHere }));
    let took = began.elapsed();
    assert!(took >= CLOSE_LINGER && took < CLOSE_LINGER + SECOND, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_lingers_as_long_as_it_was_told() {
    let (net, mut events, link, mut raw) = served(256).await;
    net.send(link, Slot::Control, of_bytes(2000)).unwrap();
    let reader = async {
        // Slow, yet never so slow as to stall.
        let mut heard = 0;
        loop {
            sleep(2 * CLOSE_LINGER).await;
            match raw.read(&mut [0; 1024]).await.unwrap() {
                0 => return heard,
                bytes => heard += bytes,
            }
        }
    };
    let began = Instant::now();
    let (heard, ()) = tokio::join!(reader, net.shutdown(60 * SECOND));
    assert!(heard > 2000 && began.elapsed() > 5 * SECOND, "{heard} bytes after {:?}", began.elapsed());
    assert_eq!(events.recv().await, Some(Event::Down { link, reason: DownReason::ClosedHere }));
    assert_eq!(net.counters().queue_drops, 0);
}

#[tokio::test(start_paused = true)]
async fn what_a_shutdown_abandons_is_counted() {
    let (net, _events, link, _raw) = served(256).await;
    for _ in 0..60 {
        net.send(link, Slot::Control, of_bytes(900)).unwrap();
    }
    let began = Instant::now();
    net.shutdown(2 * SECOND).await;
    assert_eq!(began.elapsed(), 2 * SECOND);
    sleep(SECOND).await;
    let counters = net.counters();
    assert!(counters.queue_drops > 0 && counters.messages_out + counters.queue_drops == 60, "{counters:?}");
}

async fn frame_to(raw: &mut DuplexStream, length: usize) {
    let mut bytes = BytesMut::new();
    for part in of_bytes(length).parts() {
        frame::put(&mut bytes, 0, part);
    }
    raw.write_all(&bytes).await.unwrap();
}
