//! An open connection hears frames, good and bad, while time passes.
//!
//! The input's first byte says which connection: modulo 4 a listener of a neighbour, a listener of a subscriber, a
//! neighbour that dialled, a subscriber that dialled; with 4 added the peer speaks ZMTP 3.0. The rest is a [`Stream`].
//!
//! Beyond what holds for streams: with time between the pieces, 64 ms for each byte of one, timers come when they are
//! due and not for ever, and a connection fails of silence only after a silence.

use std::sync::LazyLock;
use std::time::Duration;

use grapevine_zmtp::limits::PING_INTERVAL;
use grapevine_zmtp::{ConnectionEvent, ProtocolError, Side};

use crate::stream::{End, Stream, opening};

/// Runs the target.
pub fn run(input: &[u8]) {
    let Some((choice, stream)) = input.split_first() else { return };
    let Some((side, opening)) = OPENINGS.get(usize::from(choice % 8)) else { return };
    let stream = Stream::of(stream);
    stream.check(*side, opening);
    check_in_time(stream, *side, opening);
}

fn check_in_time(stream: Stream<'_>, side: Side, opening: &[u8]) {
    let mut end = End::after(side, opening);
    let (mut now, mut heard) = (Duration::ZERO, Duration::ZERO);
    let mut pings = 0_usize;
    for (cut, piece) in stream.pieces() {
        now += Duration::from_millis(64) * u32::from(cut);
        while end.error.is_none() && end.connection.deadline() <= now {
            let (due, idle) = (end.connection.deadline(), end.connection.idle());
            end.error = end.connection.handle_timeout(due).err();
            match &end.error {
                None => {
                    pings += 1;
                    assert_eq!(end.connection.deadline(), (due + PING_INTERVAL).min(heard + idle));
                }
                Some(error) => {
                    assert_eq!(*error, ProtocolError::Idle);
                    assert_eq!(due, heard + idle, "given up too early");
                    assert!(!end.connection.is_open());
                }
            }
        }
        end.hear_at(piece, now);
        heard = now;
    }
    let trips = end.events.iter().filter(|event| matches!(event, ConnectionEvent::RoundTrip(_)));
    assert!(trips.count() <= pings, "more round trips than PINGs");
}

/// Each connection, and what its peer says until it is open.
static OPENINGS: LazyLock<[(Side, Vec<u8>); 8]> = LazyLock::new(|| {
    let connections = [
        (Side::Listener, Side::Dealer),
        (Side::Listener, Side::Subscriber),
        (Side::Dealer, Side::Listener),
        (Side::Subscriber, Side::Listener),
    ];
    let of = |minor: u8| {
        connections.map(|(side, dialler)| {
            let mut bytes = opening(side, dialler);
            bytes.get_mut(MINOR_AT).into_iter().for_each(|byte| *byte = minor);
            (side, bytes)
        })
    };
    let ([a, b, c, d], [e, f, g, h]) = (of(1), of(0));
    [a, b, c, d, e, f, g, h]
});

/// Where a greeting has the minor version of ZMTP 3 (RFC 37).
const MINOR_AT: usize = 11;
