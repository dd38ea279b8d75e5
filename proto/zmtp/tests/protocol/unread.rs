//! Neighbours that do not read get no more than their hosts have room for.

use std::time::Duration;

use grapevine_zmtp::limits::UNREAD_BYTES_MAX;
use grapevine_zmtp::{Connection, Message, Side};

use crate::pair::{End, Pair};

const NOW: Duration = Duration::ZERO;

/// Sends writes of one message each, as many as the connection takes but 1,000 at most. How many bytes these were.
fn send_all_it_takes(connection: &mut Connection, length: usize) -> usize {
    let mut sent = 0;
    while connection.takes_more() && sent < 1000 * length {
        connection.send(&Message::of([vec![7; length].into()]));
        connection.end_batch(NOW);
        sent += length;
    }
    sent
}

#[test]
fn a_neighbour_that_does_not_read_gets_64_kib() {
    let mut pair = Pair::open(Side::Dealer);
    pair.is_cut = true;
    for end in [&mut pair.client, &mut pair.server] {
        let sent = send_all_it_takes(&mut end.connection, 1000);
        assert!(sent > UNREAD_BYTES_MAX / 4 && sent < UNREAD_BYTES_MAX, "{sent}");
        assert_eq!(send_all_it_takes(&mut end.connection, 1), 0);
    }
}

#[test]
fn short_writes_count_for_more_than_their_bytes() {
    let mut pair = Pair::open(Side::Dealer);
    let sent = send_all_it_takes(&mut pair.client.connection, 1);
    assert!(sent <= 32, "{sent} packets");
}

#[test]
fn a_neighbour_that_reads_gets_all() {
    for length in [1, 1000, UNREAD_BYTES_MAX] {
        let mut pair = Pair::open(Side::Dealer);
        let (mut sent, mut heard) = (0, 0);
        for round in 0..50 {
            sent += send_all_it_takes(&mut pair.client.connection, length);
            pair.drive();
            heard += pair.server.messages().iter().map(|parts| parts[0].len()).sum::<usize>();
            assert!(sent > round * length && heard == sent, "round {round}: {heard} of {sent}");
        }
        assert_eq!((pair.client.error, pair.server.error), (None, None));
    }
}

#[test]
fn who_cannot_tell_how_far_it_has_read_is_not_asked() {
    for (socket_type, minor) in [("DEALER", 0), ("SUB", 0), ("SUB", 1)] {
        let mut end = End::serving(socket_type, minor);
        assert_eq!(send_all_it_takes(&mut end.connection, 1000), 1_000_000, "{socket_type} 3.{minor}");
        assert!(end.said().windows(4).all(|bytes| bytes != b"PING"));
    }
}
