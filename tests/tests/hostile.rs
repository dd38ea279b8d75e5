//! A hostile network against a real agent. Whatever is sent, the agent lives within its bound of memory, an honest
//! neighbour's news keep coming, and the log names the cause and the address, in few lines.

#![expect(clippy::print_stderr, reason = "tests print what they measured")]

use std::time::Instant;

use grapevine_proto::Moment;
use grapevine_tests::attack::{begun_now, composer};
use grapevine_tests::attacks::{ATTACKS, Held, named, say};
use grapevine_tests::stage::{ATTACKERS, Stage};

/// Lines that a log may have of an attack, however often it is repeated: 64 about links, and 8 each about handshakes and
/// connections turned away; some of the start; and one more of each kind every second.
fn lines_max(began: Instant) -> u64 {
    100 + 4 * began.elapsed().as_secs()
}

/// Makes all rounds of an attack and looks at what is left of the victim.
fn does_no_harm(name: &str) {
    let attack = named(name);
    let stage = Stage::new(attack.has_keys);
    let (began, mut held) = (Instant::now(), Held::default());
    for _ in 0..attack.rounds {
        (attack.round)(&stage, &mut held);
    }
    let took_s = began.elapsed().as_secs_f32();
    let mut lines = 0;
    stage.log.wait_for(attack.cause, 30, |line| {
        lines += 1;
        line.contains(attack.cause) && line.contains(ATTACKERS)
    });
    stage.survived();
    lines += u64::try_from(stage.log.so_far().len()).unwrap_or(u64::MAX);
    assert!(lines <= lines_max(began), "{lines} lines of log");
    let rss_kib = stage.resident_bytes_max() / 1024;
    eprintln!(
        "attack={name:?} rounds={} took_s={took_s:.1} rss_kib={rss_kib} log_lines={lines}",
        attack.rounds
    );
    drop(held);
}

#[test]
fn whoever_takes_another_hosts_name_does_not_take_its_place() {
    let stage = Stage::new(true);
    // Names are claimed freely; what tells hosts apart is their key.
    let mut composer = begun_now(composer(66, "honest"));
    say(&stage, (0..2).map(|n| composer.frame(std::iter::empty(), Moment(n)).unwrap().bytes().clone()));
    stage.survived();
}

/// A test of its own for each attack.
macro_rules! attacks {
    ($($test:ident: $name:literal,)*) => {
        $(
            #[test]
            fn $test() {
                does_no_harm($name);
            }
        )*

        #[test]
        fn none_is_left_out() {
            assert_eq!(ATTACKS.map(|attack| attack.name), [$($name),*]);
        }
    };
}

attacks! {
    claimed_lengths: "claimed lengths up to 2^63",
    endless_parts: "endless parts",
    half_open_connections: "half-open connections",
    a_byte_now_and_then: "a byte now and then",
    readers_that_never_read: "never reads",
    garbage_greetings: "garbage greetings",
    a_client_without_a_key: "no key",
    a_client_with_another_key: "wrong key",
    a_replayed_handshake: "replayed handshake",
    a_flood_of_handshakes: "200 handshakes a second",
    a_viewer_that_sends: "viewer that sends",
    a_babbling_origin: "babbling origin",
    forged_frames: "forged origin",
    replayed_frames: "replayed frames",
    far_travelled_frames: "hop count 255",
}
