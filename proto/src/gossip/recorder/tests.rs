use super::*;
use crate::Envelope;
use crate::limits::FRAME_BYTES_MAX;
use crate::origin::OriginKey;

const KEYFRAME: FrameKind = FrameKind::Keyframe;
const DELTA: FrameKind = FrameKind::Delta;

fn key(host: u8) -> OriginKey {
    OriginKey::from_seed(&[host; 32])
}

/// A frame with a body of so many bytes.
fn frame(host: u8, kind: FrameKind, sequence: u32, body_bytes: usize) -> Frame {
    let position = Position { epoch: 1, sequence };
    let envelope = Envelope { kind, hop_limit: 32, position, schema: 1, is_critical: false };
    envelope.seal(&key(host), &vec![0; body_bytes]).unwrap()
}

/// All that is recorded, in the order in which it is told.
fn walk(recorder: &Recorder, now: Moment) -> Vec<(OriginId, u32)> {
    let mut all = Vec::new();
    let mut after = None;
    while let Some(frame) = recorder.after(after, now) {
        after = Some((frame.origin(), frame.position()));
        all.push((frame.origin(), frame.position().sequence));
    }
    all
}

#[test]
fn each_frame_is_told_once_host_by_host_and_as_old_as_it_is() {
    let mut recorder = Recorder::default();
    for sequence in 1..=3 {
        for host in [1, 2, 3] {
            let kind = if sequence == 1 { KEYFRAME } else { DELTA };
            recorder.record(&frame(host, kind, sequence, 0), true, Moment(u64::from(sequence) * 1000));
        }
    }
    let mut hosts = [1, 2, 3].map(|host| key(host).origin());
    hosts.sort_unstable();
    let expected: Vec<_> = hosts.into_iter().flat_map(|host| (1..=3).map(move |n| (host, n))).collect();
    assert_eq!(walk(&recorder, Moment(3000)), expected);
    let ages: Vec<u32> = (0..3)
        .map(|n| {
            recorder
                .after(Some((hosts[0], Position { epoch: 1, sequence: n })), Moment(3000))
                .unwrap()
                .age_ms()
        })
        .collect();
    assert_eq!(ages, [2000, 1000, 0]);
}

#[test]
fn a_host_is_recorded_from_a_keyframe_on_and_only_if_it_is_near() {
    let mut recorder = Recorder::default();
    recorder.record(&frame(1, DELTA, 1, 0), true, Moment(0));
    recorder.record(&frame(2, KEYFRAME, 1, 0), false, Moment(0));
    assert_eq!(walk(&recorder, Moment(0)), []);
    recorder.record(&frame(1, KEYFRAME, 2, 0), true, Moment(0));
    // A neighbour that is lost is recorded on.
    recorder.record(&frame(1, DELTA, 4, 0), false, Moment(0));
    recorder.record(&frame(1, DELTA, 3, 0), false, Moment(0));
    assert_eq!(walk(&recorder, Moment(0)), [(key(1).origin(), 2), (key(1).origin(), 4)]);
}

#[test]
fn old_frames_go_and_those_beyond_the_bytes() {
    let mut recorder = Recorder::default();
    recorder.record(&frame(1, KEYFRAME, 1, 0), true, Moment(0));
    recorder.record(&frame(1, DELTA, 2, 0), true, Moment(RECORD_MS));
    assert_eq!(walk(&recorder, Moment(RECORD_MS)).len(), 2);
    recorder.record(&frame(1, DELTA, 3, 0), true, Moment(RECORD_MS + 1));
    assert_eq!(walk(&recorder, Moment(RECORD_MS + 1)), [2, 3].map(|n| (key(1).origin(), n)));
    let largest = FRAME_BYTES_MAX - crate::FRAME_OVERHEAD_BYTES;
    for sequence in 4..=9 {
        recorder.record(&frame(1, DELTA, sequence, largest), true, Moment(RECORD_MS + 1));
        assert!(recorder.bytes() <= RECORD_BYTES_MAX);
    }
    assert_eq!(walk(&recorder, Moment(RECORD_MS + 1)), [8, 9].map(|n| (key(1).origin(), n)));
}

#[test]
fn who_was_silent_longest_gives_way() {
    let mut recorder = Recorder::default();
    let hosts = u8::try_from(RECORDED_MAX).unwrap();
    for host in 0..hosts {
        recorder.record(&frame(host, KEYFRAME, 1, 0), true, Moment(u64::from(host)));
    }
    recorder.record(&frame(0, DELTA, 2, 0), true, Moment(100));
    recorder.record(&frame(hosts, KEYFRAME, 1, 0), true, Moment(101));
    let recorded = walk(&recorder, Moment(101));
    assert_eq!(recorded.len(), RECORDED_MAX + 1);
    let has = |host| recorded.iter().any(|(origin, _)| *origin == key(host).origin());
    assert!(has(0) && !has(1) && has(2) && has(hosts));
}
