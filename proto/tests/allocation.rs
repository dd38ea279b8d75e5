//! Whatever comes from the network, decoding it takes a bounded amount of memory and does not panic.
//!
//! All hostile bodies are signed with a real key, or they would not get past the signature. This is one test in a
//! binary of its own, because the allocator counts for the whole process.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod handmade;

use bytes::Bytes;
use grapevine_proto::gossip::{Control, Engine, Input, LinkId, Target};
use grapevine_proto::limits::{BODY_BYTES_MAX, FRAME_BYTES_MAX, LINKED_MAX, READINGS_MAX, TREES_MAX};
use grapevine_proto::{Frame, Mirror, Moment, OriginKey, links_of};
use handmade::{
    CELLS, CHANGES, DELTA, Head, IDENTITY, KEYFRAME, LINKS, ROWS, SERIES, absence, body, identity, list, row,
    series, text, varint, zigzag,
};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// A string is allocated as long as it claims to be, before its bytes are missed, but no longer than the codec's
/// limit: 8 bytes for each byte of the longest body.
const CLAIM_BYTES_MAX: usize = 8 * BODY_BYTES_MAX;

/// What a keyframe unfolds to, for each of at most `READINGS_MAX` readings:
///
/// - the row of its metric with 4 label keys (104 + 4 * 24) and the metric made of it (136 + 4 * 24): 432
/// - 4 label values, each with a place in the list of values (16), where it ends (2), and an index there and here (4): 88
/// - its metric, as it is read and as it is kept (32), and where its readings end (8): 40
/// - its cell (32), its number, text and absence, as they are read and as they are written anew (2 * 36): 104
/// - its state (8), a kept value (24) and its place in the series (4): 36
///
/// 700 in all; half as much again for lists that double while they move; and the texts themselves, which are as long as the
/// body: of labels, of states, and those written anew, which are encoded in a list that doubles.
const KEYFRAME_BYTES_MAX: usize = READINGS_MAX * 700 * 3 / 2 + 4 * BODY_BYTES_MAX + CLAIM_BYTES_MAX;

/// What a delta unfolds to, for each reading: a number, a text and an absence, with their distances (16, 24, 12) and in the
/// keyframe (8, 16, 12), in lists that double while they move; the cell (32); and its state (8), perhaps a kept one (24).
/// Only the texts that hold now are copied: those of the keyframe and of the delta.
const DELTA_BYTES_MAX: usize =
    READINGS_MAX * ((88 + 24) * 3 / 2 + 32 + 8) + 3 * BODY_BYTES_MAX + CLAIM_BYTES_MAX;

/// What a links section unfolds to: both lists as they are read, doubling while they move (8 and 16 bytes an item), the
/// second as it is kept (16), and what an error says.
const LINKS_BYTES_MAX: usize = LINKED_MAX * ((8 + 16) * 3 + 16) + 1024;

/// The engine reads a frame's identity and holds copies of the frame: one that is older by the round trip and one
/// that is a hop further.
const ENGINE_BYTES_MAX: usize = CLAIM_BYTES_MAX + 3 * FRAME_BYTES_MAX;

/// The longest control message names, prunes, grafts and does not know as many origins as there may be (16, 2, 8 and 2
/// bytes for each), in lists that double while they move; the rest is what an error says.
const CONTROL_BYTES_MAX: usize = TREES_MAX * (16 + 2 + 8 + 2) * 3 + 1024;

/// A length that no body has.
const FAR_TOO_MANY: u64 = 1 << 60;

#[test]
fn decoding_takes_bounded_memory() {
    for (name, body) in hostile_keyframes() {
        let peak = check_keyframe(&body);
        println!("{name}: {} bytes unfold to {peak}", body.len());
    }
    for (name, body) in hostile_deltas() {
        let peak = check_delta(&body);
        println!("{name}: {} bytes unfold to {peak}", body.len());
    }
    proptest!(|(bytes in prop::collection::vec(any::<u8>(), 0..400))| check_bytes(&bytes));
    proptest!(|(kind in 1_u8..=6, bytes in prop::collection::vec(any::<u8>(), 0..400))| {
        let mut sections = full_keyframe();
        sections.retain(|(other, _)| *other != kind);
        sections.push((kind, bytes.clone()));
        check_keyframe(&body(&sections));
        check_delta(&body(&[(CHANGES, bytes.clone())]));
        check_delta(&body(&[(CHANGES, vec![1, 0, 0, 0]), (LINKS, bytes)]));
    });
    let (keyframe, delta) = (body(&full_keyframe()), body(&full_delta()));
    proptest!(|(edits in edits())| {
        check_keyframe(&edited(&keyframe, &edits));
        check_delta(&edited(&delta, &edits));
    });
}

/// Arbitrary bytes, as they come from a stranger.
fn check_bytes(bytes: &[u8]) {
    let shared = Bytes::copy_from_slice(bytes);
    let message = shared.clone();
    let (peak, frame) = peak_of(|| Frame::parse(message));
    drop(frame);
    assert_eq!(peak, 0, "a frame shares the bytes that arrived");
    for control in [bytes.to_vec(), [&[0], bytes].concat()] {
        let (peak, _) = peak_of(|| Control::decode(&control));
        assert!(peak <= CONTROL_BYTES_MAX, "{peak} bytes for {control:02x?}");
        check_engine(control.into());
    }
    check_engine(shared);
}

/// A keyframe with this body. Returns the most bytes that reading it took.
fn check_keyframe(body: &[u8]) -> usize {
    let frame = Head::new(KEYFRAME, 2).seal(body);
    check_engine(frame.bytes().clone());
    check_links(&frame, None);
    let (peak, mirror) = peak_of(|| Mirror::new(&frame));
    assert!(
        peak <= KEYFRAME_BYTES_MAX,
        "{peak} bytes, at most {KEYFRAME_BYTES_MAX} expected: {mirror:.100?}"
    );
    let mut mirror = known();
    let (again, _) = peak_of(|| mirror.apply(&frame));
    assert!(again <= KEYFRAME_BYTES_MAX, "{again} bytes for a further keyframe");
    peak.max(again)
}

/// A delta with this body. Returns the most bytes that reading it took.
fn check_delta(body: &[u8]) -> usize {
    let frame = Head::new(DELTA, 2).seal(body);
    check_engine(frame.bytes().clone());
    check_links(&Head::new(KEYFRAME, 1).seal(&self::body(&full_keyframe())), Some(&frame));
    let mut mirror = known();
    let (peak, applied) = peak_of(|| mirror.apply(&frame));
    assert!(peak <= DELTA_BYTES_MAX, "{peak} bytes, at most {DELTA_BYTES_MAX} expected: {applied:?}");
    peak
}

/// The links of frames that are held, without the rest of them.
fn check_links(keyframe: &Frame, delta: Option<&Frame>) {
    let (peak, links) = peak_of(|| links_of(keyframe, delta));
    assert!(peak <= LINKS_BYTES_MAX, "{peak} bytes, at most {LINKS_BYTES_MAX} expected: {links:?}");
}

/// A message from a neighbour that introduced itself.
fn check_engine(message: Bytes) {
    const LINK: LinkId = LinkId(1);
    let key = OriginKey::from_seed(&[1; 32]);
    let verifier = key.public().verifier().unwrap();
    let mut engine = Engine::new(key.origin(), verifier, "relay".parse().unwrap(), 1, Moment(0));
    let hello = [vec![0, 0, 1, 9, 1], text("n"), vec![0, 0, 0, 0]].concat();
    engine.handle(Input::LinkUp { link: LINK, dialled: Some(Target::Seed(0)), remote: None }, Moment(0));
    engine.handle(Input::RoundTrip { link: LINK, rtt_ms: 4 }, Moment(0));
    engine.handle(Input::Message { link: LINK, bytes: hello.into() }, Moment(0));
    assert_eq!(engine.neighbours().count(), 1);
    let (peak, ()) = peak_of(|| engine.handle(Input::Message { link: LINK, bytes: message }, Moment(0)));
    assert!(peak <= ENGINE_BYTES_MAX, "{peak} bytes in the engine");
}

/// The most bytes that were allocated at once during `work`, besides those before it.
fn peak_of<T>(work: impl FnOnce() -> T) -> (usize, T) {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let result = work();
    (ALLOCATOR.peak_usage().saturating_sub(before), result)
}

/// A reader that knows the host by a keyframe of many readings.
fn known() -> Mirror {
    Mirror::new(&Head::new(KEYFRAME, 1).seal(&body(&full_keyframe()))).unwrap()
}

/// Numbers and texts, both with labels, some of them absent.
fn full_keyframe() -> Vec<(u8, Vec<u8>)> {
    let rows = [row(300, "x.number", 0, 1, &["a", "b"]), row(301, "x.text", 2, 0, &["a"])];
    let labels: Vec<u64> = (0..3 * 1000).map(|n| n % 7).collect();
    let values: Vec<Vec<u8>> = (0..7).map(|n| text(&"v".repeat(n))).collect();
    let numbers: Vec<Vec<u8>> = (0..1000).map(zigzag).collect();
    let absences: Vec<Vec<u8>> = (0..500).map(|n| absence(1, 2, (n % 2 == 0).then_some(9))).collect();
    vec![
        (IDENTITY, identity()),
        (ROWS, list(&rows)),
        (SERIES, series(&values, &[(300, 1000), (1, 1000)], &labels)),
        (CELLS, [list(&numbers), list(&vec![text("long enough"); 1000]), list(&absences)].concat()),
        (LINKS, links(LINKED_MAX)),
    ]
}

fn full_delta() -> Vec<(u8, Vec<u8>)> {
    let numbers: Vec<Vec<u8>> = (0..900).map(|n| [varint(1), zigzag(n * 1000)].concat()).collect();
    let texts: Vec<Vec<u8>> =
        (0..900).map(|n| [varint(if n == 0 { 1000 } else { 1 }), text("t")].concat()).collect();
    let absences: Vec<Vec<u8>> = (0..900).map(|_| absence(2, 0, Some(1))).collect();
    vec![
        (CHANGES, [varint(1), list(&numbers), list(&texts), list(&absences)].concat()),
        (LINKS, links(LINKED_MAX)),
    ]
}

/// So many neighbours, and as many that were lost.
fn links(count: usize) -> Vec<u8> {
    let origins = (0..count).map(|n| varint(u64::MAX - 9999 + u64::try_from(n).unwrap()));
    let lost = origins.clone().map(|origin| [origin, varint(1 << 20), varint(1 << 20)].concat());
    [list(&origins.collect::<Vec<_>>()), list(&lost.collect::<Vec<_>>())].concat()
}

fn hostile_keyframes() -> Vec<(&'static str, Vec<u8>)> {
    let with = |sections: &[(u8, Vec<u8>)]| body(&[&[(IDENTITY, identity())], sections].concat());
    let shared_row = list(&[row(300, &"n".repeat(20_000), 0, 0, &["a", "b", "c", "d"])]);
    let tiny_rows: Vec<Vec<u8>> = (0..3000).map(|n| row(1000 + n, "", 0, 0, &[""])).collect();
    let each_once: Vec<(u64, u64)> = (0..3000).map(|n| (if n == 0 { 1000 } else { 1 }, 1)).collect();
    let numbers = |count| [list(&vec![zigzag(0); count]), list(&[]), list(&[])].concat();
    vec![
        ("a claimed list of rows", with(&[(ROWS, varint(FAR_TOO_MANY))])),
        ("a claimed list of label values", with(&[(SERIES, varint(FAR_TOO_MANY))])),
        ("a claimed list of metrics", with(&[(SERIES, [varint(0), varint(FAR_TOO_MANY)].concat())])),
        ("a claimed list of numbers", with(&[(CELLS, varint(FAR_TOO_MANY))])),
        ("a claimed list of neighbours", with(&[(LINKS, varint(FAR_TOO_MANY))])),
        ("a claimed list of lost neighbours", with(&[(LINKS, [varint(0), varint(FAR_TOO_MANY)].concat())])),
        ("as many neighbours as fit", with(&[(LINKS, links(2000))])),
        ("a claimed row's label keys", with(&[(ROWS, [varint(1), claimed_row()].concat())])),
        ("a claimed label value", with(&[(SERIES, [varint(1), varint(0xffff)].concat())])),
        ("claimed label values", with(&[(SERIES, [vec![250], varint(500_000).repeat(250)].concat())])),
        ("a host name of any length", body(&[(IDENTITY, [&[0; 32][..], &varint(FAR_TOO_MANY)].concat())])),
        (
            "one label value for all",
            with(&[
                (ROWS, shared_row.clone()),
                (SERIES, series(&[text(&"v".repeat(20_000))], &[(300, 4096)], &[0; 4 * 4096])),
                (CELLS, numbers(4096)),
            ]),
        ),
        (
            "one row for all",
            with(&[
                (ROWS, list(&[row(300, &"n".repeat(50_000), 0, 0, &[])])),
                (SERIES, series(&[], &[&[(300, 1)][..], &[(0, 1); 4095]].concat(), &[])),
                (CELLS, numbers(4096)),
            ]),
        ),
        (
            "more readings than the limit",
            with(&[(ROWS, shared_row), (SERIES, series(&[text("")], &[(300, 65_535)], &[0; 16_384]))]),
        ),
        (
            "as many rows as fit",
            with(&[
                (ROWS, list(&tiny_rows)),
                (SERIES, series(&[text("")], &each_once, &vec![0; 3000])),
                (CELLS, numbers(3000)),
            ]),
        ),
        ("as many label values as the limit", with(&[(SERIES, series(&vec![text(""); 16_384], &[], &[]))])),
        (
            "as many texts as fit",
            with(&[
                (ROWS, list(&[row(301, "x.text", 2, 0, &[])])),
                (SERIES, series(&[], &[(301, 4096)], &[])),
                (
                    CELLS,
                    [
                        list(&[]),
                        list(&vec![text("0123456789"); 4096]),
                        list(&vec![absence(1, 0, Some(1)); 4095]),
                    ]
                    .concat(),
                ),
            ]),
        ),
    ]
}

fn claimed_row() -> Vec<u8> {
    [varint(300), text("n"), vec![0], text("u"), vec![0], varint(0), varint(0), varint(FAR_TOO_MANY)].concat()
}

fn hostile_deltas() -> Vec<(&'static str, Vec<u8>)> {
    let with = |lists: &[Vec<u8>]| body(&[(CHANGES, [&[1], &*lists.concat()].concat())]);
    let number = |distance| [varint(distance), zigzag(i64::MIN)].concat();
    let none = || list(&[]);
    vec![
        ("a claimed list of changes", with(&[varint(FAR_TOO_MANY)])),
        ("a claimed list of texts", with(&[none(), varint(FAR_TOO_MANY)])),
        ("a claimed list of absences", with(&[none(), none(), varint(FAR_TOO_MANY)])),
        ("a claimed text", with(&[none(), [vec![1, 0], varint(0xffff)].concat()])),
        ("4,096 numbers", with(&[list(&vec![number(0); 4096]), none(), none()])),
        ("5,000 numbers", with(&[list(&vec![number(0); 5000]), none(), none()])),
        ("distances beyond all readings", with(&[list(&vec![number(0xffff); 4096]), none(), none()])),
        (
            "4,096 texts",
            with(&[
                none(),
                list(
                    &[
                        &[[varint(1000), text("")].concat()][..],
                        &vec![[vec![0], text("0123456789")].concat(); 4095],
                    ]
                    .concat(),
                ),
                none(),
            ]),
        ),
        (
            "a text as long as the body",
            with(&[none(), list(&[[varint(1000), text(&"t".repeat(65_000))].concat()]), none()]),
        ),
        (
            "4,096 absences",
            with(&[none(), none(), list(&vec![absence(0, 255, Some(u64::from(u32::MAX))); 4096])]),
        ),
    ]
}

/// Places in a body and what to put there.
fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    let byte = prop_oneof![any::<u8>(), prop::sample::select(vec![0, 1, 250, 251, 252, 253, 254, 255])];
    prop::collection::vec((any::<prop::sample::Index>(), byte), 1..6)
}

fn edited(body: &[u8], edits: &[(prop::sample::Index, u8)]) -> Vec<u8> {
    let mut body = body.to_vec();
    for (at, byte) in edits {
        *at.get_mut(&mut body) = *byte;
    }
    body
}
