//! Two of ours talk.

use std::time::Duration;

use grapevine_zmtp::{ConnectionEvent, ProtocolError, Side, SocketType};

use crate::pair::{Pair, opened};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn neighbours_talk_both_ways() {
    let mut pair = Pair::new(Side::Dealer);
    pair.drive();
    assert_eq!(pair.client.events(), [opened(SocketType::Router, "")]);
    assert_eq!(pair.server.events(), [opened(SocketType::Dealer, "")]);

    pair.client.send("srv01", "up");
    pair.server.send("srv02", "up too");
    pair.drive();
    assert_eq!(pair.server.messages(), [["srv01", "up"]]);
    assert_eq!(pair.client.messages(), [["srv02", "up too"]]);
}

#[test]
fn a_subscriber_is_heard_and_cancels() {
    let mut pair = Pair::new(Side::Subscriber);
    pair.drive();
    assert_eq!(pair.client.events(), [opened(SocketType::Pub, "")]);
    assert_eq!(pair.server.events(), [opened(SocketType::Sub, "")]);
    assert!(!pair.server.connection.wants(b"srv01"));

    pair.client.connection.subscribe(b"srv");
    pair.drive();
    assert_eq!(pair.server.events(), [ConnectionEvent::Subscribed("srv".into())]);
    assert!(pair.server.connection.wants(b"srv01"));
    assert!(!pair.server.connection.wants(b"sr"));
    pair.server.send("srv01", "up");
    pair.drive();
    assert_eq!(pair.client.messages(), [["srv01", "up"]]);
}

#[test]
fn a_quiet_pair_pings_every_five_seconds_and_lives() {
    let mut pair = Pair::open(Side::Dealer);
    pair.pass(60 * SECOND);
    assert_eq!((&pair.client.error, &pair.server.error), (&None, &None));
    assert_eq!(pair.client.events(), vec![ConnectionEvent::RoundTrip(Duration::ZERO); 12]);
    assert_eq!(pair.server.events(), vec![ConnectionEvent::RoundTrip(Duration::ZERO); 12]);
}

#[test]
fn a_round_trip_is_measured() {
    let mut pair = Pair::open(Side::Subscriber);
    let due = pair.client.connection.deadline();
    pair.client.connection.handle_timeout(due).unwrap();
    pair.delay(5 * SECOND + Duration::from_millis(7));
    pair.drive();
    assert_eq!(pair.client.events(), [ConnectionEvent::RoundTrip(Duration::from_millis(7))]);
}

#[test]
fn a_cut_wire_is_noticed_after_fifteen_seconds() {
    let mut pair = Pair::open(Side::Dealer);
    pair.is_cut = true;
    pair.pass(15 * SECOND - Duration::from_millis(1));
    assert_eq!((&pair.client.error, &pair.server.error), (&None, &None));
    pair.pass(Duration::from_millis(1));
    assert_eq!(pair.client.error, Some(ProtocolError::Idle));
    assert_eq!(pair.server.error, Some(ProtocolError::Idle));
}

#[test]
fn a_wire_that_heals_in_time_goes_on() {
    let mut pair = Pair::open(Side::Dealer);
    pair.is_cut = true;
    pair.pass(9 * SECOND);
    pair.is_cut = false;
    pair.pass(60 * SECOND);
    assert_eq!((&pair.client.error, &pair.server.error), (&None, &None));
}

#[test]
fn a_handshake_that_takes_three_seconds_is_over() {
    let mut pair = Pair::new(Side::Dealer);
    pair.is_cut = true;
    pair.pass(3 * SECOND - Duration::from_millis(1));
    assert_eq!((&pair.client.error, &pair.server.error), (&None, &None));
    pair.pass(Duration::from_millis(1));
    assert_eq!(pair.client.error, Some(ProtocolError::HandshakeTimeout));
    assert_eq!(pair.server.error, Some(ProtocolError::HandshakeTimeout));
}

#[test]
fn two_listeners_wait_for_each_other_in_vain() {
    let mut pair = Pair::new(Side::Listener);
    pair.pass(4 * SECOND);
    assert_eq!(pair.client.error, Some(ProtocolError::HandshakeTimeout));
    assert_eq!(pair.server.error, Some(ProtocolError::HandshakeTimeout));
}
