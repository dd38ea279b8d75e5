use super::message::{Call, Kind, Message};
use super::*;
use proptest::prelude::*;
use std::io::{Read, Write};
use std::os::unix::net::UnixListener;
use std::time::Duration;

const HELLO: Call<'_> = Call {
    destination: "org.freedesktop.DBus",
    path: "/org/freedesktop/DBus",
    interface: "org.freedesktop.DBus",
    member: "Hello",
    arguments: &[],
};

#[test]
fn a_call_has_the_form_of_the_specification() {
    let call = Call { arguments: &[Argument::Text("a"), Argument::Texts(&["b", "cd"])], ..HELLO };
    let bytes = call.write(7);
    assert_eq!(Message::bytes_needed(&bytes).unwrap(), Some(bytes.len()));
    assert_eq!(&bytes[..16], b"l\x01\0\x01\x1b\0\0\0\x07\0\0\0\x79\0\0\0");
    let message = Message::read(&bytes).unwrap();
    assert_eq!((message.kind, message.member, message.path), (Kind::Other, "Hello", "/org/freedesktop/DBus"));
    let mut arguments = message.arguments("sas").unwrap();
    assert_eq!(arguments.text().unwrap(), "a");
    let mut texts = Vec::new();
    arguments.array(4, |items| items.text().map(|text| texts.push(text))).unwrap();
    assert_eq!(texts, ["b", "cd"]);
}

#[test]
fn a_dictionary_is_read_past_what_nobody_asks_for() {
    // {"A": <s "x">, "B": <a(sb) [("y", true)]>, "C": <t 2^64-1>}
    let bytes = b"\x58\0\0\0\0\0\0\0\
        \x01\0\0\0A\0\x01s\0\0\0\0\x01\0\0\0x\0\0\0\0\0\0\0\
        \x01\0\0\0B\0\x05a(sb)\0\0\0\0\x0c\0\0\0\0\0\0\0\x01\0\0\0y\0\0\0\x01\0\0\0\0\0\0\0\
        \x01\0\0\0C\0\x01t\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff";
    let mut reader = Reader::new(bytes, false);
    let mut entries = Vec::new();
    let result = reader.dictionary(|key, value| entries.push((key, value)));
    let expected = [("A", Value::Text("x")), ("B", Value::Other), ("C", Value::Number(u64::MAX))];
    assert_eq!((entries.as_slice(), result.is_ok()), (expected.as_slice(), true));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, signature in "[ysutva(){}]{0,12}", flip: (usize, u8)) {
        Message::bytes_needed(&bytes).ok();
        Message::read(&bytes).map(|message| message.arguments("").map(|mut all| all.variant().is_ok()).is_ok()).ok();
        let mut variant = vec![u8::try_from(signature.len()).unwrap()];
        variant.extend(signature.bytes());
        variant.push(0);
        variant.extend(&bytes);
        Reader::new(&variant, bytes.len() % 2 == 0).variant().ok();
        let mut call = HELLO.write(1);
        let at = flip.0 % call.len();
        call[at] ^= flip.1;
        Message::bytes_needed(&call).ok();
        Message::read(&call).ok();
    }
}

/// What a client says of a bus that answers with `answer` and then does nothing.
fn talk_to(answer: &'static [u8]) -> Result<Option<Kind>, BusError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    let listener = UnixListener::bind(&path).unwrap();
    let mut connection = Connection::open(&path)?;
    connection.call(&HELLO);
    connection.exchange()?;
    let (mut peer, _) = listener.accept().unwrap();
    let mut greeting = [0; 16];
    peer.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"\0AUTH EXTERNAL 3");
    peer.write_all(answer).unwrap();
    connection.wait(Duration::from_secs(20));
    connection.exchange()?;
    connection.next_message().map(|message| message.map(|message| message.kind))
}

#[test]
fn a_bus_may_refuse_and_send_anything() {
    assert!(matches!(talk_to(b"REJECTED EXTERNAL\r\n"), Err(BusError::Rejected)));
    assert!(matches!(talk_to(&[b'x'; 600]), Err(BusError::Rejected)));
    assert!(matches!(talk_to(b"OK 0123\r\n"), Ok(None)));
    assert!(matches!(talk_to(b"OK 0123\r\nnonsense, not a message"), Err(BusError::Malformed { .. })));
    let huge = b"OK 0123\r\nl\x02\0\x01\xff\xff\xff\x07\x01\0\0\0\0\0\0\0";
    assert!(matches!(talk_to(huge), Err(BusError::TooLong { .. })));
    let reply = b"OK 0123\r\nl\x02\0\x01\0\0\0\0\x01\0\0\0\x08\0\0\0\x05\x01u\0\x01\0\0\0";
    assert!(matches!(talk_to(reply), Ok(Some(Kind::Reply))));
}

#[test]
fn nobody_may_listen() {
    let folder = tempfile::tempdir().unwrap();
    let error = Connection::open(&folder.path().join("bus")).unwrap_err();
    assert!(matches!(error, BusError::Unreachable { .. }), "{error}");
}

#[test]
fn a_bus_that_accepts_nobody_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    let listener = UnixListener::bind(&path).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let mut kept = Vec::new();
    let error = (0..100).find_map(|_| Connection::open(&path).map(|open| kept.push(open)).err()).unwrap();
    assert!(matches!(error, BusError::Unreachable { .. }), "{error}");
}
