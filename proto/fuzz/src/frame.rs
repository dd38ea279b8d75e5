//! A frame is parsed, passed on and aged.
//!
//! The input is the frame. What holds: a frame is one just if its lengths add up and it has a version; its fields are
//! where PROTOCOL.md says; on its way only hop count and age change, up to their limits, and neither touches the
//! signature.

use bytes::Bytes;
use grapevine_proto::limits::FRAME_BYTES_MAX;
use grapevine_proto::{FRAME_OVERHEAD_BYTES, Frame};

use crate::origin;

/// Runs the target.
pub fn run(input: &[u8]) {
    let frame = Frame::parse(Bytes::copy_from_slice(input)).ok();
    assert_eq!(frame.is_some(), is_frame(input), "a frame is refused, or something else taken for one");
    let Some(frame) = frame else { return };
    check_fields(&frame, input);
    for residence_ms in [0, 1, u64::from(frame.position().sequence), u64::from(u32::MAX), u64::MAX] {
        check_aged(&frame, residence_ms);
        check_forwarded(&frame, residence_ms);
    }
    if frame.origin() == origin::KEY.origin() {
        assert_eq!(frame.verify(&origin::VERIFIER), frame.aged(1).verify(&origin::VERIFIER));
    }
}

/// Whether these are a frame's lengths and version, by PROTOCOL.md, section 2.
fn is_frame(bytes: &[u8]) -> bool {
    let length = usize::try_from(number(bytes, 22, 2)).unwrap_or(usize::MAX);
    bytes.first().is_some_and(|version| *version != 0)
        && bytes.len() <= FRAME_BYTES_MAX
        && bytes.len() == FRAME_OVERHEAD_BYTES + length
}

fn check_fields(frame: &Frame, bytes: &[u8]) {
    let tail_at = bytes.len() - TAIL_BYTES;
    let fields = [
        (0, 1, frame.version().into()),
        (3, 1, frame.hop_limit().into()),
        (4, 8, frame.origin().0),
        (12, 4, frame.position().epoch.into()),
        (16, 4, frame.position().sequence.into()),
        (20, 2, frame.schema().into()),
        (tail_at, 1, frame.hop_count().into()),
        (tail_at + 1, 4, frame.age_ms().into()),
    ];
    for (at, width, field) in fields {
        assert_eq!(field, number(bytes, at, width), "the field at {at}");
    }
    assert_eq!(frame.bytes(), bytes);
    assert_eq!(Some(frame.body()), bytes.get(24..24 + bytes.len() - FRAME_OVERHEAD_BYTES));
}

fn check_aged(frame: &Frame, residence_ms: u64) {
    let aged = frame.aged(residence_ms);
    assert_eq!(aged.hop_count(), frame.hop_count());
    assert_eq!(u64::from(aged.age_ms()), age_ms(frame, residence_ms));
    check_same_signed(frame, &aged);
}

fn check_forwarded(frame: &Frame, residence_ms: u64) {
    let hops = u16::from(frame.hop_count()) + 1;
    let forwarded = frame.forwarded(residence_ms);
    assert_eq!(forwarded.is_some(), hops <= u16::from(frame.hop_limit()), "the hop limit");
    let Some(forwarded) = forwarded else { return };
    assert_eq!(u16::from(forwarded.hop_count()), hops);
    assert_eq!(u64::from(forwarded.age_ms()), age_ms(frame, residence_ms));
    check_same_signed(frame, &forwarded);
}

/// What a relay makes of a frame parses, and what is signed of it is as before.
fn check_same_signed(before: &Frame, after: &Frame) {
    assert_eq!(Frame::parse(after.bytes().clone()).as_ref(), Ok(after));
    assert_eq!(signed(before), signed(after));
}

/// All of a frame that no relay may change.
pub(crate) fn signed(frame: &Frame) -> Option<&[u8]> {
    let bytes = frame.bytes();
    bytes.get(..bytes.len() - TAIL_BYTES)
}

fn age_ms(frame: &Frame, residence_ms: u64) -> u64 {
    u64::from(frame.age_ms()).saturating_add(residence_ms).min(u32::MAX.into())
}

/// The little-endian integer of `width` bytes at `at`; 0 where there are none.
fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let bytes = bytes.get(at..at + width).unwrap_or_default();
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Hop count and age.
const TAIL_BYTES: usize = 5;
