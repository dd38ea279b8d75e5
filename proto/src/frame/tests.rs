use super::*;
use crate::origin::OriginKey;
use proptest::prelude::*;

fn key() -> OriginKey {
    OriginKey::from_seed(&[9; 32])
}

fn sealed(hop_limit: u8, body: &[u8]) -> Frame {
    let position = Position { epoch: 3, sequence: 77 };
    Envelope { kind: FrameKind::Delta, hop_limit, position, schema: 5, is_critical: false }
        .seal(&key(), body)
        .unwrap()
}

#[test]
fn a_sealed_frame_says_what_was_put_in() {
    let frame = sealed(32, b"body");
    let again = Frame::parse(frame.bytes().clone()).unwrap();
    assert_eq!(again, frame);
    assert_eq!(again.origin(), key().origin());
    assert_eq!(again.position(), Position { epoch: 3, sequence: 77 });
    assert_eq!((again.version(), again.kind(), again.schema()), (VERSION, FrameKind::Delta, 5));
    assert_eq!((again.hop_count(), again.hop_limit(), again.age_ms()), (0, 32, 0));
    assert_eq!(again.body(), b"body");
    assert_eq!(frame.bytes().len(), FRAME_OVERHEAD_BYTES + 4);
}

#[test]
fn relays_change_hops_and_age_and_nothing_that_is_signed() {
    let verifier = key().public().verifier().unwrap();
    let relayed = sealed(32, b"body").forwarded(8).unwrap().forwarded(4).unwrap().aged(100);
    assert_eq!((relayed.hop_count(), relayed.age_ms()), (2, 112));
    assert!(relayed.verify(&verifier));
}

#[test]
fn the_hop_limit_stops_a_frame() {
    let neighbour = sealed(1, b"").forwarded(0).unwrap();
    assert_eq!(neighbour.forwarded(0), None);
    assert_eq!(sealed(0, b"").forwarded(0), None);
}

#[test]
fn an_age_saturates() {
    let frame = sealed(2, b"").aged(u64::MAX).aged(1);
    assert_eq!(frame.age_ms(), u32::MAX);
}

#[test]
fn a_body_too_long_is_refused_where_it_is_made() {
    let body = vec![0; crate::limits::BODY_BYTES_MAX + 1];
    let position = Position::default();
    let envelope =
        Envelope { kind: FrameKind::Keyframe, hop_limit: 1, position, schema: 0, is_critical: false };
    assert!(matches!(envelope.seal(&key(), &body), Err(FrameError::TooLong { .. })));
}

proptest! {
    #[test]
    fn any_flipped_signed_bit_breaks_the_signature(body: Vec<u8>, at: prop::sample::Index, bit in 0..8) {
        prop_assume!(body.len() < 500);
        let frame = sealed(32, &body);
        let mut bytes = frame.bytes().to_vec();
        let signed_bytes = bytes.len() - TAIL_BYTES;
        bytes[at.index(signed_bytes)] ^= 1_u8 << bit;
        let verifier = key().public().verifier().unwrap();
        let accepted = Frame::parse(bytes.into()).is_ok_and(|frame| frame.verify(&verifier));
        prop_assert!(!accepted);
    }

    #[test]
    fn arbitrary_bytes_are_a_frame_or_an_error(bytes: Vec<u8>) {
        if let Ok(frame) = Frame::parse(bytes.clone().into()) {
            prop_assert_eq!(&bytes, frame.bytes());
            prop_assert_eq!(frame.body().len() + FRAME_OVERHEAD_BYTES, bytes.len());
        }
    }

    #[test]
    fn every_prefix_of_a_frame_is_too_short(cut in 0..FRAME_OVERHEAD_BYTES + 10) {
        let bytes = sealed(32, b"0123456789").bytes().slice(..cut);
        let cut_short = matches!(Frame::parse(bytes), Err(FrameError::TooShort { .. }));
        prop_assert!(cut_short);
    }
}
