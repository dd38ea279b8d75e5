//! Systemd itself is in `tests/systemd`; here is what it never does.

use super::*;
use crate::bus::Writer;
use crate::service::Settings;
use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A bus that does as `act` says with each who connects, in a folder of its own.
fn bus(act: impl Fn(UnixStream) + Send + 'static) -> (tempfile::TempDir, Systemd, JoinHandle<()>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    let listener = UnixListener::bind(&path).unwrap();
    let bus = std::thread::spawn(move || {
        let (peer, _) = listener.accept().unwrap();
        act(peer);
    });
    (folder, Systemd::new(path), bus)
}

fn book() -> Book {
    Book::new(Settings::default())
}

/// Passes until one fails, at most for 20 s of real time; each is `step_ms` after the one before.
fn first_error(systemd: &mut Systemd, book: &mut Book, step_ms: u64) -> BusError {
    let deadline = Instant::now() + Duration::from_secs(20);
    (0_u64..)
        .find_map(|pass| {
            assert!(Instant::now() < deadline);
            systemd.pass(book, pass * step_ms).err()
        })
        .unwrap()
}

#[test]
fn a_bus_that_says_nothing_is_given_up_and_tried_later() {
    let (_folder, mut systemd, bus) = bus(|mut peer| {
        let mut all = Vec::new();
        peer.read_to_end(&mut all).ok();
        let text = String::from_utf8_lossy(&all);
        assert!(text.contains("ListUnitsByPatterns"), "{text}");
    });
    let error = first_error(&mut systemd, &mut book(), 1000);
    assert!(matches!(error, BusError::Silent { waited_ms: 11_000 }), "{error:?}");
    assert_eq!(systemd.standing(), Err(Absence::Failed));
    bus.join().unwrap();
    assert!(systemd.pass(&mut book(), 11_500).is_ok(), "it is not tried yet");
    assert!(matches!(systemd.pass(&mut book(), 12_000), Err(BusError::Unreachable { .. })));
}

#[test]
fn a_bus_that_hangs_up_or_lets_nobody_in_fails() {
    let (_folder, mut systemd, bus_that_ends) = bus(drop);
    assert!(matches!(first_error(&mut systemd, &mut book(), 1), BusError::Broken(_)));
    bus_that_ends.join().unwrap();
    let (_folder, mut systemd, bus) = bus(|mut peer| {
        peer.write_all(b"REJECTED EXTERNAL\r\n").unwrap();
        peer.read_to_end(&mut Vec::new()).ok();
    });
    assert!(matches!(first_error(&mut systemd, &mut book(), 1), BusError::Rejected));
    assert_eq!(systemd.standing(), Err(Absence::Denied));
    bus.join().unwrap();
}

/// A message of a bus; `sender` is whom it is from.
fn message(kind: u8, reply_to: u32, sender: &str, member: &str, signature: &str, body: Writer) -> Vec<u8> {
    let mut message = Writer(vec![b'l', kind, 0, 1]);
    message.number(u32::try_from(body.0.len()).unwrap());
    message.number(1);
    message.array(8, |fields| {
        let path = "/org/freedesktop/systemd1";
        for (code, kind, text) in [(1, "o", path), (2, "s", "x.y"), (3, "s", member), (7, "s", sender)] {
            fields.align(8);
            fields.byte(code);
            fields.signature(kind);
            fields.text(text);
        }
        fields.align(8);
        fields.byte(5);
        fields.signature("u");
        fields.number(reply_to);
        fields.align(8);
        fields.byte(8);
        fields.signature("g");
        fields.signature(signature);
    });
    message.align(8);
    message.0.extend(body.0);
    message.0
}

/// The answer to the list, of one unit; the list is the call after the greeting, seven rules and the subscription.
fn list_of(unit: &str) -> Vec<u8> {
    let mut body = Writer::default();
    body.array(8, |units| {
        units.align(8);
        for text in [unit, "", "loaded", "inactive", "dead", "", "/"] {
            units.text(text);
        }
        units.number(0);
        units.text("");
        units.text("/");
    });
    message(2, 10, ":1.0", "", "a(ssssssouso)", body)
}

fn unit_new(sender: &str, unit: &str) -> Vec<u8> {
    let mut body = Writer::default();
    body.text(unit);
    body.text("/");
    message(4, 0, sender, "UnitNew", "so", body)
}

#[test]
fn signals_of_others_than_systemd_are_not_heard() {
    let (_folder, mut systemd, bus) = bus(|mut peer| {
        let all = [
            b"OK 0\r\n".to_vec(),
            unit_new(":1.0", "early.service"),
            list_of("a.service"),
            unit_new(":1.6", "forged.service"),
            unit_new(":1.0", "b.service"),
        ];
        peer.write_all(&all.concat()).unwrap();
        peer.read_to_end(&mut Vec::new()).ok();
    });
    let mut book = book();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !book.knows_service("b.service") {
        assert!(Instant::now() < deadline);
        systemd.pass(&mut book, 0).unwrap();
    }
    assert!(book.knows_service("a.service"));
    assert!(!book.knows_service("forged.service") && !book.knows_service("early.service"));
    drop(systemd);
    bus.join().unwrap();
}

#[test]
fn a_bus_that_floods_holds_up_no_pass_and_fills_no_memory() {
    let (_folder, mut systemd, bus) = bus(|mut peer| {
        peer.write_all(&[b"OK 0\r\n".to_vec(), list_of("a.service")].concat()).unwrap();
        for number in 0_u64.. {
            if peer.write_all(&unit_new(":1.0", &format!("flood-{number}.service"))).is_err() {
                return;
            }
        }
    });
    let mut book = book();
    for _ in 0..20 {
        systemd.pass(&mut book, 0).unwrap();
    }
    let known = book.roll.iter_mut().count();
    assert!((2..=4096).contains(&known), "{known}");
    drop(systemd);
    bus.join().unwrap();
}
